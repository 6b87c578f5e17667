from __future__ import annotations

import numpy as np
import pytest

from sightline.metrics.scores.localisation import energy_inside, pixel_ap, pointing
from sightline.metrics.scores.map_scores import centre, other_images, uniform


def boxes(n: int = 6, side: int = 12) -> np.ndarray:
    rng = np.random.default_rng(0)
    roi = np.zeros((n, side, side), np.float32)
    for one, y, x in zip(roi, rng.integers(0, 6, n), rng.integers(0, 6, n), strict=True):
        one[y : y + 5, x : x + 4] = 1
    return roi


def test_uniform_energy_and_pixel_ap_are_what_a_constant_map_scores() -> None:
    roi = boxes() * 0.8
    flat = np.ones_like(roi)
    np.testing.assert_allclose(uniform(roi)["epg"], energy_inside(flat, roi))
    np.testing.assert_allclose(uniform(roi)["pixel_ap"], pixel_ap(flat, roi))


def test_uniform_pointing_is_the_chance_of_a_random_pixel() -> None:
    roi = boxes(1)
    points = np.eye(144, dtype=np.float32).reshape(144, 12, 12)
    assert uniform(roi)["pointing"][0] == pytest.approx(pointing(points, np.repeat(roi, 144, axis=0)).mean())


def test_uniform_overlap_marks_everything() -> None:
    roi = boxes()
    area = roi.mean(axis=(1, 2))
    np.testing.assert_allclose(uniform(roi)["jaccard"], area)
    np.testing.assert_allclose(uniform(roi)["dice"], 2 * area / (1 + area))


def test_an_empty_roi_has_no_level() -> None:
    assert all(np.isnan(v).all() for v in uniform(np.zeros((2, 4, 4))).values())


def test_centre_is_symmetric_and_a_quarter_wide() -> None:
    middle = centre((40, 80))
    np.testing.assert_allclose(middle, middle[::-1, ::-1], rtol=1e-5)
    np.testing.assert_allclose(centre((40, 40)), centre((40, 40)).T, rtol=1e-6)
    x = (np.arange(80) + 0.5) / 80
    across = middle.mean(axis=0, dtype=np.float64)
    inside = np.abs(x - 0.5) <= 0.25  # one sigma: 68 % of a Gaussian, of which 95 % lies in the image
    assert across[inside].sum() / across.sum() == pytest.approx(0.6827 / 0.9545, abs=2e-3)
    assert (middle >= 0.5).mean() == pytest.approx(0.27, abs=0.01)


def test_partners_are_other_images_each_once() -> None:
    drawn = other_images(30, 10, seed=1)
    assert len(drawn) == 30
    for i, others in enumerate(drawn):
        assert len(others) == len(set(others.tolist())) == 10
        assert i not in others
    assert any((a != b).any() for a, b in zip(drawn, other_images(30, 10, seed=2), strict=True))
    np.testing.assert_array_equal(np.stack(drawn), np.stack(other_images(30, 10, seed=1)))


def test_partners_are_not_of_the_same_patient() -> None:
    groups = ["a", "a", "b", None, None]
    drawn = other_images(5, 10, groups=groups)
    assert [sorted(d.tolist()) for d in drawn] == [[2, 3, 4], [2, 3, 4], [0, 1, 3, 4], [0, 1, 2, 4], [0, 1, 2, 3]]


def test_a_lonely_image_has_no_partner() -> None:
    assert [len(d) for d in other_images(1, 10)] == [0]
