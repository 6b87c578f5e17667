"""What tells the chests of the phantom apart, and how a film shows them."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import binary_dilation

from sightline.data.sets.phantom_pictures import ChestImage, ChestMask
from sightline.phantom.cxr_scene import ChestScene, blur, expose, grain

LABELS = ("normal", "cardiomegaly", "pneumonia")
SIZE = 96
ENLARGED = 0.5  # the cardiothoracic ratio above which a heart counts as enlarged


def mask(seed: tuple[int, ...], label: str, part: str, size: int = SIZE) -> np.ndarray:
    return ChestMask(size, seed, label, part).draw() > 0


def width(inside: np.ndarray) -> int:
    columns = np.flatnonzero(inside.any(0))
    return int(columns[-1] - columns[0] + 1)


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


def test_brightness_alone_does_not_tell_the_classes_apart() -> None:
    means = {label: [ChestImage(32, (4, i, j), label).draw().mean() for i in range(20)] for j, label in enumerate(LABELS)}
    spread = np.mean([np.std(values) for values in means.values()])
    assert np.ptp([np.mean(values) for values in means.values()]) < 0.8 * spread


def test_electrodes_change_only_their_pixels_and_their_snaps_keep_clear_of_the_heart() -> None:
    for i in range(6):
        scene = ChestScene((2, i), LABELS[i % 3])
        layer = scene.electrodes(SIZE)
        changed = (scene.draw(SIZE, electrodes=True) != scene.draw(SIZE)).any(-1)
        assert not (changed & (layer.cover == 0)).any()
        assert changed.sum() > 0.7 * (layer.cover > 0).sum()
        assert not (scene.chest.heart.mask(SIZE) & (layer.cover > 0.58)).any()


def test_a_chest_may_have_both_findings_and_a_normal_one_has_none() -> None:
    assert ChestScene((1, 2), "normal").opacity is None
    both, large = ChestScene((1, 2), "cardiomegaly;pneumonia"), ChestScene((1, 2), "cardiomegaly")
    assert both.opacity is not None
    assert both.chest.cardiothoracic_ratio == large.chest.cardiothoracic_ratio > ENLARGED


def test_a_blur_keeps_the_sum_and_leaves_what_it_could_not_change() -> None:
    dot = np.zeros((41, 41))
    dot[20, 20] = 1
    blurred = blur(dot, 0.05)
    assert blurred.sum() == pytest.approx(1)
    assert blurred.max() == pytest.approx(1 / (2 * np.pi * (0.05 * 41) ** 2), rel=0.05)
    assert blur(dot, 0.2 / 41) is dot


def test_the_more_is_absorbed_the_brighter_and_free_air_is_black() -> None:
    for seed in range(10):
        bright = expose(np.random.default_rng(seed), np.repeat(np.linspace(0, 1.5, 64)[None], 64, axis=0))
        assert (np.diff(bright[32]) > 0).all()
        assert -0.02 < bright.min() < 0.1
        assert 0.8 < bright.max() <= 1.01


def test_there_is_more_grain_where_more_was_absorbed() -> None:
    dark, bright = (grain(np.random.default_rng(3), np.full((64, 64), level)).std() for level in (0.0, 1.0))
    assert bright / dark == pytest.approx(1.3 / 0.6, rel=0.01)
