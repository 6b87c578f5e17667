"""The pigment of drawn lesions."""

from __future__ import annotations

import numpy as np
import pytest
from laid import SIZE, lesions
from scipy.ndimage import distance_transform_edt

from sightline.phantom.lesion import Disorder, make_disorder, paint_lesion

SKIN = np.full((SIZE, SIZE, 3), (0.82, 0.65, 0.54), np.float32)
EVEN, MIXED = Disorder(0.1, 0.05, 0.05), Disorder(0.5, 0.95, 0.9)


@pytest.mark.parametrize(("label", "low", "high"), [("nevus", 0, 0.36), ("melanoma", 0.6, 1)])
def test_the_mean_of_the_signs_tells_the_class(label: str, low: float, high: float) -> None:
    drawn = [make_disorder(np.random.default_rng(seed), label) for seed in range(100)]
    signs = np.array([(one.border, one.colour, one.texture) for one in drawn])
    assert ((signs >= 0) & (signs <= 1)).all()
    assert ((signs.mean(1) > low) & (signs.mean(1) < high)).all()
    assert signs.min() < 0.5 < signs.max(), "single ones do not"
    assert make_disorder(np.random.default_rng(0), label) == drawn[0]


@pytest.mark.parametrize("disorder", [EVEN, MIXED])
def test_a_lesion_darkens_the_skin_inside_its_border_and_leaves_the_rest(disorder: Disorder) -> None:
    for seed, outline in lesions(6):
        painted = paint_lesion(np.random.default_rng(seed), SKIN, outline, disorder)
        inside = outline.mask(SIZE)
        assert painted[inside].mean() < 0.8 * SKIN.mean()
        assert np.abs(painted - SKIN)[distance_transform_edt(~inside) > 0.12 * SIZE].max() < 1e-3
        assert 0 <= painted.min() <= painted.max() <= 1
        assert np.array_equal(painted, paint_lesion(np.random.default_rng(seed), SKIN, outline, disorder))
    assert np.ptp(SKIN, axis=(0, 1)).max() == 0, "the skin itself stays as it is"


def test_disorder_shows_as_uneven_colour() -> None:
    def spread(disorder: Disorder) -> float:
        return float(
            np.mean(
                [
                    paint_lesion(np.random.default_rng(seed), SKIN, outline, disorder)[outline.mask(SIZE)].std(0).mean()
                    for seed, outline in lesions(10)
                ]
            )
        )

    assert spread(MIXED) > 1.3 * spread(EVEN)
