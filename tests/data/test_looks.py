"""How a picture looks in a few numbers."""

from __future__ import annotations

import numpy as np
import pytest

from sightline.data.looks import looks_of


def picture(colour: tuple[int, int, int], size: tuple[int, int] = (100, 200)) -> np.ndarray:
    return np.broadcast_to(np.array(colour, np.uint8), (*size, 3)).copy()


def test_a_plain_picture() -> None:
    looks = looks_of(picture((200, 100, 60)), 1234)
    assert looks.file_size == 1234
    assert looks.brightness == pytest.approx(120)
    assert looks.saturation == pytest.approx(140)
    assert looks.contrast == pytest.approx(0, abs=1e-3)
    assert looks.sharpness == 0


def test_the_border_is_the_outer_twentieth_of_each_side() -> None:
    image = picture((10, 10, 10))
    image[5:-5, 10:-10] = (90, 90, 90)
    assert looks_of(image, 1).border_brightness == pytest.approx(10)
    image[:5] = (10, 10, 250)
    assert looks_of(image, 1).border_warmth < -50


def test_sharpness_is_the_variance_of_the_laplacian_of_neighbours_whatever_the_size() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (1200, 1500, 3), np.uint8)
    small, large = looks_of(noise[:300, :300], 1), looks_of(noise, 1)
    level = (256**2 - 1) / 12  # variance of a whole number from 0 to 255; the weights of the Laplacian square to 20
    assert small.sharpness == pytest.approx(20 * level, rel=0.02)
    assert large.sharpness == pytest.approx(20 * level, rel=0.02)
    assert large.brightness == pytest.approx(127.5, abs=1)


@pytest.mark.parametrize("size", [(1, 1), (2, 2), (1, 50), (3, 3)])
def test_pictures_of_a_few_pixels_have_looks_too(size: tuple[int, int]) -> None:
    assert np.isfinite(looks_of(picture((9, 9, 9), size), 1)).all()
