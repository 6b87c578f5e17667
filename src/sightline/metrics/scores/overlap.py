"""Overlap of the maps of units with concepts over a whole data set, beside the overlap by chance (002-21).

The intersection over union of a thresholded map with a concept's mask, both taken over all images at once, is the score by which network
dissection names units (Bau et al., CVPR 2017). Among many units some overlap with anything, and lesions lie in the middle of every image;
so the score stands beside what units reach on the masks of *other* images.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sightline.metrics.confidence.bootstrap import Array, Groups, ratio
from sightline.metrics.scores.localisation import upsample
from sightline.metrics.scores.map_scores import other_images
from sightline.short import short_repr

SHUFFLES = 50


@dataclass(frozen=True)
class Overlap:
    """Overlaps of K units with C concepts.

    Attributes:
        iou: (K, C), NaN where no image shows the concept.
        expected: (K, C), the mean over shuffles: each image's map on the mask of another image.
        level: (C,), the highest that any of the units reaches in any shuffle. That chance alone lifts some unit above it has a
            probability of at most 1 / (shuffles + 1), however many units there are.
    """

    iou: Array
    expected: Array
    level: Array
    __repr__ = short_repr


def thresholds(maps: Array, top: float) -> Array:
    """The activation that each unit exceeds at a share `top` of all positions of all images. (N, K, h, w) -> (K,)

    Where it is above 0 at fewer positions than that, the threshold is 0 or below, and what counts is `activation > threshold`.
    """
    return np.quantile(maps.transpose(1, 0, 2, 3).reshape(maps.shape[1], -1), 1 - top, axis=1)


def concept_overlap(
    maps: Array, concepts: Array, known: Array, *, top: float = 0.05, shuffles: int = SHUFFLES, groups: Groups | None = None, seed: int = 0
) -> Overlap:
    """IoU of `map > threshold`, enlarged bilinearly, with each concept.

    Args:
        maps: (N, K, h, w), raw.
        concepts: (N, C, H, W) in [0, 1]; a soft mask counts a pixel in part.
        known: (N, C) bool; an image that says nothing about a concept is left out for it.
        top: share of the positions at which a unit counts as active.
        shuffles: other images on whose masks each map is laid.
        groups: patient or lesion of each image; images of one group are not other images.

    Example:
        >>> import numpy as np
        >>> import sightline as sl
        >>> maps, masks = np.eye(4).reshape(4, 1, 2, 2), np.eye(4, dtype=bool).reshape(4, 1, 2, 2)
        >>> sl.metrics.concept_overlap(maps, masks, np.ones((4, 1), bool), top=0.25).iou
        array([[1.]])
    """
    maps = np.asarray(maps, np.float32)  # as it is enlarged: a threshold between two precisions would cut at random
    n, k = maps.shape[:2]
    c, size = concepts.shape[1], concepts.shape[2:]
    limits = thresholds(maps, top)
    masks = concepts.reshape(n, c, -1).astype(np.float32) * known[..., None]  # (N, C, P)
    areas = masks.sum(axis=2, dtype=np.float64)  # (N, C)
    others = other_images(n, shuffles, groups=groups, seed=seed)
    rounds = min((len(other) for other in others), default=0)
    inside, total = np.zeros((2, 1 + rounds, k, c))
    for i in range(n):
        active = (upsample(maps[i], (size[0], size[1])) > limits[:, None, None]).reshape(k, -1).astype(np.float32)  # (K, P)
        on = active.sum(axis=1, dtype=np.float64)  # (K,)
        rows = [i, *others[i][:rounds]]
        both = known[i] & known[rows]  # (R, C)
        met = (active @ masks[rows].reshape(-1, masks.shape[2]).T).reshape(k, len(rows), c).transpose(1, 0, 2) * both[:, None]  # (R, K, C)
        inside += met
        total += (on[:, None] + areas[rows][:, None]) * both[:, None] - met
    iou = ratio(inside, total)
    iou[:, :, areas.sum(axis=0) == 0] = np.nan
    chance = iou[1:]
    if not rounds:
        return Overlap(iou[0], np.full((k, c), np.nan), np.full(c, np.nan))
    return Overlap(iou[0], chance.mean(axis=0), chance.max(axis=(0, 1)))
