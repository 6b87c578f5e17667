"""Body markers, calipers, depth scales and letters on ultrasound pictures."""

from __future__ import annotations

import numpy as np
import pytest
from laid import SIZE, gap, laid, lesions
from scipy.ndimage import label

from sightline.phantom.ultrasound_marks import paint_body_marker, paint_caliper, paint_depth_scale, paint_letters, paint_text_line


def test_a_body_marker_stands_in_a_corner_and_in_the_lower_one_away_from_a_finding() -> None:
    corners = set()
    for seed, outline in lesions(16):
        y, x = np.argwhere(laid(lambda rng: paint_body_marker(rng, SIZE), seed).cover > 0).mean(0) / SIZE
        assert abs(x - 0.5) > 0.25
        assert abs(y - 0.5) > 0.25
        corners.add((bool(x > 0.5), bool(y > 0.5)))
        y, x = np.argwhere(paint_body_marker(np.random.default_rng(seed), SIZE, outline).cover > 0).mean(0) / SIZE
        assert y > 0.75
        assert (x > 0.5) == (outline.x < 0.5)
    assert len(corners) > 2


def test_crosses_stand_just_outside_the_ends_of_an_axis() -> None:
    pairs = set()
    for seed, outline in lesions(12):
        layer = laid(lambda rng, outline=outline: paint_caliper(rng, outline, SIZE, arm=0.02), seed)
        assert gap(layer, outline) < 0.04
        assert layer.cover[outline.mask(SIZE)].mean() < 0.02
        pairs.add(label(layer.cover > 0, np.ones((3, 3)))[1])
    assert pairs <= {2, 3, 4}
    assert {2, 4} <= pairs


def test_crosses_stay_within_the_room() -> None:
    for seed, outline in lesions(6, area=0.3):
        cover = paint_caliper(np.random.default_rng(seed), outline, SIZE, arm=0.03, room=(0.5, 0.8)).cover
        rows, columns = (np.flatnonzero(cover.any(axis)) / SIZE for axis in (1, 0))
        assert columns.min() > 0.23
        assert columns.max() < 0.77
        assert rows.min() > 0.08
        assert rows.max() < 0.92


def test_without_a_given_arm_lengths_are_often_written_below() -> None:
    written = [
        paint_caliper(np.random.default_rng(seed), outline, SIZE).cover.sum()
        > 2 * paint_caliper(np.random.default_rng(seed), outline, SIZE, arm=0.023).cover.sum()
        for seed, outline in lesions(20)
    ]
    assert 5 < sum(written) < 20


def test_a_depth_scale_runs_down_one_side_in_even_steps() -> None:
    sides = set()
    for seed in range(12):
        layer = laid(lambda rng: paint_depth_scale(rng, SIZE), seed)
        rows, columns = np.nonzero(layer.cover > 0)
        assert np.ptp(rows) > 0.6 * SIZE
        right = bool(columns.mean() > SIZE / 2)
        assert (columns.min() > 0.8 * SIZE) if right else (columns.max() < 0.2 * SIZE)
        sides.add(right)
    assert sides == {True, False}


def test_a_line_of_text_stands_low_on_the_side_away_from_the_finding() -> None:
    for seed, outline in lesions(10):
        rows, columns = np.nonzero(laid(lambda rng, outline=outline: paint_text_line(rng, outline, SIZE), seed).cover > 0)
        assert rows.min() / SIZE > 0.88
        middle = columns.mean() / SIZE
        assert (middle > 0.5) == (outline.x < 0.5)


@pytest.mark.parametrize("size", [(60, 90), (90, 60)])
def test_letters_are_as_tall_as_asked_white_with_a_dark_rim_and_in_a_corner(size: tuple[int, int]) -> None:
    corners = set()
    for seed in range(16):
        layer = laid(lambda rng: paint_letters(rng, size, 12), seed, size)
        rows, columns = np.nonzero(layer.cover > 0.5)
        assert 11 <= np.ptp(rows) <= 17
        corners.add((bool(rows.mean() > size[0] / 2), bool(columns.mean() > size[1] / 2)))
        brightness = layer.colour[layer.cover > 0.9]
        assert brightness.min() < 0.2
        assert brightness.max() > 0.9
    assert len(corners) > 2


def test_letters_too_tall_for_a_narrow_picture_are_made_smaller() -> None:
    _, columns = np.nonzero(paint_letters(np.random.default_rng(0), (80, 24), 40).cover)
    assert columns.min() >= 0
    assert 12 < np.ptp(columns) < 24
