"""A map in [0, 1] as a predicted mask: its overlap with the region, and how often it is empty or covers the whole image."""

from __future__ import annotations

import numpy as np

from sightline.metrics.confidence.bootstrap import Array, Groups, chosen, interval, ratio
from sightline.metrics.scores.localisation import upsample
from sightline.results.base import Score
from sightline.results.scores import MaskScores

WHOLE = 0.95  # a mask of at least this share of the image marks no place
_CHUNK = 64  # maps at full size at a time


def predicted_masks(maps: Array, size: tuple[int, int], threshold: float = 0.5) -> Array:
    """Where the map, brought to the size of the image, is at or above `threshold` itself: no min-max, which would turn a map of nothing
    into a mask of something. (N, h, w) in [0, 1] -> (N, H, W) bool"""
    return upsample(maps, size) >= threshold


def mask_scores(
    maps: Array,
    rois: Array,
    known: Array,
    *,
    threshold: float = 0.5,
    groups: Groups | None = None,
    bootstrap: int = 1000,
    confidence: float = 0.95,
    seed: int = 0,
) -> MaskScores:
    """Overlap of predicted masks with the regions, and the failures of the decoder that the SPN report saw with 25 % of the annotations
    (001-23, -25, -26).

    Args:
        maps: (N, h, w) in [0, 1], as gates and decoders put them out.
        rois: (N, H, W), float in [0, 1] or uint8 in 0 ... 255.
        known: (N,) bool.
        groups: patient or lesion of each image, drawn as a whole.

    Returns:
        `jaccard` and `dice` over the images with a known, non-empty region; `empty` and `whole` over all images.
    """
    shares, overlaps, marked = np.empty(len(maps)), np.empty(len(maps)), np.empty(len(maps), bool)
    for start in range(0, len(maps), _CHUNK):
        part = slice(start, start + _CHUNK)
        masks = predicted_masks(maps[part], (rois.shape[1], rois.shape[2]), threshold)  # (n, H, W)
        regions = rois[part] >= (128 if rois.dtype == np.uint8 else 0.5)
        shares[part], marked[part] = masks.mean(axis=(1, 2)), regions.any(axis=(1, 2))
        overlaps[part] = ratio((masks & regions).sum(axis=(1, 2)), (masks | regions).sum(axis=(1, 2)))
    judged = np.flatnonzero(np.asarray(known, dtype=bool) & marked)
    overlap = overlaps[judged]

    def judge(values: Array, rows: Array | None = None) -> Score:
        own = groups if rows is None else chosen(groups, rows)
        return interval(values, groups=own, bootstrap=bootstrap, confidence=confidence, seed=seed, share=rows is None)

    return MaskScores(
        n=len(judged),
        jaccard=judge(overlap, judged),
        dice=judge(2 * overlap / (1 + overlap), judged),
        empty=judge((shares == 0).astype(float)),
        whole=judge((shares >= WHOLE).astype(float)),
    )
