"""The pointing score of Zhu et al. 2022: does the map of a class have its maximum inside the organ where that finding shows?"""

from __future__ import annotations

import numpy as np

from sightline.metrics.bootstrap import Array, Groups, interval, mean_of_defined, number, ratio
from sightline.metrics.localisation import roi_area, upsample
from sightline.results.scores import Pointing

_CHUNK = 64  # maps at full size at a time


def points_into(maps: Array, regions: Array) -> Array:
    """Whether argmax_ij up(Omega)_ij lies in S (Zhu et al. 2022, 5.1 item 11): brought to the region's size bilinearly first, then the
    maximum.

    Unlike `localisation.pointing`, the highest point counts whatever its sign, since the maps of Zhu et al. 2022 are unbounded and only
    their order matters. Of several equal maxima the share that lies inside counts. A map that is constant or not finite points nowhere and
    misses.

    Args:
        maps: (N, h, w) raw attention of the labelled class.
        regions: (N, H, W) bool.

    Returns:
        (N,) in [0, 1]; NaN where the region is empty.
    """
    hits = np.empty(len(maps))
    for start in range(0, len(maps), _CHUNK):
        part = slice(start, start + _CHUNK)
        large, region = upsample(maps[part], (regions.shape[1], regions.shape[2])), regions[part]  # (n, H, W)
        highest = large == large.max(axis=(1, 2), keepdims=True)
        inside = ratio((highest & region).sum(axis=(1, 2)), highest.sum(axis=(1, 2)))
        hits[part] = np.where(region.any(axis=(1, 2)), np.where(_points(maps[part]), inside, 0), np.nan)
    return hits


def pointing_share(
    maps: Array,
    regions: Array,
    *,
    groups: Groups | None = None,
    bootstrap: int = 1000,
    confidence: float = 0.95,
    seed: int = 0,
) -> Pointing:
    """The share of images whose map points into the region, beside chance.

    Args:
        maps: (N, h, w).
        regions: (N, H, W) bool; images with an empty one are left out.
        groups: patient or lesion of each image, drawn as a whole.

    Returns:
        The share; `chance` is what a random point scores.
    """
    hits = points_into(maps, regions)
    area = np.where(np.isnan(hits), np.nan, roi_area(regions))
    share = interval(hits, groups=groups, bootstrap=bootstrap, confidence=confidence, seed=seed)
    return Pointing(**share.fields(), n=int((~np.isnan(hits)).sum()), chance=number(float(mean_of_defined(area))))


def _points(maps: Array) -> Array:
    """Whether a map prefers any place. (n, h, w) -> (n,) bool

    Asked of the map as it is: rounding might give a constant one a maximum when it is enlarged.
    """
    high, low = maps.max(axis=(1, 2)), maps.min(axis=(1, 2))
    return np.asarray(np.isfinite(high) & np.isfinite(low) & (high > low))
