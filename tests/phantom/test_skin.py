from __future__ import annotations

import numpy as np
import pytest

from sightline.phantom.skin import BLOOD, MELANIN, TONES, absorb, paint_skin


def test_light_falls_exponentially_with_the_pigment_and_blue_most() -> None:
    light, pigment = np.full((1, 2, 3), 0.8), np.array([[0.0, 1.5]])
    left = absorb(light, pigment, MELANIN)
    assert left[0, 0] == pytest.approx([0.8] * 3)
    assert left[0, 1] == pytest.approx(0.8 * np.exp(-1.5 * MELANIN))
    assert left[0, 1, 0] > left[0, 1, 1] > left[0, 1, 2]
    assert absorb(light, pigment, BLOOD)[0, 1].argmax() == 0, "blood is red"


@pytest.mark.parametrize("skin_type", TONES)
def test_skin_has_the_tone_of_its_type_and_is_mottled(skin_type: str) -> None:
    drawn = [paint_skin(np.random.default_rng(seed), 48, skin_type) for seed in range(12)]
    assert np.mean([skin.mean((0, 1)) for skin in drawn], axis=0) == pytest.approx(TONES[skin_type], rel=0.08)
    for skin in drawn:
        assert skin.shape == (48, 48, 3)
        assert 0 < skin.min() < skin.max() < 1.1
        assert 0.005 < skin.mean(2).std() < 0.1
    assert np.array_equal(drawn[0], paint_skin(np.random.default_rng(0), 48, skin_type))


def test_types_go_from_light_to_dark() -> None:
    brightness = [sum(tone) for tone in TONES.values()]
    assert brightness == sorted(brightness, reverse=True)
