"""Ranking scores of weighted samples, with ties: area under the ROC curve, average precision; and the ROC curve itself."""

from __future__ import annotations

import numpy as np

from sightline.metrics.confidence.bootstrap import Array, mean_of_defined, ratio
from sightline.results.scores import Curve


def curves(scores: Array, positive: Array, weights: Array | None = None) -> tuple[Array, Array]:
    """Weight of the positives and of everything at or above each distinct score, best score first.

    Args:
        scores: (N,), finite.
        positive: (..., N) bool.
        weights: (..., N), broadcast against `positive`; None: 1 each.

    Returns:
        (..., G) weight of positives, (..., G) weight of all; G distinct scores.

    Example:
        >>> import numpy as np
        >>> import sightline as sl
        >>> sl.metrics.curves(np.array([0.1, 0.4, 0.4, 0.8]), np.array([False, False, True, True]))
        (array([1, 2, 2]), array([1, 3, 4]))
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

    Example:
        >>> import numpy as np
        >>> import sightline as sl
        >>> float(sl.metrics.auc(*sl.metrics.curves(np.array([0.1, 0.4, 0.4, 0.8]), np.array([False, False, True, True]))))
        0.875
    """
    negatives = total - positives
    rises = np.diff(positives, axis=-1, prepend=0)
    area = (np.diff(negatives, axis=-1, prepend=0) * (positives - rises / 2)).sum(axis=-1)
    return ratio(area, _last(positives) * _last(negatives))


def average_precision(positives: Array, total: Array) -> Array:
    """Precision at each distinct score, weighted by the recall gained there. (..., G) -> (...), NaN without positives.

    Not interpolated: the definition of scikit-learn, and of ISIC 2016 (003-18).

    Example:
        >>> import numpy as np
        >>> import sightline as sl
        >>> scores, positive = np.array([0.1, 0.4, 0.6, 0.8]), np.array([False, True, False, True])
        >>> round(float(sl.metrics.average_precision(*sl.metrics.curves(scores, positive))), 3)
        0.833
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
    result: Array = cumulated[..., -1:].sum(axis=-1)
    return result


def roc_curve(scores: Array, positive: Array, *, points: int = 200, tolerance: float = 1e-3) -> Curve:
    """False and true positive rates from (0, 0) to (1, 1).

    Args:
        scores: (N,).
        positive: (N,) bool.
        points: at most so many; a longer curve is thinned to points about equally far apart along it.
        tolerance: largest change of the area under the curve.

    Returns:
        The curve; without points if there is one class only.

    Example:
        >>> import numpy as np
        >>> import sightline as sl
        >>> sl.metrics.roc_curve(np.array([0.1, 0.4, 0.6, 0.8]), np.array([False, True, False, True])).tpr
        [0.0, 0.5, 0.5, 1.0, 1.0]
    """
    hits, total = curves(scores, positive)
    if positive.all() or not positive.any():
        return Curve(fpr=[], tpr=[])
    tpr = np.append(0, hits / hits[-1])
    fpr = np.append(0, (total - hits) / (total[-1] - hits[-1]))
    corners = _corners(fpr, tpr)
    kept = _thinned(fpr[corners], tpr[corners], points, tolerance)
    return Curve(fpr=fpr[corners][kept].tolist(), tpr=tpr[corners][kept].tolist())


def _corners(fpr: Array, tpr: Array) -> Array:
    """Indices of the points where the curve bends: without the others it is the same curve."""
    turn = np.diff(fpr)[:-1] * np.diff(tpr)[1:] - np.diff(fpr)[1:] * np.diff(tpr)[:-1]
    return np.concatenate([[0], 1 + np.flatnonzero(np.abs(turn) > 1e-12), [len(fpr) - 1]])


def _thinned(fpr: Array, tpr: Array, points: int, tolerance: float) -> Array:
    """Indices of at most `points` points. An even spacing can fall in step with a staircase and keep its upper corners only, so the next
    spacing is tried until the area is right."""
    if len(fpr) <= points:
        return np.arange(len(fpr))
    along = fpr + tpr  # grows along the curve, from 0 to 2
    area = np.trapezoid(tpr, fpr)
    for count in range(points, 1, -1):
        kept = np.unique(np.searchsorted(along, np.linspace(0, along[-1], count)))
        if abs(np.trapezoid(tpr[kept], fpr[kept]) - area) <= tolerance:
            break
    return kept
