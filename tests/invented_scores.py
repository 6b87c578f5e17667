"""Scores of a split of which only what a test is about is known: made without a run, for whatever reads scores."""

from __future__ import annotations

from collections.abc import Sequence

from sightline.results import Score, SplitScores
from sightline.results.scores import AUC, Classification, ClassScores, Groups

UNKNOWN = Score(value=None, low=None, high=None)


def scored(
    confusion: Sequence[Sequence[int]],
    classes: Sequence[str] = ("nevus", "melanoma"),
    *,
    accuracy: Score = UNKNOWN,
    balanced: Score | None = None,
    n: int = 0,
    groups: Groups | None = None,
) -> SplitScores:
    """Sensitivities are those of the confusion matrix, the AUC is 0.91; what is not given could not be computed.

    Args:
        balanced: balanced accuracy; None: as the accuracy.
    """
    per_class = {name: _of_class(row[i], sum(row)) for i, (name, row) in enumerate(zip(classes, confusion, strict=True))}
    good = Classification(
        accuracy=accuracy,
        balanced_accuracy=balanced or accuracy,
        auc=AUC(value=0.91, low=0.88, high=0.94),
        per_class=per_class,
        confusion=[list(row) for row in confusion],
        roc=dict.fromkeys(classes),
    )
    return SplitScores(n=n, classes=list(classes), classification=good, groups=groups)


def _of_class(hits: int, n: int) -> ClassScores:
    share = hits / n if n else None
    sensitivity = Score(value=share, low=share and share - 0.05, high=share and share + 0.05)
    others = dict.fromkeys(("specificity", "precision", "f1", "auc", "average_precision"), UNKNOWN)
    return ClassScores(n=n, sensitivity=sensitivity, **others)
