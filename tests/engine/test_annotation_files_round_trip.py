"""Every format out and in again: the same pixels, classes, groups, splits and tags, and unknown images stay unknown."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from sightline import catalog
from sightline.data.annotation import render
from sightline.data.images import image_size
from sightline.data.sets.outlines import PolygonsMask
from sightline.engine.annotation_files import FILE_OF, FORMATS, write_annotations
from sightline.types import Annotation, Record

OF_ANY_PICTURES = [kind for kind in FORMATS if kind != "dicom_seg"]
SIZE = (48, 64)
READ: dict[str, dict[str, Any]] = {"yolo": {"by": "folder", "empty": "nothing"}}
WITHOUT_FACTS = {"yolo"}  # it has no place for groups and tags
HALVES = ((3.5, 4.5), (20.5, 4.5), (20.5, 30.5), (12.25, 22.75), (3.5, 30.5))  # corners on the centres of pixels
STAR = ((30.1, 2.2), (60.3, 40.4), (25.0, 12.0), (62.0, 12.0), (28.0, 41.0))  # it crosses itself
NAMES = ["a.png", "mit Leerzeichen ü.png", "50%20#1?.png", "sub/a.png", "sub/a.b.jpg", "turned.jpg", "train/x.png", "y & <z>.png"]


def mask(path: Path) -> Annotation:
    """Two parts, one of them with two holes, and pixels that touch at a corner."""
    inside = np.zeros(SIZE, bool)
    inside[5:30, 8:40] = True
    inside[8:12, 10:20] = inside[20:25, 30:35] = False
    inside[40, 50] = inside[41, 51] = True
    Image.fromarray(inside).save(path)
    return Annotation("mask", path)


def records(root: Path) -> list[Record]:
    names = [*NAMES, *(["back\\slash.png"] if sys.platform != "win32" else [])]
    polygons = PolygonsMask("", SIZE, ((1, 1, 9, 1, 9, 9), (40.5, 20.5, 60.5, 20.5, 60.5, 44.25)))
    marks: list[tuple[Annotation, ...]] = [
        (Annotation("polygon", points=HALVES),),
        (Annotation("polygon", points=STAR), Annotation("box", points=((2.25, 3.5, 17.75, 20.1),))),
        (Annotation("box", points=((4.0, 5.0, 30.0, 31.0),)),),
        (Annotation("mask", polygons),),
        (Annotation("nothing"),),
        (Annotation("polygon", points=((1.0, 2.0), (20.0, 3.0), (11.0, 60.0))),),  # of an upright picture of 48 x 64 pixels
        (),
        (),
        (Annotation("nothing"),),
    ]
    found = []
    for number, (name, some) in enumerate(zip(names, marks, strict=False)):
        path = root / "photos" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        exif = Image.Exif()
        if name == "turned.jpg":
            exif[0x0112] = 6
        Image.fromarray(np.full((*SIZE, 3), 20 * number, np.uint8)).save(path, exif=exif)
        facts: dict[str, Any] = {"group": f"P {number // 2}", "tags": {"ruler": number % 2 == 0, "age": 40 + number, "site": "rücken"}}
        split = ["train", "val", "test", None][number % 4]
        found.append(Record(name, path, ["mel", "neu & alt"][number % 2], split=split, annotations=some, **(facts if number != 3 else {})))
    found[2] = replace(found[2], annotations=(*found[2].annotations, mask(root / "mask.png")))
    return found


def pixels(record: Record) -> np.ndarray | None:
    return render(record.annotations, image_size(record.image), where=record.id)


@pytest.mark.parametrize("inside_the_folder", [True, False])
@pytest.mark.parametrize("kind", OF_ANY_PICTURES)
def test_what_is_written_is_read_again(kind: str, inside_the_folder: bool, tmp_path: Path) -> None:
    given = records(tmp_path)
    out = (tmp_path / "photos" if inside_the_folder else tmp_path / "elsewhere") / f"written{FILE_OF.get(kind, '')}"
    done = write_annotations(given, kind, out)
    assert (done.images, done.unknown) == (len(given), 2)
    found = catalog.make("data", kind, READ.get(kind, {}), out, where="data.options")
    assert len(found) == len(given)
    again = {record.image.resolve(): record for record in found}
    for before in given:
        after = again[before.image.resolve()]  # type: ignore[union-attr]
        assert (after.label, after.split) == (before.label, before.split), before.id
        assert (after.group, dict(after.tags)) == ((None, {}) if kind in WITHOUT_FACTS else (before.group, dict(before.tags))), before.id
        old, new = pixels(before), pixels(after)
        assert (old is None) == (new is None), before.id
        if old is not None and new is not None:
            assert np.allclose(old, new, atol=1e-6), before.id
            assert np.array_equal(old >= 0.5, new >= 0.5), before.id
