"""Layers over pictures, and the lines that are drawn on a canvas."""

from __future__ import annotations

import numpy as np
import pytest

from sightline.phantom.canvas import Canvas, Layer, bezier

RED, WHITE = np.array([1, 0, 0], np.float32), np.ones(3, np.float32)


def square(colour: np.ndarray, cover: float, rows: slice = slice(2, 5), columns: slice = slice(1, 4)) -> Layer:
    there = np.zeros((8, 8), np.float32)
    there[rows, columns] = cover
    return Layer(colour, there)


def test_what_a_layer_covers_half_is_mixed_half_and_half() -> None:
    picture = np.full((8, 8, 3), 0.4, np.float32)
    mixed = square(RED, 0.5).over(picture)
    assert mixed[3, 2] == pytest.approx([0.7, 0.2, 0.2])
    assert (mixed[0] == picture[0]).all()


def test_two_layers_as_one_look_like_the_one_laid_over_the_other() -> None:
    picture, top, below = np.full((8, 8, 3), 0.3, np.float32), square(RED, 0.6), square(WHITE, 0.5, slice(4, 7), slice(0, 8))
    assert top.on(below).over(picture) == pytest.approx(top.over(below.over(picture)), abs=1e-6)


def test_what_is_too_faint_to_be_seen_is_trimmed_away() -> None:
    assert not square(RED, 0.019).trimmed().cover.any()
    assert square(RED, 0.021).trimmed().cover.sum() == pytest.approx(9 * 0.021)


@pytest.mark.parametrize(("channels", "seen"), [(3, [255, 0, 0]), (1, [76]), (4, [76] * 4)])
def test_a_layer_changes_what_it_covers_of_pixels_and_nothing_else(channels: int, seen: list[int]) -> None:
    pixels = np.full((8, 8, channels), 90, np.uint8)
    drawn, layer = square(RED, 1).laid_on(pixels), square(RED, 1)
    assert drawn[3, 2].tolist() == seen
    assert (drawn[layer.cover == 0] == 90).all()
    assert (pixels == 90).all(), "the picture itself stays as it is"
    assert square(RED, 0).laid_on(pixels) is not pixels


def test_a_layer_fitted_to_an_oblong_picture_keeps_the_part_that_holds_most_of_it() -> None:
    below = Layer(RED, np.zeros((40, 40), np.float32))
    below.cover[30:36, 10:20] = 1
    fitted = below.fitted((20, 40))
    assert fitted.cover.shape == (20, 40)
    assert fitted.colour.shape == (20, 40, 3)
    assert fitted.cover.sum() == pytest.approx(60)
    assert below.fitted((80, 160)).cover.sum() == pytest.approx(16 * 60, rel=0.02)


def test_a_stroke_covers_its_length_times_its_width() -> None:
    canvas = Canvas(100)
    canvas.stroke(np.array([[0.2, 0.5], [0.8, 0.5]]), np.full(2, 0.1))
    cover = canvas.coverage()
    assert cover.shape == (100, 100)
    assert cover.mean() == pytest.approx(0.6 * 0.1, rel=0.05)
    assert cover[48:52, 22:78].min() == 1
    assert not cover[:, :18].any()


def test_what_is_thinner_than_a_pixel_is_paler() -> None:
    def ink(width: float) -> float:
        canvas = Canvas(64)
        canvas.stroke(np.array([[0.1, 0.51], [0.9, 0.51]]), np.full(2, width))
        return float(canvas.coverage().sum())

    assert ink(0.0005) == pytest.approx(ink(0.001) / 2, rel=0.05)


def test_a_bezier_curve_begins_and_ends_where_it_is_told_and_bends_half_way_to_its_middle_point() -> None:
    curve = bezier(np.array([0.0, 0.0]), np.array([0.5, 1.0]), np.array([1.0, 0.0]), 5)
    assert curve[[0, 2, 4]] == pytest.approx(np.array([[0, 0], [0.5, 0.5], [1, 0]]))
