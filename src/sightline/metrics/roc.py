"""The ROC curve of one class, small enough to write into a file and draw."""

from __future__ import annotations

import numpy as np

from sightline.metrics.bootstrap import Array
from sightline.metrics.ranks import curves
from sightline.results.scores import Curve


def roc(scores: Array, positive: Array, *, points: int = 200, tolerance: float = 1e-3) -> Curve:
    """False and true positive rates from (0, 0) to (1, 1).

    Args:
        scores: (N,).
        positive: (N,) bool.
        points: at most so many; a longer curve is thinned to points about equally far apart along it.
        tolerance: largest change of the area under the curve.

    Returns:
        The curve; without points if there is one class only.
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
