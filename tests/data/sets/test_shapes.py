"""Shapes of annotation tools as polygons."""

from __future__ import annotations

import math

import pytest

from sightline.data.sets.shapes import area, crosses_itself, ellipse, rectangle, turned


def test_an_ellipse_lies_on_its_half_axes_and_has_nearly_its_area() -> None:
    points = ellipse(10, 20, 6, 2)
    xs, ys = zip(*points, strict=True)
    assert (min(xs), max(xs), min(ys), max(ys)) == pytest.approx((4, 16, 18, 22))
    assert area(points) == pytest.approx(math.pi * 6 * 2, rel=5e-4)
    assert area(points) < math.pi * 6 * 2
    xs, ys = zip(*ellipse(10, 20, 6, 2, 90), strict=True)
    assert (min(xs), max(xs), min(ys), max(ys)) == pytest.approx((8, 12, 14, 26))


def test_turning_is_clockwise_as_one_sees_it() -> None:
    assert turned(((2, 1),), (1, 1), 90)[0] == pytest.approx((1, 2))  # from the right downwards: y points down
    assert turned(((2, 1),), (1, 1), -90)[0] == pytest.approx((1, 0))
    corners = rectangle(7, 2, 4, 3, 90, (7, 2))
    assert [tuple(map(round, corner)) for corner in corners] == [(7, 2), (7, 6), (4, 6), (4, 2)]
    assert rectangle(1, 2, 4, 3, 0, (9, 9)) == ((1, 2), (5, 2), (5, 5), (1, 5))


def test_the_area_does_not_depend_on_the_direction_or_the_first_corner() -> None:
    triangle = ((0.0, 0.0), (4.0, 0.0), (4.0, 3.0))
    assert area(triangle) == area(triangle[::-1]) == area((*triangle[1:], triangle[0])) == 6
    assert area(()) == area(triangle[:2]) == 0


def test_edges_that_touch_do_not_cross() -> None:
    assert crosses_itself(((0, 0), (4, 4), (4, 0), (0, 4)))
    assert not crosses_itself(((0, 0), (4, 0), (4, 4), (0, 4)))
    assert not crosses_itself(((0, 0), (4, 0), (2, 0), (2, 4))), "along an edge"
    assert not crosses_itself(((0, 0), (4, 0), (4, 4), (2, 0), (0, 4))), "a corner on an edge"
