"""Annotations become ROI maps: against brute force, matplotlib and a plain Gaussian."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.path import Path as Outline
from PIL import Image
from scipy.ndimage import correlate1d

from sightline.data.annotation import box_map, gaze_map, polygon_map, render
from sightline.errors import UserError
from sightline.types import Annotation


def picture(path: Path, pixels: np.ndarray) -> Path:
    Image.fromarray(pixels).save(path)
    return path


def test_no_annotation_is_unknown_and_nothing_is_known_zero() -> None:
    assert render([], (4, 5), where="a") is None
    roi = render([Annotation("nothing")], (4, 5), where="a")
    assert roi is not None
    assert roi.shape == (4, 5)
    assert roi.dtype == np.float32
    assert not roi.any()


def test_mask_is_binary_and_heatmap_is_soft(tmp_path: Path) -> None:
    path = picture(tmp_path / "m.png", np.array([[0, 51, 255]], np.uint8))
    mask = render([Annotation("mask", path)], (1, 3), where="a")
    heat = render([Annotation("heatmap", path)], (1, 3), where="a")
    assert mask is not None
    assert heat is not None
    assert mask.tolist() == [[0, 0, 1]]
    assert np.allclose(heat, [[0, 0.2, 1]])


def test_several_annotations_are_united_by_the_maximum(tmp_path: Path) -> None:
    soft = picture(tmp_path / "h.png", np.array([[0, 51, 255, 0]], np.uint8))
    marks = [Annotation("heatmap", soft), Annotation("box", points=((0, 0, 2, 1),)), Annotation("nothing")]
    roi = render(marks, (1, 4), where="a")
    assert roi is not None
    assert np.allclose(roi, [[1, 1, 1, 0]])


@pytest.mark.parametrize("kind", ["mask", "heatmap"])
def test_a_map_of_another_size_is_refused_with_both_sizes(tmp_path: Path, kind: str) -> None:
    path = picture(tmp_path / "small.png", np.zeros((4, 6), np.uint8))
    with pytest.raises(UserError, match=rf"small\.png: this {kind} does not have .* It has 6 x 4 pixels, but case 7 has 12 x 8: export"):
        render([Annotation(kind, path)], (8, 12), where="case 7")  # type: ignore[arg-type]


def test_pitfall_18_a_box_over_the_whole_image_is_one_everywhere() -> None:
    assert (box_map((0, 0, 7, 5), (5, 7)) == 1).all()


@settings(max_examples=50, deadline=None)
@given(st.tuples(*[st.floats(-3, 12)] * 2), st.tuples(*[st.floats(0.1, 9)] * 2))
def test_a_box_covers_each_pixel_by_its_share(corner: tuple[float, float], side: tuple[float, float]) -> None:
    (x0, y0), (x1, y1) = corner, (corner[0] + side[0], corner[1] + side[1])
    if x1 <= 0 or y1 <= 0 or x0 >= 9 or y0 >= 6:
        return
    expected = np.zeros((6, 9))
    for i in range(6):
        for j in range(9):
            expected[i, j] = max(0, min(x1, j + 1) - max(x0, j)) * max(0, min(y1, i + 1) - max(y0, i))
    assert np.allclose(box_map((x0, y0, x1, y1), (6, 9)), expected, atol=1e-5)


def test_a_box_that_sticks_out_is_clipped() -> None:
    assert np.array_equal(box_map((-5, 1, 2, 99), (3, 4)), [[0, 0, 0, 0], [1, 1, 0, 0], [1, 1, 0, 0]])


@pytest.mark.parametrize("box", [(4, 0, 6, 2), (-3, 0, 0, 2), (0, 3, 2, 5), (0, -2, 2, 0)])
def test_a_box_outside_the_image_is_refused(box: tuple[float, ...]) -> None:
    with pytest.raises(UserError, match=r"a: box \(.*\) lies outside the image of 4 x 3 pixels"):
        render([Annotation("box", points=(box,))], (3, 4), where="a")


@pytest.mark.parametrize("box", [(2, 0, 2, 2), (3, 0, 1, 2), (0, 2, 2, 1), (float("nan"), 0, 1, 1)])
def test_a_box_without_area_is_refused(box: tuple[float, ...]) -> None:
    with pytest.raises(UserError, match=r"has no area\. Write x0 y0 x1 y1 with x0 < x1 and y0 < y1\. A box written as x, y, width"):
        box_map(box, (3, 4))


def test_a_rectangular_polygon_is_the_box() -> None:
    corners = ((2, 1), (6, 1), (6, 4), (2, 4))
    assert np.array_equal(polygon_map(corners, (6, 8)), box_map((2, 1, 6, 4), (6, 8)))
    assert (polygon_map(((0, 0), (8, 0), (8, 6), (0, 6)), (6, 8)) == 1).all()


def test_polygons_agree_with_matplotlib_at_pixel_centres() -> None:
    rng = np.random.default_rng(0)
    rows, columns = np.mgrid[:20, :30] + 0.5
    centres = np.stack([columns.ravel(), rows.ravel()], axis=1)
    for corners in (3, 4, 5):  # convex and concave ones that reach outside; crossing outlines differ by winding rule
        angles = np.sort(rng.uniform(0, 2 * np.pi, corners))
        reach = rng.uniform(4, 18, corners)
        points = np.stack([15 + reach * np.cos(angles), 10 + reach * np.sin(angles)], axis=1)
        expected = Outline(points).contains_points(centres).reshape(20, 30)
        assert expected.any()
        assert np.array_equal(polygon_map(points.tolist(), (20, 30)), expected)


def test_a_polygon_of_two_points_or_outside_the_image_is_refused() -> None:
    with pytest.raises(UserError, match="needs at least 3 points, this one has 2"):
        polygon_map(((0, 0), (3, 3)), (5, 5))
    with pytest.raises(UserError, match="covers no pixel of the image of 5 x 5"):
        polygon_map(((10, 10), (13, 10), (13, 13)), (5, 5))


def plain_gaze(samples: list[tuple[float, float, float]], size: tuple[int, int], kernel: int) -> np.ndarray:
    """Algorithm 1, written down with a full-size blur."""
    histogram = np.zeros(size)
    for x, y, weight in samples:
        histogram[int(y), int(x)] += weight
    taps = np.arange(kernel) - kernel // 2
    weights = np.exp(-(taps**2) / (2 * (0.3 * ((kernel - 1) / 2 - 1) + 0.8) ** 2))
    for axis in (0, 1):
        histogram = correlate1d(histogram, weights / weights.sum(), axis=axis, mode="mirror")
    return histogram / histogram.max()


@pytest.mark.parametrize("kernel", [1, 7, 41])
def test_gaze_follows_algorithm_1(kernel: int) -> None:
    rng = np.random.default_rng(0)
    samples = [(rng.uniform(0, 30), rng.uniform(0, 20), rng.uniform(0.1, 1)) for _ in range(40)]
    assert np.allclose(gaze_map(samples, (20, 30), kernel), plain_gaze(samples, (20, 30), kernel), atol=1e-5)


def test_gaze_without_durations_weighs_every_sample_alike() -> None:
    samples = [(3.2, 4.9), (3.9, 4.1), (10, 2)]
    expected = plain_gaze([(x, y, 1) for x, y in samples], (12, 14), 5)
    assert np.allclose(gaze_map(samples, (12, 14), 5), expected, atol=1e-5)


def test_an_even_blur_counts_as_the_next_odd_one() -> None:
    assert np.array_equal(gaze_map([(4, 4)], (9, 9), 4), gaze_map([(4, 4)], (9, 9), 5))  # type: ignore[arg-type]


def test_the_gaze_of_a_point_peaks_at_the_point_in_x_and_y() -> None:
    heat = gaze_map([(9, 2)], (6, 12), 5)
    assert heat is not None
    assert np.unravel_index(heat.argmax(), heat.shape) == (2, 9)
    assert heat.max() == 1


def test_samples_outside_and_blinks_are_dropped() -> None:
    nan = float("nan")
    kept = [(5.0, 5.0, 1.0), (0.0, 0.0, 2.0)]
    lost = [(-0.1, 5, 1), (5, -3, 1), (12, 5, 1), (5, 10, 1), (nan, nan, 1), (5, 5, nan), (5, 5, 0)]
    assert np.array_equal(gaze_map([*kept, *lost], (10, 12), 5), gaze_map(kept, (10, 12), 5))  # type: ignore[arg-type]


@pytest.mark.parametrize("samples", [(), ((-4.0, 2.0), (50.0, 50.0)), ((float("nan"), float("nan")),), ((3.0, 3.0, 0.0),)])
def test_a_gaze_that_never_touched_the_image_is_unknown(samples: tuple[tuple[float, ...], ...]) -> None:
    gaze = Annotation("gaze", points=samples)
    assert render([gaze], (8, 8), where="a") is None
    roi = render([gaze, Annotation("box", points=((0, 0, 8, 8),))], (8, 8), where="a")
    assert roi is not None
    assert roi.all()


@pytest.mark.parametrize("kind", ["box", "polygon", "mask"])
def test_an_annotation_that_was_drawn_on_a_picture_of_another_size_is_refused(tmp_path: Path, kind: Any) -> None:
    Image.new("L", (8, 6), 255).save(tmp_path / "m.png")
    points = {"box": ((1.0, 1.0, 5.0, 5.0),), "polygon": ((0.0, 0.0), (5.0, 0.0), (5.0, 5.0)), "mask": ()}[kind]
    mark = Annotation(kind, tmp_path / "m.png" if kind == "mask" else None, points, size=(6, 8))
    assert render([mark], (6, 8), where="a") is not None
    with pytest.raises(UserError, match="a: its annotation was drawn on a picture of 16 x 12 pixels, but the image has 8 x 6"):
        render([replace(mark, size=(12, 16))], (6, 8), where="a")
    with pytest.raises(UserError, match="one of the two was turned, perhaps by an EXIF tag"):
        render([replace(mark, size=(8, 6))], (6, 8), where="a")
