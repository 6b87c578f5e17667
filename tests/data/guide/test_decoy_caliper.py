"""Calipers round the finding: a shortcut that lies where an expert looks."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from sightline.config import Data, Decoy
from sightline.data.guide.decoy import plant, with_decoy
from sightline.data.images import open_map
from sightline.types import Annotation, Record

BOX = (150.0, 60.0, 210.0, 100.0)
DECOY = Decoy(artefact="caliper")
DATA = Data(decoy=DECOY)


def boxed(folder: Path, number: int = 0, box: tuple[float, ...] | None = BOX) -> Record:
    """An image 300 pixels wide and 200 high, with a box."""
    path = folder / f"{number}.png"
    Image.new("RGB", (300, 200), (77, 77, 77)).save(path)
    return Record(str(number), path, "a", annotations=(Annotation("box", points=(box,)),) if box else ())


def drawn(record: Record) -> np.ndarray:
    return open_map(record.avoid[-1].source) > 0  # type: ignore[arg-type]


@pytest.mark.parametrize("number", range(6))
def test_crosses_stand_just_outside_the_region(tmp_path: Path, number: int) -> None:
    rows, columns = np.nonzero(drawn(with_decoy(boxed(tmp_path, number), DECOY, DATA)))
    x0, y0, x1, y1 = BOX
    inside = (columns >= x0) & (columns < x1) & (rows >= y0) & (rows < y1)
    assert not inside.any()
    arm = 0.2 / 8 * 200
    away = 2 * arm + 0.012 * 300 + 4  # a cross and its gap; the corners of the box stick out of no radius by more than a few pixels
    assert columns.min() > x0 - away - 36 / 2
    assert columns.max() < x1 + away + 36 / 2
    assert rows.min() > y0 - away - 36 / 2
    assert rows.max() < y1 + away + 36 / 2


def test_without_a_region_they_stand_near_the_middle_and_inside_the_image(tmp_path: Path) -> None:
    for number in range(6):
        rows, columns = np.nonzero(drawn(with_decoy(boxed(tmp_path, number, None), DECOY, DATA)))
        assert 60 < columns.mean() < 240
        assert 20 < rows.mean() < 180
    edge = with_decoy(boxed(tmp_path, 9, (0, 0, 300, 200)), DECOY, DATA)
    assert drawn(edge).sum() > 20


def test_their_width_is_a_quarter_of_the_size(tmp_path: Path) -> None:
    wide = {}
    for size in (0.2, 0.4):
        decoy = Decoy(artefact="caliper", size=size)
        mask = drawn(with_decoy(boxed(tmp_path, 1), decoy, Data(decoy=decoy)))
        wide[size] = mask.sum()
    assert 1.6 < wide[0.4] / wide[0.2] < 2.6


def test_a_control_in_place_of_the_region_does_not_move_them(tmp_path: Path) -> None:
    before = boxed(tmp_path)
    control = replace(before, annotations=(Annotation("box", points=((5.0, 150.0, 40.0, 190.0),)),))
    decoy = Decoy(artefact="caliper", strength=1, positive="a")
    given = plant({"train": [control], "val": [], "test": []}, Data(decoy=decoy), ["a", "b"], [before])["train"][0]
    assert given.annotations == control.annotations
    assert np.array_equal(drawn(given), drawn(with_decoy(before, decoy, Data(decoy=decoy))))
    assert given.image.key != with_decoy(control, decoy, Data(decoy=decoy)).image.key  # type: ignore[union-attr]


def test_they_lie_within_what_an_evaluation_sees(tmp_path: Path) -> None:
    """Of a picture that is cropped, the region's part that is left counts."""
    data = Data(fit="crop", decoy=DECOY)
    mask = drawn(with_decoy(boxed(tmp_path, 0, (0, 60, 120, 100)), DECOY, data))
    assert mask.any()
    assert not mask[:, :50].any()
    assert not mask[:, 250:].any()


def test_gaze_is_as_wide_as_the_settings_say(tmp_path: Path) -> None:
    wide = {}
    for blur in (15, 75):
        gaze = replace(boxed(tmp_path), annotations=(Annotation("gaze", points=((150.0, 100.0, 1.0),)),))
        _, columns = np.nonzero(drawn(with_decoy(gaze, DECOY, Data(decoy=DECOY, gaze_blur=blur))))
        wide[blur] = np.ptp(columns)
    assert wide[75] > wide[15] + 10


def test_a_plaster_beside_the_largest_region_is_still_seen(tmp_path: Path) -> None:
    decoy = Decoy(artefact="band_aid")
    for number in range(8):
        whole = boxed(tmp_path, number, (0, 0, 300, 200))
        assert drawn(with_decoy(whole, decoy, Data(decoy=decoy))).mean() > 0.001
