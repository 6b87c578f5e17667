"""Transparent green, darker where the activation is higher (002-10)."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image

from sightline.explain.tint import GREEN, LEVELS, OPAQUE, PALE, sheet, strength, tint

GREY = np.full((8, 8, 3), 120, np.uint8)


def test_the_higher_the_activation_the_nearer_to_dark_green() -> None:
    painted = tint(GREY, np.linspace(0, 1, 8, dtype=np.float32)[None].repeat(8, 0)).astype(int)
    distance = np.abs(painted[0] - GREEN).sum(axis=1)
    assert (np.diff(distance) < 0).all()
    assert (np.diff(painted[0].sum(axis=1)) < 0).all(), "darker"
    red, green, blue = painted[0, -1]
    assert green > blue > red, "green"


def test_002_10_a_tenth_of_the_picture_shows_through_and_the_picture_is_paled_to_two_thirds() -> None:
    black = np.zeros((1, 1, 3), np.uint8)
    pale, full = tint(black, np.zeros((1, 1)))[0, 0], tint(black, np.ones((1, 1)))[0, 0]
    assert pale.tolist() == [89, 89, 89], "255 * (1 - 0.65)"
    assert full.tolist() == [9, 90, 54], "0.1 * 89 + 0.9 * (0, 90, 50)"


def test_where_nothing_is_active_the_pale_picture_is_left() -> None:
    pale = round(255 - (255 - 120) * PALE)
    for feature in (np.zeros((2, 2)), np.full((2, 2), -3.0)):
        assert (tint(GREY, feature) == pale).all()


def test_maps_of_one_scale_can_be_compared() -> None:
    weak, strong = (tint(GREY, np.full((1, 1), value, np.float32), scale=2.0)[0, 0, 0] for value in (1.0, 2.0))
    assert strong < weak


def test_a_small_map_is_enlarged_bilinearly() -> None:
    painted = tint(GREY, np.array([[0, 1]], np.float32))[0, :, 0].astype(int)
    assert (np.diff(painted) <= 0).all()
    assert len(set(painted.tolist())) > 4


def test_strength_is_the_positive_share_and_nothing_of_a_silent_unit() -> None:
    assert strength(np.array([-1.0, 0.5, 3.0]), 2.0).tolist() == [0, 0.25, 1]
    assert strength(np.array([-1.0, -2.0]), -1.0).tolist() == [0, 0]


def test_a_sheet_holds_every_map_as_green_of_that_opacity() -> None:
    features = np.random.default_rng(0).random((5, 4, 6)).astype(np.float32)
    png, columns = sheet(features)
    rgba = np.asarray(Image.open(io.BytesIO(png)).convert("RGBA")).astype(float)
    assert rgba.shape == (2 * 4, columns * 6, 4)
    assert (rgba[..., :3] == GREEN).all()
    for k, feature in enumerate(features):
        row, column = divmod(k, columns)
        cell = rgba[row * 4 : row * 4 + 4, column * 6 : column * 6 + 6, 3]
        assert np.abs(cell - 255 * OPAQUE * feature).max() <= 255 * OPAQUE / (LEVELS - 1)
