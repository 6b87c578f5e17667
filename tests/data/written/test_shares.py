"""Coordinates as shares: what is read again covers the same pixels, however the shares are rounded."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sightline.data.annotation import polygon_map
from sightline.data.written.entries import Points
from sightline.data.written.shares import shared
from sightline.errors import UserError

SIDES = st.integers(3, 200)
HALVES = st.lists(st.tuples(st.integers(-9, 60), st.integers(-9, 60)), min_size=3, max_size=8)


def read_again(outlines: list[Points], size: tuple[int, int], whole: float) -> np.ndarray:
    """The pixels of outlines as `yolo` and `labelstudio` read them."""
    points = [tuple((x / whole * size[1], y / whole * size[0]) for x, y in one) for one in outlines]
    return np.logical_or.reduce([polygon_map(one, size) > 0 for one in points])


@pytest.mark.parametrize("whole", [1.0, 100.0])
@given(height=SIDES, width=SIDES, corners=HALVES, offset=st.sampled_from([0.0, 0.5]))
@example(height=190, width=130, corners=[(0, 0), (120, 120), (0, 120)], offset=0.0)
@example(height=175, width=50, corners=[(5, 38), (4, 38), (50, 43)], offset=0.0)  # a sliver that holds one centre
def test_the_same_pixels_are_inside(whole: float, height: int, width: int, corners: list[tuple[int, int]], offset: float) -> None:
    points = tuple((x + offset, y + offset) for x, y in corners)  # corners or diagonals on centres, where rounding matters most
    try:
        inside = polygon_map(points, (height, width)) > 0
    except UserError:
        return
    found = shared(points, (height, width), whole)
    assert all(0 <= value <= whole for one in found for point in one for value in point)
    assert np.array_equal(read_again(found, (height, width), whole), inside)


def test_rounding_alone_would_change_a_pixel() -> None:
    sizes = [(n, n) for n in range(20, 200)]
    square = ((0.5, 0.5), (15.5, 0.5), (15.5, 15.5), (0.5, 15.5))
    plain = [[tuple((x * 100 / n, y * 100 / n) for x, y in square)] for n, _ in sizes]
    wrong = [size for size, one in zip(sizes, plain, strict=True) if read_again(one, size, 100).sum() != 15 * 15]
    assert wrong
    for size in wrong:
        assert read_again(shared(square, size, 100.0), size, 100.0).sum() == 15 * 15
