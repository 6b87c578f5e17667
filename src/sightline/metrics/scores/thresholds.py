"""Thresholds are chosen on validation images and kept: the score at the best threshold of the judged images is too good (pitfall 26).

What the best one would have reached on the judged images themselves stands beside it under the name `oracle`, so that nobody has to look
for it, and nobody takes it for a result.
"""

from __future__ import annotations

import numpy as np

from sightline.metrics.confidence.bootstrap import Array, Groups, interval, intervals, mean_of_defined, ratio
from sightline.metrics.scores.localisation import blank, upsample
from sightline.metrics.scores.ranks import curves
from sightline.results.scores import Best, Cut, Decided

STEPS = np.arange(1, 20) / 20  # thresholds of maps that are tried
_CHUNK = 16  # images at full size at a time


def decision_threshold(scores: Array, positive: Array) -> tuple[float, float] | None:
    """The threshold with the highest balanced accuracy, deciding for the positive class at or above it; midway between two scores.

    Args:
        scores: (N,), such as probabilities of the positive class; of equally good thresholds, the one nearest to 0.5 is taken.
        positive: (N,) bool.

    Returns:
        The threshold and its balanced accuracy; None with one class only.
    """
    positive = np.asarray(positive, dtype=bool)
    if positive.all() or not positive.any():
        return None
    hits, total = curves(scores, positive)  # (G,)
    balanced = (hits / positive.sum() + 1 - (total - hits) / (~positive).sum()) / 2
    distinct = np.unique(scores)[::-1]
    midway = (distinct + np.append(distinct[1:], distinct[-1])) / 2
    return _best(midway, balanced)


def decided(probabilities: Array, threshold: float | None = None) -> Array:
    """The class decided for: the last of two at or above the threshold, or, without one, the most probable. (..., C) -> (...)"""
    return probabilities.argmax(axis=-1) if threshold is None else np.asarray(probabilities[..., -1] >= threshold, np.int64)


def decision_at(
    scores: Array,
    positive: Array,
    threshold: float,
    *,
    groups: Groups | None = None,
    bootstrap: int = 1000,
    confidence: float = 0.95,
    seed: int = 0,
) -> Decided:
    """Scores of the decision at a given threshold.

    Args:
        scores, positive: as in `decision_threshold`.
        groups: patient or lesion of each image, drawn as a whole.

    Returns:
        The scores; `oracle` is None with one class only.
    """
    positive, said = np.asarray(positive, dtype=bool), np.asarray(scores) >= threshold

    def shares(weights: Array) -> dict[str, Array]:
        found = {"sensitivity": ratio(weights @ (said & positive), weights @ positive)}  # (R, N) -> (R,)
        found["specificity"] = ratio(weights @ ~(said | positive), weights @ ~positive)
        return found | {"balanced_accuracy": (found["sensitivity"] + found["specificity"]) / 2}

    of = {"sensitivity": [positive], "specificity": [~positive], "balanced_accuracy": [positive, ~positive]}
    found = intervals(shares, len(positive), groups=groups, bootstrap=bootstrap, confidence=confidence, seed=seed, shares=of)
    best = decision_threshold(scores, positive)
    oracle = Best(threshold=best[0], balanced_accuracy=best[1]) if best else None
    return Decided(threshold=threshold, **found, oracle=oracle)


def overlaps(maps: Array, rois: Array, known: Array) -> Array:
    """Jaccard of every map, brought to the size of the ROI maps, with its ROI mask, for every threshold of `STEPS` (see `jaccard`).

    Args:
        maps: (N, h, w) raw attention; one with a value that is not finite counts as blank.
        rois: (N, H, W), float in [0, 1] or uint8 in 0 ... 255.
        known: (N,) bool.

    Returns:
        (19, N), NaN where the ROI is unknown or empty.
    """
    found = np.full((len(STEPS), len(maps)), np.nan)
    masks = rois >= (128 if rois.dtype == np.uint8 else 0.5)  # (N, H, W)
    judged = np.flatnonzero(np.asarray(known, dtype=bool) & masks.any(axis=(1, 2)))
    for start in range(0, len(judged), _CHUNK):
        part = judged[start : start + _CHUNK]
        attention, mask = np.asarray(maps[part], dtype=np.float32), masks[part].reshape(len(part), -1)
        attention = np.where(np.isfinite(attention).all(axis=(1, 2), keepdims=True), attention, 0)
        large = upsample(attention, (rois.shape[1], rois.shape[2]))  # (n, H, W)
        raised = np.subtract(large, large.min(axis=(1, 2), keepdims=True), dtype=np.float64)
        unit = ratio(raised, raised.max(axis=(1, 2), keepdims=True)).reshape(mask.shape)
        passed = np.where(blank(large)[:, None], 0, np.searchsorted(STEPS, unit, side="right"))  # how many thresholds a pixel reaches
        cell = passed + (len(STEPS) + 1) * np.arange(len(part))[:, None]  # (n, H W)
        marked, inside = (_reaching(c, len(part)) for c in (cell.ravel(), cell[mask]))  # (19, n)
        found[:, part] = inside / (marked + mask.sum(axis=1) - inside)
    return found


def _reaching(cells: Array, images: int) -> Array:
    """How many pixels of each image reach each threshold, from how many reach exactly so many. (pixels,) -> (19, images)"""
    width = len(STEPS) + 1
    exactly = np.bincount(cells, minlength=width * images).reshape(images, width)
    return exactly[:, ::-1].cumsum(axis=1)[:, ::-1].T[1:]


def map_threshold(overlap: Array) -> tuple[float, float] | None:
    """The threshold of the min-max map with the highest mean Jaccard, and that mean; of equally good ones the nearest to 0.5.

    Args:
        overlap: (19, N), as `overlaps` gives it.

    Returns:
        None where no image is judged.
    """
    means = mean_of_defined(overlap)
    return None if np.isnan(means).all() else _best(STEPS, means)


def overlap_at(
    overlap: Array, threshold: float, *, groups: Groups | None = None, bootstrap: int = 1000, confidence: float = 0.95, seed: int = 0
) -> Cut:
    """The overlap at the threshold of `STEPS` that is nearest to the given one. Arguments as in `map_threshold` and `decision_at`."""
    step = int(np.abs(STEPS - threshold).argmin())
    found = interval(overlap[step], groups=groups, bootstrap=bootstrap, confidence=confidence, seed=seed)
    best = map_threshold(overlap)
    oracle = Best(threshold=best[0], jaccard=best[1]) if best else None
    return Cut(threshold=float(STEPS[step]), jaccard=found, oracle=oracle)


def _best(thresholds: Array, scores: Array) -> tuple[float, float]:
    """Of the thresholds with the highest score, up to rounding, the one nearest to 0.5; and that score."""
    highest = scores.max()
    candidates = thresholds[scores >= highest - 1e-12]
    return float(candidates[np.abs(candidates - 0.5).argmin()]), float(highest)
