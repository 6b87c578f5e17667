"""Outlines of pixels: what they cover is what was there, whatever the shape."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from sightline.data.annotation import polygon_map
from sightline.data.written.tracing import traced

MASKS = arrays.arrays(bool, st.tuples(st.integers(1, 9), st.integers(1, 9)))


@given(MASKS)
def test_the_outlines_cover_exactly_the_pixels(inside: np.ndarray) -> None:
    covered = np.zeros(inside.shape, int)
    for outline in traced(inside):
        covered += polygon_map(outline, inside.shape).astype(int)
    assert np.array_equal(covered, inside.astype(int))


def test_a_part_with_holes_is_one_outline() -> None:
    inside = np.ones((7, 9), bool)
    inside[1:3, 1:4] = inside[4:6, 5:8] = False
    (outline,) = traced(inside)
    assert np.array_equal(polygon_map(outline, inside.shape) > 0, inside)


def test_pixels_that_touch_at_a_corner_are_two_parts() -> None:
    assert traced(np.eye(2) > 0) == [((0, 0), (1, 0), (1, 1), (0, 1)), ((1, 1), (2, 1), (2, 2), (1, 2))]
