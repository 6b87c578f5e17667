"""Ranking scores of weighted samples, ties included: area under the ROC curve, average precision.

All work from one sort: `curves` walks down the scores, best first, and `auc` and `average_precision` sum along that walk, for many
weightings at once. A weight that counts how often an image was drawn makes them the score of that bootstrap sample.
"""

from __future__ import annotations

import numpy as np

from sightline.metrics.bootstrap import Array, mean_of_defined, ratio


def curves(scores: Array, positive: Array, weights: Array | None = None) -> tuple[Array, Array]:
    """Weight of the positives and of everything at or above each distinct score, best score first.

    Args:
        scores: (N,), finite.
        positive: (..., N) bool.
        weights: (..., N), broadcast against `positive`; None: 1 each.

    Returns:
        (..., G) weight of positives, (..., G) weight of all; G distinct scores.
    """
    order = np.argsort(-scores)
    ends = np.append(np.flatnonzero(np.diff(scores[order])), len(scores) - 1)[: len(scores)]  # the last of each run of equal scores
    ordered = positive[..., order]
    if weights is None:
        return np.cumsum(ordered, axis=-1)[..., ends], ends + 1
    weight = weights[..., order]
    return np.cumsum(weight * ordered, axis=-1)[..., ends], np.cumsum(weight, axis=-1)[..., ends]  # (..., N) -> (..., G)


def auc(positives: Array, total: Array) -> Array:
    """Area under the ROC curve of `curves`, a tie counting half. (..., G) -> (...), NaN with one class only.

    Equal to the share of pairs, one positive and one negative, in which the positive has the higher score.
    """
    negatives = total - positives
    rises = np.diff(positives, axis=-1, prepend=0)
    area = (np.diff(negatives, axis=-1, prepend=0) * (positives - rises / 2)).sum(axis=-1)
    return ratio(area, _last(positives) * _last(negatives))


def average_precision(positives: Array, total: Array) -> Array:
    """Precision at each distinct score, weighted by the recall gained there. (..., G) -> (...), NaN without positives.

    Not interpolated: the definition of scikit-learn, and of ISIC 2016 (003-18).
    """
    precision = np.divide(positives, total, out=np.zeros(np.broadcast_shapes(positives.shape, total.shape)), where=total > 0)
    return ratio((np.diff(positives, axis=-1, prepend=0) * precision).sum(axis=-1), _last(positives))


def one_vs_one_auc(labels: Array, probabilities: Array, weights: Array) -> Array:
    """The multi-class AUC of Hand & Till (2001): the mean over pairs of classes of how well each is told from the other (004-15).

    Args:
        labels: (N,) class indices.
        probabilities: (N, C).
        weights: (R, N).

    Returns:
        (R,): mean over the pairs of which both classes occur, NaN if there is none.
    """
    areas = []
    classes = probabilities.shape[1]
    for first in range(classes):
        for second in range(first + 1, classes):
            pair = np.flatnonzero((labels == first) | (labels == second))
            both = [auc(*curves(probabilities[pair, c], labels[pair] == c, weights[:, pair])) for c in (first, second)]
            areas.append((both[0] + both[1]) / 2)
    return mean_of_defined(np.stack(areas, axis=-1))  # (R, pairs) -> (R,)


def overall_auc(labels: Array, probabilities: Array, weights: Array) -> Array:
    """(R,): two classes: the AUC of the last class; more: Hand & Till's average. Arguments as in `one_vs_one_auc`."""
    if probabilities.shape[1] == 2:
        return auc(*curves(probabilities[:, 1], labels == 1, weights))
    return one_vs_one_auc(labels, probabilities, weights)


def _last(cumulated: Array) -> Array:
    """The end of a running sum, 0 of an empty one. (..., G) -> (...)"""
    return cumulated[..., -1:].sum(axis=-1)
