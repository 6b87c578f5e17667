"""Coordinates as shares of the picture, written so that what is read again covers the same pixels."""

from __future__ import annotations

import numpy as np

from sightline.data.annotation import Size, polygon_map
from sightline.data.written.entries import Points
from sightline.data.written.tracing import traced
from sightline.errors import UserError


def shared(points: Points, size: Size, whole: float) -> list[Points]:
    """An outline in shares of the width and the height, `whole` being all of it.

    A corner that lies exactly on the line through the centres of pixels may be moved across it by the rounding of its share. Where that
    changes a pixel, and where a corner lies outside of the picture, the outline is drawn anew around the pixels themselves, whose edges
    lie between such lines.
    """
    height, width = size
    sides = (width, height)
    within = all(0 <= value <= side for point in points for value, side in zip(point, sides, strict=True))
    there = tuple(tuple(value * whole / side for value, side in zip(point, sides, strict=True)) for point in points)
    if within and _is_staircase(points):
        return [there]  # it goes along the edges of pixels: no rounding reaches a centre
    back = tuple(tuple(value / whole * side for value, side in zip(point, sides, strict=True)) for point in there)
    inside = polygon_map(points, size) > 0
    if within and np.array_equal(_covered(back, size), inside):
        return [there]
    return [tuple((x * whole / width, y * whole / height) for x, y in part) for part in traced(inside)]


def _covered(points: Points, size: Size) -> np.ndarray:
    """(H, W) bool: the pixels inside; none where rounding has moved a sliver off the only centre that it held."""
    try:
        return polygon_map(points, size) > 0
    except UserError:
        return np.zeros(size, dtype=bool)


def _is_staircase(points: Points) -> bool:
    """Whether all edges go along rows or columns, from one corner of a pixel to another."""
    straight = all(a[0] == b[0] or a[1] == b[1] for a, b in zip(points, (*points[1:], points[0]), strict=True))
    return straight and all(float(value).is_integer() for point in points for value in point)
