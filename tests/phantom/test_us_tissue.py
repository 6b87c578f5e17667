"""The layers of the ultrasound phantom."""

from __future__ import annotations

import numpy as np
import pytest

from sightline.phantom.noise import centres
from sightline.phantom.us_tissue import Layers, make_layers, paint_layers

SIZE = 96


def test_a_border_is_a_mean_depth_and_waves_of_half_periods() -> None:
    layers = make_layers(np.random.default_rng(0))
    x = np.array([0.0, 0.5, 1.0])
    assert layers.depth((0.2, np.array([0.03])), x) == pytest.approx([0.23, 0.2, 0.17])
    assert layers.depth((0.2, np.array([0.0, 0.03])), x) == pytest.approx([0.23, 0.17, 0.23])


def test_skin_gland_and_muscle_lie_one_below_the_other() -> None:
    for seed in range(50):
        layers, at = make_layers(np.random.default_rng(seed)), centres(SIZE)
        skin, gland, muscle = (layers.depth(border, at) for border in (layers.skin, layers.gland, layers.muscle))
        assert skin.min() > 0
        assert (skin < gland).all()
        assert (gland < muscle).all()
        assert 0 <= layers.dense <= 1


def flat(dense: float) -> Layers:
    still = np.zeros(1)
    return Layers((0.05, still), (0.25, still), (0.8, still), dense)


def test_each_layer_has_its_brightness() -> None:
    echo = np.mean([paint_layers(np.random.default_rng(seed), flat(1.0), SIZE) for seed in range(6)], axis=0)
    rows = {"skin": (2, 5), "fat": (10, 22), "gland": (30, 70), "fascia": (76, 78), "muscle": (82, 96)}
    level = {name: float(echo[start:stop].mean()) for name, (start, stop) in rows.items()}
    assert level["skin"] > level["gland"] > level["muscle"] > -45
    assert level["gland"] > level["fat"] + 5
    assert level["fascia"] > level["muscle"] + 5
    assert np.isfinite(echo).all()
    assert np.array_equal(*(paint_layers(np.random.default_rng(1), flat(0.5), SIZE) for _ in range(2)))


def test_a_dense_gland_is_brighter_than_a_fatty_one() -> None:
    def level(dense: float) -> float:
        return float(np.mean([paint_layers(np.random.default_rng(seed), flat(dense), SIZE)[30:70].mean() for seed in range(6)]))

    assert level(1.0) > level(0.0) + 4
