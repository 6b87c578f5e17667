"""Coordinates as shares of the picture, written so that what is read again covers the same pixels."""

from __future__ import annotations

import numpy as np

from sightline.data.annotation import Size, polygon_map
from sightline.data.written.entries import Points
from sightline.data.written.tracing import traced


def shared(points: Points, size: Size, whole: float) -> list[Points]:
    """An outline in shares of the width and the height, `whole` being all of it.

    A corner that lies exactly on the line through the centres of pixels may be moved across it by the rounding of its share. Where that
    changes a pixel, and where a corner lies outside of the picture, the outline is drawn anew around the pixels themselves, whose edges
    lie between such lines.
    """
    height, width = size
    sides = (width, height)
    there = tuple(tuple(value * whole / side for value, side in zip(point, sides, strict=True)) for point in points)
    back = tuple(tuple(value / whole * side for value, side in zip(point, sides, strict=True)) for point in there)
    inside = polygon_map(points, size) > 0
    if all(0 <= value <= whole for point in there for value in point) and np.array_equal(polygon_map(back, size) > 0, inside):
        return [there]
    return [tuple((x * whole / width, y * whole / height) for x, y in part) for part in traced(inside)]
