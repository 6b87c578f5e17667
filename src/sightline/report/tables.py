"""The rows of the page's tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sightline.engine.run import Run
from sightline.explain.cells import names
from sightline.report.words import Score, listed

PER_CLASS = ("sensitivity", "specificity", "precision", "f1", "auc", "average_precision")


@dataclass(frozen=True)
class ScoreRow:
    """A line of the comparison: an arm on a test set."""

    arm: str
    split: str
    n: int
    scores: list[Score | None]  # accuracy, balanced accuracy, AUC, EPG, ROI area, worst group
    worst_group: str


def first_map(run: Run, split: str) -> dict[str, Any] | None:
    """Localisation scores of the run's first map on `split`."""
    return next(iter((run.metrics.get(split, {}).get("localisation") or {}).values()), None)


def comparison(runs: Sequence[Run], splits: Sequence[str]) -> list[ScoreRow]:
    """Arms x test sets; the arms of a set stand together."""
    rows = []
    for split in splits:
        for run, name in zip(runs, names(runs), strict=True):
            if split not in run.metrics:
                continue
            scores, looked = run.metrics[split], first_map(run, split) or {}
            good, groups = scores["classification"], scores.get("groups") or {}
            shown = [
                good["accuracy"],
                good["balanced_accuracy"],
                good["auc"],
                looked.get("epg"),
                looked.get("roi_area"),
                groups.get("worst"),
            ]
            rows.append(ScoreRow(name, split, scores["n"], shown, groups.get("worst_group") or ""))
    return rows


@dataclass(frozen=True)
class PointingRow:
    """How often one arm's maps of a class point into its regions."""

    label: str
    regions: str
    arm: str
    map: str
    score: dict[str, Any]  # value, low, high, n, chance, left_out


def pointing(runs: Sequence[Run], split: str) -> list[PointingRow]:
    """Classes x arms x maps, of the runs whose recipe asks for it."""
    rows = [
        PointingRow(label, listed(list(run.recipe.evaluate.point_into[label])), name, kind, score)
        for run, name in zip(runs, names(runs), strict=True)
        for kind, classes in run.metrics[split].get("pointing", {}).items()
        for label, score in classes.items()
    ]
    order = list(dict.fromkeys(row.label for row in rows))
    return sorted(rows, key=lambda row: order.index(row.label))


def masks(runs: Sequence[Run], split: str) -> list[tuple[str, str, list[Score]]]:
    """Rows (arm, map, scores as a mask: Jaccard, Dice, share of empty masks, share of whole-image masks)."""
    return [
        (name, kind, [score[key] for key in ("jaccard", "dice", "empty", "whole")])
        for run, name in zip(runs, names(runs), strict=True)
        for kind, score in run.metrics[split].get("masks", {}).items()
    ]


def decisions(runs: Sequence[Run], split: str) -> list[tuple[str, dict[str, Any]]]:
    """Rows (arm, scores of the decision at the threshold that it keeps); of two classes only."""
    found = [(name, run.metrics[split]["classification"].get("at_threshold")) for run, name in zip(runs, names(runs), strict=True)]
    return [(name, scores) for name, scores in found if scores]


def cuts(runs: Sequence[Run], split: str) -> list[tuple[str, str, dict[str, Any]]]:
    """Rows (arm, map, its overlap with the region at the threshold that it keeps)."""
    return [
        (name, kind, scores["at_threshold"])
        for run, name in zip(runs, names(runs), strict=True)
        for kind, scores in (run.metrics[split].get("localisation") or {}).items()
        if scores.get("at_threshold")
    ]


def per_class(scores: dict[str, Any]) -> list[tuple[str, int, list[Score]]]:
    """Rows (class, images, scores in the order of `PER_CLASS`)."""
    return [(c, s["n"], [s[name] for name in PER_CLASS]) for c, s in scores["classification"]["per_class"].items()]


def groups(scores: dict[str, Any]) -> list[tuple[str, int, Score]]:
    """Rows (group, images, accuracy), worst first; empty where the images have no such tags."""
    found = (scores.get("groups") or {}).get("by_group") or {}
    rows = [(name, g["n"], g["accuracy"]) for name, g in found.items()]
    return sorted(rows, key=lambda row: 1.0 if row[2]["value"] is None else row[2]["value"])
