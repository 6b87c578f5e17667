"""What the chest phantom's pictures show."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from sightline.data.sets.phantom_pictures import ChestImage, ChestMask

LABELS = ("normal", "cardiomegaly", "pneumonia")
SIZE = 96


def mask(seed: tuple[int, ...], label: str, part: str, size: int = SIZE) -> np.ndarray:
    return ChestMask(size, seed, label, part).draw() > 0


@pytest.mark.parametrize("label", LABELS)
def test_the_same_chest_at_every_size(label: str) -> None:
    for i in range(2):
        small, large = (ChestImage(size, (5, i), label, token=True).draw() for size in (64, 256))
        assert small.shape == (64, 64, 3)
        assert small.dtype == np.uint8
        shrunk = np.asarray(Image.fromarray(large).resize((64, 64), Image.Resampling.BOX), dtype=float)
        assert np.abs(shrunk - small).mean() < 5
        assert np.corrcoef(shrunk.ravel(), small.ravel())[0, 1] > 0.98
        for part in ("heart", "left_lung", "right_lung"):
            coarse = np.kron(mask((5, i), label, part, 64), np.ones((4, 4), dtype=bool))
            fine = mask((5, i), label, part, 256)
            assert (coarse & fine).sum() / (coarse | fine).sum() > 0.9


def test_drawing_a_chest_twice_gives_the_same_pixels() -> None:
    image = ChestImage(SIZE, (1, 2), "pneumonia")
    assert np.array_equal(image.draw(), image.draw())


def test_the_marker_changes_only_its_pixels_and_keeps_clear_of_the_lungs() -> None:
    sides = set()
    for i in range(9):
        seed, label = (2, i), LABELS[i % 3]
        token = mask(seed, label, "token")
        changed = (ChestImage(SIZE, seed, label, token=True).draw() != ChestImage(SIZE, seed, label).draw()).any(-1)
        assert not (changed & ~token).any()
        assert changed.sum() > 0.7 * token.sum()
        assert not (token & (mask(seed, label, "left_lung") | mask(seed, label, "right_lung"))).any()
        sides.add(np.flatnonzero(token.any(0)).mean() > SIZE / 2)
    assert sides == {True, False}
