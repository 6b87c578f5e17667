"""A study whose answers are invented."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from tiny_plan import write_plan

from sightline.study.answers import Answers, save
from sightline.study.cells import Cell
from sightline.study.folder import Study
from sightline.study.plan import load_plan

N = 300


def answers(cell: Cell, good: float, labels: np.ndarray) -> Answers:
    """Right in a share `good` of the images; the images are the same for every arm of a seed, and so is what is hard about them."""
    hard = np.random.default_rng(cell.seed).random(N)
    right = hard < good
    said = np.where(right, labels, 1 - labels)
    probability = np.stack([1 - said, said], 1) * 0.8 + 0.1
    swapped = np.where(np.arange(N)[:, None] % 3 == 0, np.nan, np.stack([probability, 1 - probability]))  # every third has no region
    tags = {"ruler": (np.arange(N) % 2).astype(float)}
    patients = [f"patient {i // 2}" for i in range(N)]
    return Answers([str(i) for i in range(N)], labels, probability, np.full(N, good / 2), patients, tags, {"swapped": swapped})


def invented(folder: Path, good: Mapping[str, float | tuple[float, ...]], **changed: Any) -> Study:
    """A study whose arms answer so well; a tuple: each seed by itself."""
    folder.mkdir(exist_ok=True)
    study = Study(folder / "study", load_plan(write_plan(folder / "p.yaml", arms=changed.pop("arms_as", list(good)), **changed)))
    study.write_manifest()
    labels = np.random.default_rng(9).integers(0, 2, N)
    for cell in study.cells:
        wanted = good[cell.arm]
        share = wanted[cell.seed] if isinstance(wanted, tuple) else wanted + 0.002 * (cell.seed - 2.5)
        for split in study.plan.splits:
            save(answers(cell, share, labels), study.answers(cell.key, split))
    return study
