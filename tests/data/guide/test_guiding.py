"""Which annotations guide the training: named regions, and masks that a network drew."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from blobs import spot_record
from PIL import Image

from sightline.config import Roi
from sightline.data.guide.guiding import guided_by
from sightline.errors import UserError
from sightline.types import Annotation, Record

NOTHING = Annotation("nothing")
HEART, LUNG = (Annotation("box", points=((i, i, 20, 20),)) for i in (0, 5))


def test_named_regions_stand_in_place_of_the_annotation() -> None:
    records = [
        spot_record(0, regions={"heart": (HEART,), "lung": (LUNG,)}),
        spot_record(1, regions={"lung": (LUNG,)}),
        spot_record(2, regions={"heart": (NOTHING,), "other": (LUNG,)}),
        spot_record(3, regions={"other": (LUNG,)}),
        spot_record(4),
    ]
    found = guided_by(records, Roi(of=("heart", "lung")))
    assert [r.annotations for r in found] == [(HEART, LUNG), (LUNG,), (NOTHING,), (), ()]
    assert [r.id for r in found] == [r.id for r in records]
    assert guided_by(records, Roi()) == records


def test_a_region_that_no_image_has_is_refused_with_the_nearest_name() -> None:
    records = [spot_record(0, regions={"heart": (HEART,)}), spot_record(1, regions={"left lung": (NOTHING,)})]
    with pytest.raises(UserError, match=r'no training image has a region \'left lnug\'. Did you mean "left lung"'):
        guided_by(records, Roi(of=("heart", "left lnug")))
    with pytest.raises(UserError, match="no named regions"):
        guided_by([spot_record(0)], Roi(of=("heart",)))


@pytest.fixture
def masks(tmp_path: Path) -> Path:
    (tmp_path / "masks").mkdir()
    for number in (1, 2):
        Image.fromarray(np.full((48, 48), 200, np.uint8)).save(tmp_path / "masks" / f"image {number}.png")
    (tmp_path / "pseudo.csv").write_text("id,confidence,kept\nimage 1,0.9,1\nimage 2,0.2,0\nelsewhere,0.9,1\n", encoding="utf-8")
    return tmp_path


def records() -> list[Record]:
    return [spot_record(0), spot_record(1), spot_record(2, annotations=())]


def test_003_32_kept_masks_stand_in_place_of_the_annotation(masks: Path) -> None:
    before, after = records(), guided_by(records(), Roi(pseudo=masks))
    assert [(a.kind, a.source) for a in after[1].annotations] == [("heatmap", masks / "masks" / "image 1.png")]
    assert [after[0], after[2]] == [before[0], before[2]]


def test_a_folder_of_masks_that_cannot_be_used_is_refused(masks: Path) -> None:
    with pytest.raises(UserError, match=r"no such file\. .*sightline pseudo-mask"):
        guided_by(records(), Roi(pseudo=masks / "missing"))
    with pytest.raises(UserError, match="keeps no mask of a training image"):
        guided_by([spot_record(0)], Roi(pseudo=masks))
    (masks / "masks" / "image 1.png").unlink()
    with pytest.raises(UserError, match=r"image 1\.png: no such file, although pseudo\.csv lists it as kept"):
        guided_by(records(), Roi(pseudo=masks))
    (masks / "pseudo.csv").write_text("id,kept\nimage 1,perhaps\n", encoding="utf-8")
    with pytest.raises(UserError, match=r"pseudo\.csv line 2: 'perhaps'"):
        guided_by(records(), Roi(pseudo=masks))
    (masks / "pseudo.csv").write_text("name,kept\nimage 1,1\n", encoding="utf-8")
    with pytest.raises(UserError, match="has no column 'id'"):
        guided_by(records(), Roi(pseudo=masks))
