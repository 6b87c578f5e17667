"""The borders of lesions, and those around regions of others."""

from __future__ import annotations

import numpy as np
import pytest
from laid import lesions

from sightline.phantom.outline import ANGLES, Outline, area_of, make_outline, outline_around, waves


def circle(x: float = 0.5, y: float = 0.5, radius: float = 0.25) -> Outline:
    return Outline(x, y, np.full(ANGLES, radius))


def test_a_circle_has_the_area_box_and_points_of_a_circle() -> None:
    one = circle(0.4, 0.6)
    assert one.area == pytest.approx(np.pi * 0.25**2, rel=1e-4)
    assert one.box == pytest.approx((0.15, 0.35, 0.65, 0.85), abs=1e-4)
    assert one.points[0] == pytest.approx([0.65, 0.6])
    assert one.points[ANGLES // 4] == pytest.approx([0.4, 0.85]), "angles turn from x towards y"


def test_points_inside_are_told_from_those_outside() -> None:
    assert circle().contains(np.array([[0.5, 0.5], [0.7, 0.5], [0.76, 0.5], [0.7, 0.7]])).tolist() == [True, True, False, False]
    distance, border = circle().polar(np.array([0.5], np.float32), np.array([0.9], np.float32))
    assert (distance[0], border[0]) == pytest.approx((0.4, 0.25))


def test_a_border_has_the_asked_area_and_lies_inside_the_margin() -> None:
    for _, outline in lesions(20, area=0.1):
        assert area_of(outline.radii) == pytest.approx(0.1, rel=1e-6)
        assert min(outline.box[:2]) >= 0.02 - 1e-6
        assert max(outline.box[2:]) <= 0.98 + 1e-6


def test_the_place_goes_from_one_margin_to_the_other() -> None:
    first, last = (make_outline(np.random.default_rng(1), 0.1, (place, place), 0.3).box for place in (0.0, 1.0))
    assert first[:2] == pytest.approx((0.02, 0.02))
    assert last[2:] == pytest.approx((0.98, 0.98))


def test_a_lesion_too_wide_is_made_smaller() -> None:
    x0, y0, x1, y1 = make_outline(np.random.default_rng(0), 0.5, (0.5, 0.5), 0.5).box
    assert max(x1 - x0, y1 - y0) == pytest.approx(0.62)


def test_an_irregular_border_is_longer() -> None:
    def length(irregularity: float) -> float:
        shapes = [make_outline(np.random.default_rng(seed), 0.1, (0.5, 0.5), irregularity).points for seed in range(10)]
        return float(np.mean([np.hypot(*np.diff(points, axis=0, append=points[:1]).T).sum() for points in shapes]))

    assert length(0.9) > 1.15 * length(0.1)


@pytest.mark.parametrize("radius", [0.05, 0.3])
def test_the_border_around_a_region_holds_it_and_little_more(radius: float) -> None:
    region = circle(0.45, 0.55, radius).mask(120)
    around = outline_around(region)
    assert (around.x, around.y) == pytest.approx((0.45, 0.55), abs=0.005)
    assert not (region & ~Outline(around.x, around.y, around.radii + 1 / 120).mask(120)).any()
    assert around.area == pytest.approx(np.pi * radius**2, rel=0.15)
    assert outline_around(region, widest=0.1).radii.max() <= 0.1


def test_the_border_around_one_pixel_is_as_small_as_a_pixel() -> None:
    region = np.zeros((40, 80), bool)
    region[10, 20] = True
    one = outline_around(region)
    assert (one.x, one.y) == pytest.approx((20.5 / 80, 10.5 / 40))
    assert one.radii == pytest.approx(1 / 80)


def test_waves_have_the_asked_strength_and_only_the_asked_orders() -> None:
    drawn = [waves(np.random.default_rng(seed), range(2, 5), 0.1) for seed in range(200)]
    assert np.mean([wave.std() for wave in drawn]) == pytest.approx(0.1, rel=0.15)
    spectrum = np.abs(np.fft.rfft(drawn[0]))
    assert spectrum[[0, 1, 5, 6, 20]].max() < 1e-9 < spectrum[2:5].min()
