"""From pixels to outlines whose inside is exactly these pixels.

The corners of an outline are corners of pixels, so they lie half a pixel away from every centre: rounding the numbers, or scaling them
there and back, changes no pixel.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import numpy as np
from scipy import ndimage

Corner = tuple[int, int]
Ring = list[Corner]


def traced(inside: np.ndarray) -> list[tuple[Corner, ...]]:
    """Outlines of the connected parts of a mask (H, W) bool; by the even-odd rule they cover exactly its pixels.

    A part with holes is one outline: it goes along the outer edge and then, over a line of no width and back, around each hole.

    >>> traced(np.array([[0, 1, 1], [0, 1, 1]]) > 0)
    [((1, 0), (3, 0), (3, 2), (1, 2))]
    """
    parts, _ = ndimage.label(inside)
    found = []
    for number, window in enumerate(ndimage.find_objects(parts), start=1):
        top, left = window[0].start, window[1].start
        outer, *holes = sorted(_rings(parts[window] == number), key=_spread, reverse=True)
        found.append(tuple((x + left, y + top) for x, y in _joined(outer, holes)))
    return found


def _joined(outer: Ring, holes: list[Ring]) -> Ring:
    """One outline of several. The lines between them run along rows and columns, where what goes there and back leaves no trace."""
    path = list(outer)
    x0, y0 = outer[0]
    for hole in holes:
        turn = (hole[0][0], y0)
        path += [(x0, y0), turn, *hole, hole[0], turn]
    return path if not holes else [*path, (x0, y0)]


def _rings(inside: np.ndarray) -> Iterator[Ring]:
    """The edges between inside and outside, each a ring that has the inside to its right and begins at a corner."""
    ways = _edges(inside)
    left = {(corner, step) for corner, steps in ways.items() for step in steps}
    while left:
        first = corner, step = min(left)
        ring: Ring = [corner]
        while True:
            left.discard((corner, step))
            corner = (corner[0] + step[0], corner[1] + step[1])
            onward = _rightmost(step, ways[corner])
            if (corner, onward) == first:
                break
            if onward != step:
                ring.append(corner)
            step = onward
        yield ring


def _edges(inside: np.ndarray) -> dict[Corner, list[Corner]]:
    """Corner -> the steps that lead on from it along the edge."""
    ways: dict[Corner, list[Corner]] = defaultdict(list)
    padded = np.pad(inside, 1)
    here = padded[1:-1, 1:-1]
    for (row, column), start, step in (
        ((0, 1), (0, 0), (1, 0)),  # outside above: to the right
        ((1, 2), (1, 0), (0, 1)),  # outside on the right: down
        ((2, 1), (1, 1), (-1, 0)),  # outside below: to the left
        ((1, 0), (0, 1), (0, -1)),  # outside on the left: up
    ):
        beside = padded[row : row + here.shape[0], column : column + here.shape[1]]
        for y, x in np.argwhere(here & ~beside).tolist():
            ways[x + start[0], y + start[1]].append(step)
    return ways


def _rightmost(before: Corner, steps: list[Corner]) -> Corner:
    """The step that turns right, which stays at the same pixel where two touch at a corner; else straight on; else to the left."""
    return min(steps, key=lambda step: before[1] * step[0] - before[0] * step[1])


def _spread(ring: Ring) -> float:
    xs, ys = np.array(ring).T
    return float(abs(np.dot(xs, np.roll(ys, -1)) - np.dot(ys, np.roll(xs, -1))))
