"""Agreement of attention maps with ROI maps: one number per image, in [0, 1], by several definitions.

Every score compares maps (N, H, W) with ROI maps (N, H, W) image by image, so it cannot depend on the batch; one map (1, H, W) may also be
held against many ROI maps. Attention is raw: signed, of any scale, positive where it speaks for the class. ROI maps are soft, in [0, 1];
where a mask is needed, it is `roi >= 0.5`. Nothing marked is NaN: the score does not apply to such an image.

A map that points nowhere (see `blank`) never earns a hit.
"""

from __future__ import annotations

import numpy as np
import torch
from scipy.ndimage import binary_dilation
from torch.nn import functional

from sightline.metrics.confidence.bootstrap import Array, Groups, interval, mean_of_defined, none_if_nan, ratio
from sightline.metrics.scores.ranks import average_precision, curves
from sightline.results.scores import Pointing

SCORES = ("epg", "pointing", "jaccard", "dice", "pixel_ap", "minmax_jaccard")

_CHUNK = 64
_ROUNDING = 1e-6  # relative, of an enlargement in float32


def upsample(maps: Array, size: tuple[int, int]) -> Array:
    """Bilinear, pixel centres aligned (`align_corners=False`), values unchanged in scale. (N, h, w) -> (N, H, W) float32"""
    raw = np.asarray(maps, dtype=np.float32)
    if raw.shape[1:] == size:
        return raw
    large = np.empty((len(raw), *size), dtype=np.float32)
    for start in range(0, len(raw), _CHUNK):
        part = torch.from_numpy(raw[start : start + _CHUNK].copy())[:, None]  # (n, 1, h, w)
        large[start : start + _CHUNK] = functional.interpolate(part, size=size, mode="bilinear", align_corners=False)[:, 0].numpy()
    return large


def blank(attention: Array) -> Array:
    """Whether a map points nowhere: it is constant, without positive evidence, or not finite. (N, H, W) -> (N,) bool"""
    high, low = attention.max(axis=(1, 2)), attention.min(axis=(1, 2))
    result: Array = ~(np.isfinite(high) & np.isfinite(low) & (high > 0) & (high > low))
    return result


def roi_area(roi: Array) -> Array:
    """Mean of the ROI map: the share of the image that is marked. (N, H, W) -> (N,)

    Example:
        >>> import numpy as np
        >>> import sightline as sl
        >>> sl.metrics.roi_area(np.array([[[1.0, 0.0, 0.0, 0.0]]]))
        array([0.25])
    """
    result: Array = roi.mean(axis=(1, 2), dtype=np.float64)
    return result


def energy_inside(attention: Array, roi: Array) -> Array:
    """The share of the positive attention that lies inside: sum(relu(A) R) / sum(relu(A)) (energy-based pointing game; Wang et al. 2020).

    A map without positive evidence has 0. (N, H, W), (N, H, W) -> (N,)

    Example:
        >>> import numpy as np
        >>> import sightline as sl
        >>> sl.metrics.energy_inside(np.array([[[3.0, 1.0]]]), np.array([[[1.0, 0.0]]]))
        array([0.75])
    """
    positive = np.maximum(attention, 0)
    inside = np.einsum("nhw,nhw->n", positive, roi, dtype=np.float64)  # converts piecewise: no copy of all maps
    total = positive.sum(axis=(1, 2), dtype=np.float64)
    share = np.divide(inside, total, out=np.zeros_like(inside), where=np.isfinite(total) & (total > 0))
    return np.where(roi.any(axis=(1, 2)), share, np.nan)


def pointing(attention: Array, roi: Array) -> Array:
    """Whether the highest point lies inside (pointing game; Zhang et al. 2018), without a margin around the ROI.

    Of several equal highest points the share that lies inside counts, so that no corner of the image is preferred. A blank map misses.
    (N, H, W), (N, H, W) -> (N,)

    Example:
        >>> import numpy as np
        >>> import sightline as sl
        >>> sl.metrics.pointing(np.array([[[3.0, 1.0, 3.0]]]), np.array([[[1.0, 0.0, 0.0]]]))
        array([0.5])
    """
    highest = attention == attention.max(axis=(1, 2), keepdims=True)
    mask = roi >= 0.5
    hit = ratio((highest & mask).sum(axis=(1, 2)), highest.sum(axis=(1, 2)))
    return np.where(mask.any(axis=(1, 2)), np.where(blank(attention), 0, hit), np.nan)


