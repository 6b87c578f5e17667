"""What an ultrasound picture of the phantom shows."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image
from scipy.ndimage import distance_transform_edt

from sightline.data.sets.phantom_pictures import UltrasoundImage, UltrasoundMask
from sightline.data.sets.phantom_ultrasound import CLASSES
from sightline.phantom.us_scene import ARTEFACTS, UltrasoundScene, speckle

SIZE = 96


def shrink(picture: np.ndarray, size: int) -> np.ndarray:
    return np.asarray(Image.fromarray(picture).resize((size, size), Image.Resampling.BOX), dtype=float)


@pytest.mark.parametrize("artefact", [None, *ARTEFACTS])
def test_the_same_picture_at_every_size(artefact: str | None) -> None:
    for i in range(4):
        small, large = (UltrasoundImage(size, (5, i), CLASSES[i % 2], artefact).draw() for size in (96, 288))
        assert small.shape == (96, 96, 3)
        assert small.dtype == np.uint8
        assert np.corrcoef(shrink(large, 16).ravel(), shrink(small, 16).ravel())[0, 1] > 0.97


@pytest.mark.parametrize("artefact", ["body_marker", "text"])
def test_the_mark_keeps_clear_of_the_mass_and_calipers_touch_it(masses: list[UltrasoundScene], artefact: str) -> None:
    gaps: dict[str, list[float]] = {artefact: [], "caliper": []}
    for scene in masses[:60]:
        away = distance_transform_edt(~scene.outline.mask(SIZE))
        for kind, found in gaps.items():
            cover = scene.artefact(kind, SIZE).cover > 0
            assert cover.mean() > 0.002
            found.append(float(away[cover].min()) / SIZE)
    assert min(gaps[artefact]) > 0.03
    assert max(gaps["caliper"]) < 0.03


def test_only_the_pixels_of_the_mark_change_with_it() -> None:
    for i in range(6):
        for kind in ARTEFACTS:
            one, other = (UltrasoundImage(SIZE, (2, i), CLASSES[i % 2], there).draw() for there in (kind, None))
            mask = UltrasoundMask(SIZE, (2, i), CLASSES[i % 2], kind).draw() > 0
            assert not ((one != other).any(-1) & ~mask).any()


def test_speckle_is_a_rayleigh_field_that_machines_smooth() -> None:
    for seed in range(6):
        power = speckle(np.random.default_rng(seed), 200) ** 2
        assert power.mean() == pytest.approx(1, abs=0.1)
        assert 0.4 < power.std() < 0.8  # 1 / sqrt(pictures added up), of two to four
