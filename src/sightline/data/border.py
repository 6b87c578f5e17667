"""The border of a region as a polygon, and a coarser polygon in its place."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

Corners = list[tuple[float, float]]
_STEPS = ((0, 1), (1, 0), (0, -1), (-1, 0))  # (rows, columns) of right, down, left, up: each is a right turn from the one before


def border(inside: np.ndarray) -> Corners:
    """The outer border along the edges of the pixels, clockwise. Holes are passed over.

    Args:
        inside: (H, W) bool, one region, whose pixels touch at edges or corners.

    Returns:
        (x, y) of every place where the border turns.
    """
    filled = np.pad(ndimage.binary_fill_holes(inside), 1)
    # the upper left corner of the first pixel, going right; corners are numbered as the padded pixels to their lower right
    start = tuple(int(i) for i in np.argwhere(filled)[0])
    corners, (row, column), heading = [start[::-1]], start, 0
    while True:
        row, column = row + _STEPS[heading][0], column + _STEPS[heading][1]
        if (row, column) == start:
            return [(x - 1.0, y - 1.0) for x, y in corners]
        turn = -1 if filled[_ahead(row, column, heading, -1)] else 0 if filled[_ahead(row, column, heading, 1)] else 1
        if turn:
            corners.append((column, row))
        heading = (heading + turn) % 4


def _ahead(row: int, column: int, heading: int, side: int) -> tuple[int, int]:
    """The pixel in front of a corner, on the left (-1) or on the right (1) of the way."""
    (down, right), (aside_down, aside_right) = _STEPS[heading], _STEPS[(heading + side) % 4]
    return row + (down + aside_down - 1) // 2, column + (right + aside_right - 1) // 2


def simplified(corners: Corners, keep: int) -> Corners:
    """The `keep` corners that matter most: again and again, the one whose triangle with its neighbours is smallest is left out.

    Source: Visvalingam and Whyatt, Cartographic Journal 30(1), 1993.
    """
    points, n = np.array(corners), len(corners)  # (N, 2)
    before, after = np.roll(np.arange(n), 1), np.roll(np.arange(n), -1)

    def triangle(i: int) -> float:
        (ax, ay), (bx, by) = points[before[i]] - points[i], points[after[i]] - points[i]
        return abs(float(ax * by - ay * bx)) / 2

    area = np.array([triangle(i) for i in range(n)])
    for _ in range(n - keep):
        gone = int(area.argmin())
        after[before[gone]], before[after[gone]] = after[gone], before[gone]
        for i in (before[gone], after[gone]):
            area[i] = max(area[gone], triangle(i))  # a corner never becomes less important by the loss of another
        area[gone] = np.inf
    return [corners[i] for i in np.flatnonzero(np.isfinite(area))]
