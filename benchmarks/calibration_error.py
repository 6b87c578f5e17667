"""Calibration error of trained classifiers before and after temperature and Platt scaling, over data sets and seeds.

    uv run python benchmarks/calibration_error.py first-training

Reads the answers that `first_training.py` has left (`DATA-TOOL-SEED.json`): both calibrations are fitted to the validation images and
judged on the test images, as `sightline evaluate` does. Intervals (95 %) are for other seeds and other images. "If right" is the error that
so many images would show by chance if every probability were exactly right.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np

from sightline.metrics import calibrate
from sightline.metrics.confidence.bootstrap import Array
from sightline.metrics.confidence.hierarchical import hierarchical
from sightline.metrics.scores.calibration import brier, error_if_right, expected_error, judged

METHODS = ("none", "temperature", "platt")
Answered = tuple[Array, dict[str, Array]]  # labels (N,), method -> probabilities (N, C)


def probabilities(part: dict[str, Any]) -> tuple[Array, Array]:
    """Labels (N,) and probabilities (N, 2)."""
    last = np.array(part["scores"])
    return np.array(part["labels"]), np.stack([1 - last, last], axis=1)


def answered(path: Path) -> Answered:
    """What one training says of the test images, as it is and calibrated."""
    splits = json.loads(path.read_text(encoding="utf-8"))["splits"]
    known, held = probabilities(splits["val"])
    labels, said = probabilities(splits["test"])
    maps = {method: calibrate.fit(held, known, method) for method in METHODS}
    return labels, {method: said if found is None else found(said) for method, found in maps.items()}


def over_seeds(trained: list[Answered]) -> list[str]:
    """A row for each method: ECE and Brier score, their changes, and the chance level of the ECE."""

    def values(seed: int, weights: Array) -> dict[tuple[str, str], Array]:
        labels, every = trained[seed]
        found: dict[tuple[str, str], Array] = {}
        for method, said in every.items():
            found["ECE", method] = expected_error(*judged(labels, said), weights)
            found["Brier", method] = weights @ brier(labels, said) / weights.sum(axis=1)
        changes = {(f"{score} change", m): found[score, m] - found[score, "none"] for score in ("ECE", "Brier") for m in METHODS[1:]}
        return found | changes

    scores = hierarchical(values, [len(labels) for labels, _ in trained], shared=True)
    rows = []
    for method in METHODS:
        level = np.mean([error_if_right(judged(labels, every[method])[0]) for labels, every in trained])
        cells = [scores[key] for name in ("ECE", "ECE change", "Brier", "Brier change") if (key := (name, method)) in scores]
        texts = [f"{s.value:.3f}" + (f" [{s.low:.3f}, {s.high:.3f}]" if s.low is not None else "") for s in cells]
        if method == "none":
            texts = [texts[0], "", texts[1], ""]
        rows.append(" | ".join([method, texts[0], texts[1], f"{level:.3f}", texts[2], texts[3]]))
    return rows


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("answers", type=Path, help="folder that first_training.py has written")
    options.add_argument("--tool", default="sightline")
    given = options.parse_args()
    trained: dict[str, list[Answered]] = {}
    for path in sorted(given.answers.glob(f"*-{given.tool}-*.json")):
        trained.setdefault(path.name.partition("-")[0], []).append(answered(path))
    if not trained:
        options.error(f"{given.answers} holds no answers of {given.tool}")
    print("| data | seeds | test images | calibration | ECE | change | if right | Brier | change |")
    print("|---|---|---|---|---|---|---|---|---|")
    for data, some in trained.items():
        for row in over_seeds(some):
            print(f"| {data} | {len(some)} | {len(some[0][0])} | {row} |")


if __name__ == "__main__":
    main()
