"""The masses of the ultrasound phantom, and what lies behind them."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import distance_transform_edt

from sightline.data.sets.phantom_ultrasound import CLASSES
from sightline.phantom.us_lesion import Suspicion, behind, make_mass, make_suspicion, paint_mass
from sightline.phantom.us_scene import UltrasoundScene

SIZE = 96
SMOOTH, ROUGH = Suspicion(0.1, 0.1, 0.0), Suspicion(0.9, 0.9, 1.0)


@pytest.mark.parametrize(("label", "low", "high"), [("benign", 0, 0.40), ("malignant", 0.58, 1)])
def test_the_mean_of_the_signs_tells_the_class(label: str, low: float, high: float) -> None:
    drawn = [make_suspicion(np.random.default_rng(seed), label) for seed in range(100)]
    signs = np.array([(one.upright, one.margin, one.shadow) for one in drawn])
    assert ((signs >= 0) & (signs <= 1)).all()
    assert ((signs.mean(1) > low) & (signs.mean(1) < high)).all()
    assert signs.min() < 0.5 < signs.max(), "single ones do not"


@pytest.mark.parametrize("suspicion", [SMOOTH, ROUGH])
def test_a_mass_has_the_asked_area_and_lies_where_masses_can_lie(suspicion: Suspicion) -> None:
    for seed in range(10):
        places = [(0.0, 0.0), (1.0, 1.0)]
        first, last = (make_mass(np.random.default_rng(seed), suspicion, 0.05, place) for place in places)
        assert first.area == pytest.approx(0.05, rel=1e-6) or np.ptp(first.points, axis=0).max() == pytest.approx(0.44)
        assert first.box[:2] == pytest.approx((0.07, 0.17))
        assert last.box[2:] == pytest.approx((0.93, 0.80))


def test_a_mass_too_wide_is_made_smaller() -> None:
    assert np.ptp(make_mass(np.random.default_rng(0), SMOOTH, 0.3, (0.5, 0.5)).points, axis=0).max() == pytest.approx(0.44)


def test_sound_is_gained_behind_a_clear_mass_and_lost_behind_a_dense_one_and_unchanged_above() -> None:
    outline = make_mass(np.random.default_rng(1), SMOOTH, 0.06, (0.5, 0.3))
    x0, y0, x1, y1 = (round(edge * SIZE) for edge in outline.box)
    below = slice(y1 + 2, None), slice((2 * x0 + x1) // 3, (x0 + 2 * x1) // 3)
    for shadow, low, high in ((0.0, 4, 12), (1.0, -21, -8)):
        change = behind(np.random.default_rng(0), outline, Suspicion(0.1, 1.0, shadow), SIZE)
        assert low < change[below].mean() < high
        assert (change[: y0 - 1] == 0).all()
        assert np.abs(change[outline.mask(SIZE)]).max() == 0


def test_a_mass_is_darker_than_the_tissue_and_drawn_again_from_its_seed() -> None:
    echo = np.full((SIZE, SIZE), -20.0, np.float32)
    outline = make_mass(np.random.default_rng(1), ROUGH, 0.06, (0.5, 0.5))
    painted = paint_mass(np.random.default_rng(2), echo, outline, ROUGH)
    assert -50 < painted[outline.mask(SIZE)].mean() < -32
    assert np.array_equal(painted, paint_mass(np.random.default_rng(2), echo, outline, ROUGH))
    assert (echo == -20).all()


def test_a_malignant_mass_is_taller_and_rougher_and_single_signs_overlap(masses: list[UltrasoundScene]) -> None:
    taller, rough = ({label: [] for label in CLASSES} for _ in range(2))  # type: dict[str, list[float]], dict[str, list[float]]
    for scene in masses:
        x0, y0, x1, y1 = scene.outline.box
        taller[scene.label].append((y1 - y0) / (x1 - x0))
        points = scene.outline.points
        length = np.hypot(*np.diff(points, axis=0, append=points[:1]).T).sum()
        rough[scene.label].append(length**2 / (4 * np.pi * scene.outline.area))
    for sign in (taller, rough):
        assert np.median(sign["malignant"]) > 1.2 * np.median(sign["benign"])
        assert max(sign["benign"]) > min(sign["malignant"])
    assert np.mean(np.array(taller["benign"]) < 1) > 0.9


def test_behind_a_benign_mass_it_is_brighter_than_behind_a_malignant_one(masses: list[UltrasoundScene]) -> None:
    contrast: dict[str, list[float]] = {label: [] for label in CLASSES}
    inside: list[float] = []
    for scene in masses:
        grey = scene.draw(SIZE, None)[..., 0].astype(float)
        x0, _, x1, y1 = (round(edge * SIZE) for edge in scene.outline.box)
        band = grey[y1 + 2 : y1 + 10]
        beside = np.ones(SIZE, bool)
        beside[max(x0 - 3, 0) : x1 + 3] = False
        third = (x1 - x0) // 3
        contrast[scene.label].append(band[:, x0 + third : x1 - third].mean() - band[:, beside].mean())
        lesion = scene.outline.mask(SIZE)
        around = (distance_transform_edt(~lesion) < 6) & ~lesion
        inside.append(grey[lesion].mean() - grey[around].mean())
    assert np.mean(contrast["benign"]) > 5 > -15 > np.mean(contrast["malignant"])
    assert np.mean(np.array(inside) < -10) > 0.95  # a mass is darker than what surrounds it
