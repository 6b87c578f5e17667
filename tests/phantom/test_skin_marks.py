"""Dark corners, swatches, stickers and band-aids beside lesions."""

from __future__ import annotations

import numpy as np
import pytest
from laid import SIZE, gap, laid, lesions
from scipy.ndimage import label

from sightline.phantom.outline import ANGLES, Outline
from sightline.phantom.place import GAP
from sightline.phantom.skin_marks import paint_band_aid, paint_dark_corner, paint_sticker, paint_swatch


def test_a_dark_corner_is_black_outside_a_circle_that_holds_the_lesion() -> None:
    for seed, outline in lesions(16):
        layer = laid(lambda rng, outline=outline: paint_dark_corner(rng, outline, SIZE), seed)
        assert layer.colour.max() < 0.1
        corners = layer.cover[[0, 0, -1, -1], [0, -1, 0, -1]]
        assert corners.max() > 0.9
        assert layer.cover[outline.mask(SIZE)].max() < 0.5
        assert layer.cover.mean() < 0.5


def test_a_swatch_is_a_square_of_one_colour_in_a_corner() -> None:
    corners, colours = set(), set()
    for seed in range(30):
        layer = paint_swatch(np.random.default_rng(seed), (30, 50), 6)
        assert layer.cover.shape == (30, 50)
        assert layer.cover.sum() == 36
        (corner,) = np.flatnonzero(layer.cover[[0, 0, -1, -1], [0, -1, 0, -1]])
        corners.add(int(corner))
        colours.add(tuple(layer.colour.tolist()))
    assert len(corners) == len(colours) == 4


def test_a_sticker_is_one_patch_beside_the_lesion_with_a_shadow_around_it() -> None:
    for seed, outline in lesions(16):
        layer = laid(lambda rng, outline=outline: paint_sticker(rng, outline, SIZE), seed)
        assert label(layer.cover > 0.5)[1] == 1
        assert 0.003 < (layer.cover > 0.5).mean() < 0.3
        assert gap(layer, outline) > 0.6 * GAP, "the soft shadow reaches a little into the gap"


def test_a_band_aid_lies_at_the_border_and_never_over_the_lesion() -> None:
    for seed, outline in lesions(16):
        layer = laid(lambda rng, outline=outline: paint_band_aid(rng, outline, SIZE), seed)
        plaster = layer.cover > 0.5
        assert plaster[[0, -1]].any() or plaster[:, [0, -1]].any()
        assert not plaster[outline.mask(SIZE)].any()


@pytest.mark.parametrize("radius", [0.2, 0.4])
def test_a_band_aid_of_a_given_radius_is_at_least_half_as_large_even_without_room(radius: float) -> None:
    everywhere = Outline(0.5, 0.5, np.full(ANGLES, 0.8))
    for seed in range(8):
        plaster = paint_band_aid(np.random.default_rng(seed), everywhere, SIZE, radius=radius).cover > 0.5
        assert plaster.mean() > np.pi * (radius / 2) ** 2 / 1.4 / 4 * 0.9, "a quarter of the smallest one, at a corner"
