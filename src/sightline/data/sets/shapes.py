"""Shapes of annotation tools as polygons: circles, ellipses, rotated rectangles."""

from __future__ import annotations

import math
from collections.abc import Sequence

Point = tuple[float, float]
Points = tuple[Point, ...]
CORNERS = 128  # of a circle: its area is then 0.04 % too small


def ellipse(x: float, y: float, rx: float, ry: float, degrees: float = 0) -> Points:
    """The ellipse around (x, y) with the half axes rx and ry, turned clockwise.

    >>> len(ellipse(5, 5, 2, 1))
    128
    """
    angles = [2 * math.pi * corner / CORNERS for corner in range(CORNERS)]
    return turned(tuple((x + rx * math.cos(angle), y + ry * math.sin(angle)) for angle in angles), (x, y), degrees)


def rectangle(x: float, y: float, width: float, height: float, degrees: float, around: tuple[float, float]) -> Points:
    """The rectangle with the upper left corner (x, y), turned clockwise around a point."""
    return turned(((x, y), (x + width, y), (x + width, y + height), (x, y + height)), around, degrees)


def turned(points: Points, around: tuple[float, float], degrees: float) -> Points:
    """The points turned clockwise (y points downwards).

    >>> turned(((2.0, 1.0),), (1.0, 1.0), 90)
    ((1.0, 2.0),)
    """
    angle = math.radians(degrees)
    cos, sin = math.cos(angle), math.sin(angle)
    x0, y0 = around
    return tuple((x0 + (x - x0) * cos - (y - y0) * sin, y0 + (x - x0) * sin + (y - y0) * cos) for x, y in points)


def area(points: Sequence[Sequence[float]]) -> float:
    """The area that an outline encloses.

    >>> area(((0, 0), (2, 0), (2, 3), (0, 3)))
    6.0
    """
    return abs(sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in zip(points, (*points[1:], points[0]), strict=True))) / 2 if points else 0


def crosses_itself(points: Points) -> bool:
    """Whether two edges of an outline cross.

    >>> crosses_itself(((0, 0), (2, 2), (2, 0), (0, 2))), crosses_itself(((0, 0), (2, 0), (2, 2), (0, 2)))
    (True, False)
    """
    edges = list(zip(points, (*points[1:], points[0]), strict=True))
    return any(_cross(*one, *other) for number, one in enumerate(edges) for other in edges[number + 2 :])


def _cross(a: Point, b: Point, c: Point, d: Point) -> bool:
    return _side(a, b, c) * _side(a, b, d) < 0 and _side(c, d, a) * _side(c, d, b) < 0


def _side(a: Point, b: Point, c: Point) -> float:
    """Above 0 where c lies on one side of the line through a and b, below where it lies on the other."""
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
