"""Means over the findings of images that can have several (macro averages)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sightline.metrics.confidence.bootstrap import Array, Groups, intervals, mean_of_defined, ratio
from sightline.metrics.scores.ranks import auc, average_precision, curves
from sightline.results.findings import Macro


def macro_scores(
    labels: Array,
    probabilities: Array,
    epg: Array,
    thresholds: Sequence[float | None] | None = None,
    *,
    groups: Groups | None = None,
    bootstrap: int = 1000,
    confidence: float = 0.95,
    seed: int = 0,
) -> Macro:
    """The mean of each score over the findings for which it is defined.

    Args:
        labels: (N, C): 1 present, 0 absent, NaN not known.
        probabilities: (N, C).
        epg: (N, C) energy of each finding's map inside its region, NaN where that does not apply.
        thresholds: of each finding; None: the scores of decisions are left out, and so is a finding without a threshold.
        groups: patient of each image, drawn as a whole.
    """

    kept: Sequence[float | None] = thresholds or [None] * labels.shape[1]
    there = ~np.isnan(epg)  # (N, C)

    def means(weights: Array) -> dict[str, Array]:
        of_each = [_scores(labels[:, c], probabilities[:, c], kept[c], weights) for c in range(labels.shape[1])]
        energy = ratio(weights @ np.where(there, epg, 0), weights @ there.astype(float))  # (R, C)
        found = {name: mean_of_defined(np.stack([one[name] for one in of_each], axis=1)) for name in of_each[0]}
        return found | {"epg": mean_of_defined(energy)}

    found = intervals(means, len(labels), groups=groups, bootstrap=bootstrap, confidence=confidence, seed=seed)
    decisions = ("balanced_accuracy", "sensitivity", "specificity") if thresholds else ()
    return Macro(**{name: found[name] for name in ("auc", "average_precision", *decisions)}, epg=found["epg"] if there.any() else None)


def _scores(labels: Array, probabilities: Array, threshold: float | None, weights: Array) -> dict[str, Array]:
    """Scores of one finding over the images of which it is known. (N,), (N,), (R, N) -> name -> (R,)"""
    known = ~np.isnan(labels)
    said, positive, weights = probabilities[known], labels[known] == 1, weights[:, known]
    nothing = np.full(len(weights), np.nan)
    if not known.any():
        return dict.fromkeys(("auc", "average_precision", "sensitivity", "specificity", "balanced_accuracy"), nothing)
    walk = curves(said, positive, weights)
    ranked = {"auc": auc(*walk), "average_precision": average_precision(*walk)}
    if threshold is None:
        return ranked | dict.fromkeys(("sensitivity", "specificity", "balanced_accuracy"), nothing)
    decided = said >= threshold
    sensitivity = ratio(weights @ (decided & positive), weights @ positive)
    specificity = ratio(weights @ ~(decided | positive), weights @ ~positive)
    return ranked | {"sensitivity": sensitivity, "specificity": specificity, "balanced_accuracy": (sensitivity + specificity) / 2}
