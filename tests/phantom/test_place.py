from __future__ import annotations

import pytest
from scipy.ndimage import distance_transform_edt

from sightline.phantom.place import GAP
from sightline.phantom.scene import ARTEFACTS, Scene

LABELS = ("nevus", "melanoma")


@pytest.mark.parametrize("artefact", ARTEFACTS)
def test_the_artefact_keeps_clear_of_the_lesion(artefact: str) -> None:
    size = 128
    for i in range(60):
        scene = Scene((3, i), LABELS[i % 2])
        lesion, cover = scene.outline.mask(size), scene.artefact(artefact, size).cover > 0
        assert cover.mean() > 0.002
        gap = distance_transform_edt(~lesion)[cover].min() / size
        assert gap > 0.6 * GAP  # a soft shadow may reach a little into the gap
