"""A run folder with invented answers on phantom pictures: everything that a training leaves behind, without training."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import numpy as np
import pytest
import yaml

from sightline.engine.evaluate import Observed, _write, score
from sightline.engine.files import write_json, write_table
from sightline.engine.prepare import prepare
from sightline.engine.reproducible import environment
from sightline.engine.run import Attention, Predictions, Run
from sightline.engine.same_data import COLUMNS
from sightline.recipe import load_recipe

Place = Literal["lesion", "ruler", "nowhere", "middle"]
SIDE = 12


def invent(
    folder: Path,
    recipe: str = "demo-guided",
    looks: Place = "lesion",
    relies: Literal["lesion", "ruler"] = "lesion",
    skill: float = 1.6,
    seed: int = 0,
    counts: tuple[int, int, int] = (8, 6, 20),
    settings: dict[str, object] | None = None,
    splits: tuple[str, ...] = ("val", "matched", "flipped", "removed"),
    maps: tuple[str, ...] = ("cam",),
) -> Run:
    """A run that looks here and decides by that.

    Args:
        counts: images in train, val and each test set.
    """
    sizes = dict(zip(("train", "val", "test"), counts, strict=True)) | {"size": 32}
    small = {"data.image_size": 32, "data.options": sizes, "evaluate.bootstrap": 200}
    settled = load_recipe(recipe, small | (settings or {}))
    prepared = prepare(settled)
    rng = np.random.default_rng(seed)
    folder.mkdir(parents=True)
    (folder / "config.yaml").write_text(yaml.safe_dump(settled.model_dump(mode="json")), encoding="utf-8")
    write_json(folder / "environment.json", environment())
    write_table(folder / "split.csv", prepared.table, COLUMNS)
    described = {"classes": list(prepared.classes), "image_size": 32, "recipe": settled.model_dump(mode="json"), "sha256": ""}
    write_json(folder / "model.json", described)
    _write_history(folder, settled, rng)
    run = Run(folder)
    scores = {}
    for name in splits:
        observed = _observe(prepared.datasets[name], looks, relies, skill, rng, maps)
        scores[name] = score(observed, prepared.datasets[name], settled)
        _write(run, name, observed)
    write_json(folder / "metrics.json", scores)
    write_json(folder / "thresholds.json", {"from": "val", "decision": None, "maps": dict.fromkeys(maps)})
    return run


def _observe(dataset, looks, relies, skill, rng, maps) -> Observed:
    labels, pairs = np.array(dataset.labels), [dataset.picture(i) for i in range(len(dataset))]
    rois = np.stack([roi for _, roi in pairs])
    sees = labels if relies == "lesion" else np.array([bool(r.tags.get("ruler")) for r in dataset.records])
    logit = (2.0 * sees - 1) * skill + rng.normal(0, 1.3, len(labels))
    malignant = 1 / (1 + np.exp(-logit))
    raw = np.stack([_map(roi, looks, rng) for roi in rois]).astype(np.float32)
    unit = 1 / (1 + np.exp(-raw))
    drawn = {m: raw if m in ("cam", "gradcam") else unit for m in maps}
    ids = [r.id for r in dataset.records]
    attention = Attention(ids, np.ones(len(ids), bool), labels, drawn, drawn, (malignant >= 0.5).astype(int)) if maps else None
    return Observed(Predictions(ids, labels, np.stack([1 - malignant, malignant], 1)), attention, (rois * 255).astype(np.uint8))


def _map(roi, looks, rng) -> np.ndarray:
    y, x = np.mgrid[:SIDE, :SIDE] + 0.5
    if looks == "nowhere":
        return -0.5 - rng.random((SIDE, SIDE))
    rows, cols = np.nonzero(roi > 0.5)
    scale = SIDE / len(roi)
    at = {"lesion": (rows.mean() * scale, cols.mean() * scale), "ruler": (SIDE - 1.2, SIDE / 2), "middle": (SIDE / 2, SIDE / 2)}[looks]
    wide = np.sqrt(len(rows)) * scale * 0.45 if looks == "lesion" else SIDE / 6
    blob = np.exp(-((y - at[0] + rng.normal(0, 0.5)) ** 2 + (x - at[1] + rng.normal(0, 0.5)) ** 2) / (2 * wide**2))
    return 4 * blob - 1.0 + rng.normal(0, 0.3, (SIDE, SIDE))


def _write_history(folder: Path, recipe, rng) -> None:
    names = [recipe.losses.classification.name, *(g.name for g in recipe.losses.guidance), *(b.name for b in recipe.losses.behaviour)]
    rows = []
    for epoch in range(recipe.train.epochs):
        fall = np.exp(-epoch / 3)
        row: dict[str, object] = {"epoch": epoch, "val/loss": 0.4 + 0.4 * fall, "val/accuracy": 0.9 - 0.4 * fall}
        row |= {"val/auc": 0.95 - 0.4 * fall, "val/epg": 0.8 - 0.5 * fall, "train/loss": 0.0}
        for i, name in enumerate(names):
            row[f"train/{name}"] = float((0.1 + (i + 1) * fall) * rng.uniform(0.9, 1.1))
            row[f"weight/{name}"] = 1.0 if i == 0 else min(1.0, (epoch + 1) / 4)
        row["train/loss"] = sum(float(str(row[f"train/{n}"])) for n in names)
        rows.append(row)
    write_table(folder / "logs" / "metrics.csv", rows, list(rows[0]))


@pytest.fixture(scope="session")
def guided(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Looks at the lesion and decides by it."""
    return invent(tmp_path_factory.mktemp("runs") / "guided", skill=3)


@pytest.fixture(scope="session")
def label_only(guided: Run) -> Run:
    """Looks at the ruler's place and decides by the ruler."""
    return invent(guided.path.parent / "label-only", "demo-label-only", "ruler", "ruler", skill=3, seed=1)