def jaccard(attention: Array, roi: Array, threshold: float = 0.5) -> Array:
    """Overlap |A and R| / |A or R| of the ROI mask and what the map marks: its min-max in [0, 1] at or above `threshold`.

    One threshold fixed beforehand, never the best one of the images that are judged. A blank map has 0. (N, H, W), (N, H, W) -> (N,)

    Example:
        >>> import numpy as np
        >>> import sightline as sl
        >>> sl.metrics.jaccard(np.array([[[3.0, 2.0, 1.0]]]), np.array([[[1.0, 0.0, 0.0]]]))
        array([0.5])
    """
    return _overlap(attention, roi, threshold, ~blank(attention))


def minmax_jaccard(attention: Array, roi: Array) -> Array:
    """The attention score of Yan 2020 (003-29): `jaccard` at 0.5, for maps without positive evidence, too.

    The min-max of a map says where it is highest, whatever its sign. Only a map that is the same everywhere, or not finite, has 0.
    (N, H, W), (N, H, W) -> (N,)

    Example:
        >>> negative, roi = np.array([[[-1.0, -3.0, -3.0]]]), np.array([[[1.0, 0.0, 0.0]]])
        >>> minmax_jaccard(negative, roi), jaccard(negative, roi)
        (array([1.]), array([0.]))
    """
    return _overlap(attention, roi, 0.5, _points(attention))


def _overlap(attention: Array, roi: Array, threshold: float, usable: Array) -> Array:
    usable = usable[:, None, None]
    raised = np.subtract(attention, attention.min(axis=(1, 2), keepdims=True), dtype=np.float64)
    unit = np.divide(raised, raised.max(axis=(1, 2), keepdims=True), out=np.zeros_like(raised), where=usable)
    marked, mask = usable & (unit >= threshold), roi >= 0.5
    overlap = ratio((marked & mask).sum(axis=(1, 2)), (marked | mask).sum(axis=(1, 2)))
    return np.where(mask.any(axis=(1, 2)), overlap, np.nan)


def dice(attention: Array, roi: Array, threshold: float = 0.5) -> Array:
    """2 |A and R| / (|A| + |R|) = 2 J / (1 + J), with A, R and J of `jaccard`. (N, H, W), (N, H, W) -> (N,)

    Example:
        >>> import numpy as np
        >>> import sightline as sl
        >>> sl.metrics.dice(np.array([[[3.0, 2.0, 1.0]]]), np.array([[[1.0, 0.0, 0.0]]]))
        array([0.66666667])
    """
    overlap = jaccard(attention, roi, threshold)
    result: Array = 2 * overlap / (1 + overlap)
    return result


def pixel_ap(attention: Array, roi: Array) -> Array:
    """Average precision of finding the ROI's pixels by their attention; equal values are found together.

    A ranking alone, free of scale and threshold: a constant map has the ROI's area, which is chance. (N, H, W), (N, H, W) -> (N,)

    Example:
        >>> import numpy as np
        >>> import sightline as sl
        >>> sl.metrics.pixel_ap(np.array([[[0.9, 0.2, 0.7]]]), np.array([[[1.0, 0.0, 0.0]]]))
        array([1.])
    """
    pixels = roi.shape[1] * roi.shape[2]
    mask, flat = (roi >= 0.5).reshape(-1, pixels), attention.reshape(-1, pixels)  # (N, H W)
    if len(flat) == 1:  # one sort serves all ROI maps
        return average_precision(*curves(flat[0], mask))
    return np.array([average_precision(*curves(scores, inside)) for scores, inside in zip(flat, mask, strict=True)])


def scores(attention: Array, roi: Array, threshold: float = 0.5) -> dict[str, Array]:
    """All of `SCORES`. (N or 1, H, W), (N, H, W) -> name -> (N,)"""
    overlap = jaccard(attention, roi, threshold)
    return {
        "epg": energy_inside(attention, roi),
        "pointing": pointing(attention, roi),
        "jaccard": overlap,
        "dice": 2 * overlap / (1 + overlap),
        "pixel_ap": pixel_ap(attention, roi),
        "minmax_jaccard": minmax_jaccard(attention, roi),
    }


