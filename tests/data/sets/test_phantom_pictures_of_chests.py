"""What the chest phantom's pictures show."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image
from scipy.ndimage import binary_dilation

from sightline.data.sets.phantom_pictures import ChestImage, ChestMask
from sightline.phantom.cxr_scene import ChestScene

LABELS = ("normal", "cardiomegaly", "pneumonia")
SIZE = 96
ENLARGED = 0.5  # the cardiothoracic ratio above which a heart counts as enlarged


def mask(seed: tuple[int, ...], label: str, part: str, size: int = SIZE) -> np.ndarray:
    return ChestMask(size, seed, label, part).draw() > 0


def width(inside: np.ndarray) -> int:
    columns = np.flatnonzero(inside.any(0))
    return int(columns[-1] - columns[0] + 1)


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


def test_a_cardiomegaly_shows_in_the_heart_to_thorax_ratio() -> None:
    ratios: dict[str, list[float]] = {label: [] for label in LABELS}
    for i in range(45):
        label, seed = LABELS[i % 3], (9, i)
        lungs = mask(seed, label, "left_lung") | mask(seed, label, "right_lung")
        ratios[label].append(width(mask(seed, label, "heart")) / width(lungs))
        assert ratios[label][-1] == pytest.approx(ChestScene(seed, label).chest.cardiothoracic_ratio, abs=0.04)
    healthy = ratios["normal"] + ratios["pneumonia"]
    assert max(healthy) < ENLARGED < min(ratios["cardiomegaly"])
    assert np.mean(ratios["cardiomegaly"]) - np.mean(healthy) > 0.15


def test_an_opacity_is_brighter_than_the_same_place_without_it_and_sometimes_faint() -> None:
    gain = []
    for i in range(16):
        sick, well = (ChestImage(64, (3, i), label).draw()[..., 0].astype(float) for label in ("pneumonia", "normal"))
        cloud = mask((3, i), "pneumonia", "opacity", 64)
        assert cloud.mean() > 0.003
        gain.append((sick - well)[cloud].mean())
    assert min(gain) > 6
    assert min(gain) < 0.4 * max(gain)


def test_the_class_changes_nothing_but_the_heart_or_the_cloud() -> None:
    for i in range(4):
        seed = (8, i)
        normal = ChestImage(SIZE, seed, "normal").draw().astype(int)
        for label, part in (("cardiomegaly", "heart"), ("pneumonia", "opacity")):
            changed = np.abs(ChestImage(SIZE, seed, label).draw().astype(int) - normal)[..., 0]
            reach = binary_dilation(mask(seed, label, part) | mask(seed, "normal", "heart"), iterations=SIZE // 6)
            assert changed[~reach].max() <= 6  # scattered light
            assert changed[mask(seed, label, part)].max() > 20


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


def test_brightness_alone_does_not_tell_the_classes_apart() -> None:
    means = {label: [ChestImage(32, (4, i, j), label).draw().mean() for i in range(20)] for j, label in enumerate(LABELS)}
    spread = np.mean([np.std(values) for values in means.values()])
    assert np.ptp([np.mean(values) for values in means.values()]) < 0.8 * spread
