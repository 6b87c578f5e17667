"""Scores of the classification, each with its bootstrap interval (001-15, 003-18, 003-19, 004-15)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sightline.metrics.confidence.bootstrap import Array, Groups, intervals, mean_of_defined, ratio
from sightline.metrics.confidence.delong import area_interval
from sightline.metrics.scores.ranks import auc, average_precision, curves, overall_auc, roc_curve
from sightline.results.scores import AUC, Classification, ClassScores, Positive

AT_DECISION = ("sensitivity", "specificity", "precision", "f1")
PER_CLASS = (*AT_DECISION, "auc", "average_precision")
OVERALL = ("accuracy", "balanced_accuracy", *PER_CLASS)


def classification(
    labels: Array,
    probabilities: Array,
    classes: Sequence[str],
    *,
    groups: Groups | None = None,
    bootstrap: int = 1000,
    confidence: float = 0.95,
    seed: int = 0,
) -> Classification:
    """All scores of a split.

    The decision is the class of highest probability. Per class, everything is one against the rest. Overall, sensitivity, specificity,
    precision and F1 are means over the classes (001-15), and balanced accuracy is the mean sensitivity; AUC is that of the last class
    where there are two, else Hand & Till's average over pairs (004-15); average precision is that of the last class where there are two,
    else the mean over the classes. With two classes the mean sensitivity and the mean specificity are the same number, so `positive` adds
    the last class's own.

    A class that occurs but is never predicted has precision 0. A class that does not occur has no sensitivity and is left out of means.

    Args:
        labels: (N,) class indices.
        probabilities: (N, C).
        classes: names, in the order of the columns.
        groups: patient or lesion of each image, drawn as a whole.
        bootstrap: samples.

    Returns:
        The scores, without those at a kept threshold.

    Raises:
        ValueError: a probability is not finite.
    """
    if not np.isfinite(probabilities).all():
        raise ValueError("probabilities must be finite")
    found = intervals(
        lambda weights: weighted_scores(labels, probabilities, weights),
        len(labels),
        groups=groups,
        bootstrap=bootstrap,
        confidence=confidence,
        seed=seed,
        shares=_shares(labels, probabilities.argmax(axis=1), len(classes)),
    )
    confusion = weighted_confusion(labels, probabilities, np.ones((1, len(labels))))[0].astype(int)
    area, of_two = AUC(**found["auc", None].fields()), {}
    if len(classes) == 2:
        area = area.but(delong=area_interval(probabilities[:, 1], labels == 1, groups=groups, confidence=confidence))
        of_two["positive"] = Positive(label=classes[1], **{score: found[score, 1] for score in AT_DECISION})
    return Classification(
        **{score: found[score, None] for score in OVERALL if score != "auc"},
        auc=area,
        per_class={
            name: ClassScores(**{score: found[score, c] for score in PER_CLASS}, n=int(confusion[c].sum()))
            for c, name in enumerate(classes)
        },
        **of_two,
        confusion=confusion.tolist(),
        roc={name: roc_curve(probabilities[:, c], labels == c) for c, name in enumerate(classes)},
    )


def _shares(labels: Array, said: Array, classes: int) -> dict[tuple[str, int | None], list[Array]]:
    """The images of which each score is a share, see `intervals`."""
    found: dict[tuple[str, int | None], list[Array]] = {("accuracy", None): [np.ones(len(labels), dtype=bool)]}
    of = {
        "sensitivity": [labels == c for c in range(classes)],
        "specificity": [labels != c for c in range(classes)],
        "precision": [said == c for c in range(classes)],
    }
    for score, parts in of.items():
        found |= {(score, c): [part] for c, part in enumerate(parts)}
        found[score, None] = [part for part in parts if part.any()]
    found["balanced_accuracy", None] = found["sensitivity", None]
    return found


def weighted_confusion(labels: Array, probabilities: Array, weights: Array) -> Array:
    """Weight of each (true, predicted) pair of classes. (N,), (N, C), (R, N) -> (R, C, C)"""
    classes = probabilities.shape[1]
    cell = labels * classes + probabilities.argmax(axis=1)
    result: Array = (weights @ np.eye(classes**2)[cell]).reshape(len(weights), classes, classes)
    return result


def decision_scores(confusion: Array) -> dict[str, Array]:
    """One-vs-rest scores of each class from confusion matrices. (R, C, C) -> name -> (R, C), NaN where undefined."""
    hit = confusion.diagonal(axis1=1, axis2=2)
    actual, predicted = confusion.sum(axis=2), confusion.sum(axis=1)
    negative = confusion.sum(axis=(1, 2))[:, None] - actual
    precision = ratio(hit, predicted)
    return {
        "sensitivity": ratio(hit, actual),
        "specificity": ratio(negative - (predicted - hit), negative),
        "precision": np.where((predicted == 0) & (actual > 0), 0, precision),
        "f1": ratio(2 * hit, actual + predicted),
    }


def weighted_scores(labels: Array, probabilities: Array, weights: Array) -> dict[tuple[str, int | None], Array]:
    """(score, class) -> (R,), the class None for the overall score. (N,), (N, C), (R, N)"""
    classes = range(probabilities.shape[1])
    confusion = weighted_confusion(labels, probabilities, weights)
    per_class = decision_scores(confusion)  # name -> (R, C)
    walks = [curves(probabilities[:, c], labels == c, weights) for c in classes]
    per_class["auc"] = np.stack([auc(*walk) for walk in walks], axis=1)
    per_class["average_precision"] = np.stack([average_precision(*walk) for walk in walks], axis=1)

    scores: dict[tuple[str, int | None], Array] = {(s, c): per_class[s][:, c] for s in PER_CLASS for c in classes}
    scores |= {(s, None): mean_of_defined(per_class[s]) for s in PER_CLASS}
    scores["accuracy", None] = ratio(confusion.trace(axis1=1, axis2=2), weights.sum(axis=1))
    scores["balanced_accuracy", None] = scores["sensitivity", None]
    scores["auc", None] = overall_auc(labels, probabilities, weights)
    if len(classes) == 2:
        scores["average_precision", None] = scores["average_precision", 1]
    return scores