def points_into(maps: Array, regions: Array, within: int | None = None) -> Array:
    """Whether argmax_ij up(Omega)_ij lies in S (Zhu et al. 2022, 5.1 item 11): brought to the region's size bilinearly first, then the
    maximum; or whether the highest cell of the map itself lies within some cells of the region, as in the authors' program.

    Unlike `localisation.pointing`, the highest point counts whatever its sign, since the maps of Zhu et al. 2022 are unbounded and only
    their order matters. Of several equal maxima the share that lies inside counts. A map that is constant or not finite points nowhere and
    misses.

    Args:
        maps: (N, h, w) raw attention of the labelled class.
        regions: (N, H, W) bool.
        within: None: enlarge the map. Else the number of cells, in any direction, by which the highest cell may miss the region, which is
            sampled at the first pixel of each cell.

    Returns:
        (N,) in [0, 1]; NaN where the region is empty.

    Example:
        >>> import numpy as np
        >>> import sightline as sl
        >>> sl.metrics.points_into(np.array([[[3.0, 1.0]]]), np.array([[[True, False]]]))
        array([1.])
        >>> sl.metrics.points_into(np.array([[[1.0, 2.0, 3.0]]]), np.array([[[True, False, False]]]), within=1)
        array([0.])
    """
    hits = np.empty(len(maps))
    for start in range(0, len(maps), _CHUNK):
        part = slice(start, start + _CHUNK)
        region = regions[part] if within is None else near(regions[part], maps.shape[1:], within)
        highest = _highest(maps[part], region.shape[1:])
        inside = ratio((highest & region).sum(axis=(1, 2)), highest.sum(axis=(1, 2)))
        hits[part] = np.where(region.any(axis=(1, 2)), np.where(_points(maps[part]), inside, 0), np.nan)
    return hits


def _highest(maps: Array, size: tuple[int, int]) -> Array:
    """Where maps are highest once they are enlarged. (n, h, w) -> (n, H, W) bool

    Along a border an enlarged map repeats its outermost cells; rounding must not choose between these equal values.
    """
    if maps.shape[1:] == size:
        found: Array = maps == maps.max(axis=(1, 2), keepdims=True)
        return found
    with np.errstate(invalid="ignore"):  # maps that are not finite, which miss
        large = upsample(maps - maps.min(axis=(1, 2), keepdims=True), size)  # from 0 on, whatever the sign
        return np.asarray(large >= large.max(axis=(1, 2), keepdims=True) * (1 - _ROUNDING))


def near(regions: Array, size: tuple[int, ...], within: int) -> Array:
    """The cells of a grid that lie in the region or at most `within` cells from it. (N, H, W), (h, w) -> (N, h, w) bool

    >>> near(np.array([[[True, False, False, False, False, False]]]), (1, 3), 1).tolist()
    [[[True, True, False]]]
    """
    rows, columns = (np.arange(cells) * pixels // cells for cells, pixels in zip(size, regions.shape[1:], strict=True))
    grid: Array = regions[:, rows][:, :, columns]
    side = 2 * within + 1
    return grid if within == 0 else binary_dilation(grid, np.ones((1, side, side), dtype=bool))


def pointing_share(
    maps: Array,
    regions: Array,
    *,
    within: int | None = None,
    groups: Groups | None = None,
    bootstrap: int = 1000,
    confidence: float = 0.95,
    seed: int = 0,
) -> Pointing:
    """The share of images whose map points into the region, beside chance.

    Args:
        maps: (N, h, w).
        regions: (N, H, W) bool; images with an empty one are left out.
        within: see `points_into`.
        groups: patient or lesion of each image, drawn as a whole.

    Returns:
        The share; `chance` is what a random point scores.

    Example:
        >>> import numpy as np
        >>> import sightline as sl
        >>> sl.metrics.pointing_share(np.array([[[3.0, 1.0]], [[1.0, 2.0]]]), np.array([[[True, False]], [[True, False]]]))
        Pointing(0.500 [0.000, 1.000])
    """
    hits = points_into(maps, regions, within)
    allowed = regions if within is None else near(regions, maps.shape[1:], within)
    area = np.where(np.isnan(hits), np.nan, roi_area(allowed))
    share = interval(hits, groups=groups, bootstrap=bootstrap, confidence=confidence, seed=seed, share=True)
    return Pointing(**share.fields(), chance=none_if_nan(float(mean_of_defined(area))))


def _points(maps: Array) -> Array:
    """Whether a map prefers any place. (n, h, w) -> (n,) bool

    Asked of the map as it is: rounding might give a constant one a maximum when it is enlarged.
    """
    high, low = maps.max(axis=(1, 2)), maps.min(axis=(1, 2))
    return np.asarray(np.isfinite(high) & np.isfinite(low) & (high > low))
