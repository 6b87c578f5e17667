from __future__ import annotations

import numpy as np
from laid import SIZE, laid, lesions

from sightline.phantom.canvas import Layer
from sightline.phantom.hair import paint_hair


def test_hairs_are_thin_lines_of_one_colour() -> None:
    for seed in range(8):
        layer = laid(lambda rng: paint_hair(rng, SIZE), seed)
        assert layer.colour.shape == (3,)
        assert 0 < (layer.cover > 0.2).mean() < 0.35
        inside = layer.cover > 0.2
        thick = inside[1:-1, 1:-1] & inside[:-2, 1:-1] & inside[2:, 1:-1] & inside[1:-1, :-2] & inside[1:-1, 2:]
        assert thick.sum() < 0.2 * inside.sum()


def test_no_hair_crosses_the_finding_beside_which_it_lies() -> None:
    crossing = 0
    for seed, outline in lesions(8):
        beside = paint_hair(np.random.default_rng(seed), SIZE, beside=outline)
        assert beside.cover.any()
        assert not seen(beside)[outline.mask(SIZE)].any()
        crossing += seen(paint_hair(np.random.default_rng(seed), SIZE))[outline.mask(SIZE)].any()
    assert crossing > 4, "without that they do"


def seen(layer: Layer) -> np.ndarray:
    return np.asarray(layer.cover > 0.2)
