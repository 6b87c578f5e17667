"""Outlines of regions: along the borders of the pixels, so that an outline drawn again is the region itself."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sightline.explain.window import Window, put_back
from sightline.metrics.scores.localisation import blank

Outline = list[tuple[float, float]]
_FINEST = 1024  # pixels along the longer side on which contours of maps are looked for
_STRAY = 0.6  # pixels by which an outline may miss the stairs of the pixels
_COARSE = 8.0  # the same of an outline to be corrected by hand, in pixels of the finest contour
_SPECK = 0.02  # share of the largest outline below which another one is left out


def marked(attention: np.ndarray, threshold: float, where: Window, size: tuple[int, int]) -> np.ndarray:
    """Where a map, scaled from its lowest value (0) to its highest (1), is at or above a threshold, on the pixels of the picture.

    That is the region whose overlap with annotations is scored. A map without positive evidence, or the same everywhere, marks nothing.

    Args:
        attention: (h, w), raw.
        where: the part of the picture that the map covers.
        size: (H, W) of the picture.

    Returns:
        (H, W) bool.
    """
    if blank(attention[None])[0]:
        return np.zeros(size, dtype=bool)
    large = put_back(attention, where, size)
    seen = large[~np.isnan(large)]
    low, high = (float(seen.min()), float(seen.max())) if seen.size else (0.0, 0.0)
    found: np.ndarray = np.nan_to_num((large - low) / (high - low or 1), nan=-1) >= threshold
    return found


def contour(attention: np.ndarray, threshold: float, where: Window, size: tuple[int, int], stray: float = _STRAY) -> list[Outline]:
    """The outlines of `marked`, in pixels of the picture; `stray`: see `outlines`, in shares of 1 / 1024 of the longer side."""
    factor = _FINEST / max(size)
    small = (max(1, round(size[0] * factor)), max(1, round(size[1] * factor)))
    across, down = small[1] / size[1], small[0] / size[0]
    window = (where[0] * across, where[1] * down, where[2] * across, where[3] * down)
    found = outlines(marked(attention, threshold, window, small), stray)
    return [[(round(x / across, 2), round(y / down, 2)) for x, y in outline] for outline in found]


def start(attention: np.ndarray, threshold: float, where: Window, size: tuple[int, int]) -> list[Outline]:
    """The outlines of `marked` with few corners, to be corrected by hand, without those of holes and of specks."""
    return _large(contour(attention, threshold, where, size, _COARSE))


def to_correct(mask: np.ndarray) -> list[Outline]:
    """The outlines of a mask (H, W) with few corners, to be corrected by hand, without those of holes and of specks."""
    return _large(outlines(mask, _COARSE * max(mask.shape) / _FINEST))


def _large(every: Sequence[Outline]) -> list[Outline]:
    found = [np.array(outline) for outline in every]
    largest = _area(found[0]) if found else 0.0
    return [_as_outline(one) for one in found if len(one) >= 3 and _area(one) / largest > _SPECK]


def outlines(mask: np.ndarray, stray: float = _STRAY) -> list[Outline]:
    """The borders of a mask as closed outlines, largest first; those of holes are among them, so that the even-odd rule gives the mask.

    >>> outlines(np.array([[0, 1, 1], [0, 1, 1]]))
    [[(1.0, 0.0), (3.0, 0.0), (3.0, 2.0), (1.0, 2.0)]]

    Args:
        mask: (H, W).
        stray: pixels by which an outline may miss the stairs of the pixels.
    """
    loops = sorted(_loops(np.pad(np.asarray(mask, dtype=bool), 1)), key=lambda loop: -abs(_area(loop)))
    return [_simple(loop, stray) for loop in loops]


def _loops(padded: np.ndarray) -> list[np.ndarray]:
    """Closed walks along the borders, with the region to the right; corners (n, 2) as (x, y) of the mask without its padding."""
    ahead: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for axis in (0, 1):
        step = np.diff(padded.astype(np.int8), axis=axis)
        for row, column in np.argwhere(step):
            enters = step[row, column] > 0
            # the border lies after pixel (row, column); of a step down it runs along x, of a step right along y
            start, end = ((column - 1, row), (column, row)) if axis == 0 else ((column, row), (column, row - 1))
            first, last = (start, end) if enters else (end, start)
            ahead.setdefault((int(first[0]), int(first[1])), []).append((int(last[0]), int(last[1])))
    found = []
    while ahead:
        walk = [next(iter(ahead))]
        while walk[-1] in ahead:
            ways = ahead[walk[-1]]
            before = walk[-2] if len(walk) > 1 else None
            walk.append(ways.pop(_turn(before, walk[-1], ways)))
            if not ways:
                del ahead[walk[-2]]
            if walk[-1] == walk[0]:
                break
        found.append(np.array(walk[:-1]))
    return found


def _turn(before: tuple[int, int] | None, at: tuple[int, int], ways: Sequence[tuple[int, int]]) -> int:
    """Which way to go on where two regions touch at a corner: to the right, so that they stay apart."""
    if before is None or len(ways) == 1:
        return 0
    dx, dy = at[0] - before[0], at[1] - before[1]
    return next((i for i, way in enumerate(ways) if (way[0] - at[0], way[1] - at[1]) == (-dy, dx)), 0)


def _area(loop: np.ndarray) -> float:
    x, y = loop[:, 0].astype(float), loop[:, 1].astype(float)
    return float(np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y) / 2)


def _simple(loop: np.ndarray, stray: float) -> Outline:
    """Fewer corners, none of which strays from the stairs of the pixels by more than `stray` (Douglas and Peucker 1973)."""
    far = int(np.argmax(((loop - loop[0]) ** 2).sum(axis=1)))
    closed = np.vstack([loop, loop[:1]]).astype(float)
    kept = np.zeros(len(closed), dtype=bool)
    kept[[0, far, -1]] = True
    parts = [(0, far), (far, len(closed) - 1)]
    while parts:
        first, last = parts.pop()
        if last - first < 2:
            continue
        (x0, y0), (x1, y1) = closed[first], closed[last]
        inner = closed[first + 1 : last]
        length = np.hypot(x1 - x0, y1 - y0) or 1.0
        distance = np.abs((x1 - x0) * (inner[:, 1] - y0) - (y1 - y0) * (inner[:, 0] - x0)) / length
        if distance.max() > stray:
            middle = first + 1 + int(distance.argmax())
            kept[middle] = True
            parts += [(first, middle), (middle, last)]
    return _as_outline(closed[:-1][kept[:-1]])


def _as_outline(corners: np.ndarray) -> Outline:
    return [(float(x), float(y)) for x, y in corners]


def dice(one: np.ndarray, other: np.ndarray) -> float | None:
    """2 |A and B| / (|A| + |B|) of two masks; None: both are empty.

    >>> dice(np.array([True, True]), np.array([True, False]))
    0.6666666666666666
    """
    total = int(one.sum()) + int(other.sum())
    return 2 * int((one & other).sum()) / total if total else None
