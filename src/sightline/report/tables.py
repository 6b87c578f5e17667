"""The rows of the page's tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sightline.engine.run import Run
from sightline.explain.run_pictures import names
from sightline.report.words import listed
from sightline.results import Score, SplitScores
from sightline.results.scores import Cut, Decided, Localisation, Pointing

PER_CLASS = ("sensitivity", "specificity", "precision", "f1", "auc", "average_precision")


@dataclass(frozen=True)
class ScoreRow:
    """A line of the comparison: an arm on a test set."""

    arm: str
    split: str
    n: int
    scores: list[Score | None]  # accuracy, balanced accuracy, AUC, EPG, ROI area, worst group
    worst_group: str


def first_map(run: Run, split: str) -> Localisation | None:
    """Localisation scores of the run's first map on `split`."""
    scores = run.scores.get(split)
    return scores.first_map if scores else None


def comparison(runs: Sequence[Run], splits: Sequence[str]) -> list[ScoreRow]:
    """Arms x test sets; the arms of a set stand together."""
    rows = []
    for split in splits:
        for run, name in zip(runs, names(runs), strict=True):
            if (scores := run.scores.get(split)) is None:
                continue
            good, looked, groups = scores.classification, scores.first_map, scores.groups
            maps = [looked.epg, looked.roi_area] if looked else [None, None]
            shown = [good.accuracy, good.balanced_accuracy, good.auc, *maps, groups.worst if groups else None]
            rows.append(ScoreRow(name, split, scores.n, shown, (groups.worst_group if groups else None) or ""))
    return rows


@dataclass(frozen=True)
class PointingRow:
    """How often one arm's maps of a class point into its regions."""

    label: str
    regions: str
    arm: str
    map: str
    score: Pointing


def pointing(runs: Sequence[Run], split: str) -> list[PointingRow]:
    """Classes x arms x maps, of the runs whose recipe asks for it."""
    rows = [
        PointingRow(label, listed(list(run.recipe.evaluate.point_into[label])), name, kind, score)
        for run, name in zip(runs, names(runs), strict=True)
        for kind, classes in run.scores[split].pointing.items()
        for label, score in classes.items()
    ]
    order = list(dict.fromkeys(row.label for row in rows))
    return sorted(rows, key=lambda row: order.index(row.label))


def masks(runs: Sequence[Run], split: str) -> list[tuple[str, str, list[Score]]]:
    """Rows (arm, map, scores as a mask: Jaccard, Dice, share of empty masks, share of whole-image masks)."""
    return [
        (name, kind, [score.jaccard, score.dice, score.empty, score.whole])
        for run, name in zip(runs, names(runs), strict=True)
        for kind, score in run.scores[split].masks.items()
    ]


def decisions(runs: Sequence[Run], split: str) -> list[tuple[str, float | None, Decided]]:
    """Rows (arm, the threshold on the probabilities that people are shown, scores of the decision there); of two classes only."""
    found = [(name, run.decision, run.scores[split].classification.at_threshold) for run, name in zip(runs, names(runs), strict=True)]
    return [(name, decision.shown_at(scores.threshold), scores) for name, decision, scores in found if scores]


def cuts(runs: Sequence[Run], split: str) -> list[tuple[str, str, Cut]]:
    """Rows (arm, map, its overlap with the region at the threshold that it keeps)."""
    return [
        (name, kind, scores.at_threshold)
        for run, name in zip(runs, names(runs), strict=True)
        for kind, scores in run.scores[split].localisation.items()
        if scores.at_threshold
    ]


def per_class(scores: SplitScores) -> list[tuple[str, int, list[Score]]]:
    """Rows (class, images, scores in the order of `PER_CLASS`)."""
    return [(c, s.n, [getattr(s, name) for name in PER_CLASS]) for c, s in scores.classification.per_class.items()]


def groups(scores: SplitScores) -> list[tuple[str, int, Score]]:
    """Rows (group, images, accuracy), worst first; empty where the images have no such tags."""
    found = scores.groups.by_group if scores.groups else {}
    rows = [(name, group.n, group.accuracy) for name, group in found.items()]
    return sorted(rows, key=lambda row: 1.0 if row[2].value is None else row[2].value)
