"""Segmentation objects out and in again."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from dicoms import write_picture
from PIL import Image
from pydicom import dcmread
from records_to_write import BOX

from sightline import catalog
from sightline.data.annotation import render
from sightline.data.written.dicom_seg import content, notes
from sightline.data.written.entries import entries_of
from sightline.engine.annotation_files import write_annotations
from sightline.errors import UserError
from sightline.types import Annotation, Record

SIZE = (24, 32)


def records(root: Path) -> list[Record]:
    inside = np.zeros(SIZE, bool)
    inside[3:20, 5:25] = True
    inside[8:12, 9:15] = False
    root.mkdir()
    Image.fromarray(inside).save(root / "mask.png")
    marks = [
        (Annotation("mask", root / "mask.png"), Annotation("box", points=((26.0, 1.0, 31.0, 4.0),))),
        (Annotation("polygon", points=((2.5, 2.5), (20.5, 2.5), (11.0, 22.0))),),
        (Annotation("nothing"),),
        (),
    ]
    found = []
    for number, some in enumerate(marks):
        path = root / "photos" / f"größe {number}.dcm"
        write_picture(path, number)
        label, split = ["mel", "nev"][number % 2], ["train", "val", "test", None][number]
        tags = {"ruler": number == 0, "age": 40}
        found.append(Record(path.name, path, label, group=f"G{number}", split=split, annotations=some, tags=tags))
    return found


def test_masks_classes_and_facts_are_read_again(tmp_path: Path) -> None:
    given = records(tmp_path / "data")
    done = write_annotations(given, "dicom_seg", tmp_path / "seg")
    assert (done.files, done.images, done.unknown) == (4, 4, 1)
    options = {"table": "labels.csv", "images": str(tmp_path / "data" / "photos")}
    found = {record.image: record for record in catalog.make("data", "dicom_seg", options, tmp_path / "seg", where="data.options")}
    for before in given:
        after = found[before.image]
        assert (after.label, after.group, after.split, dict(after.tags)) == (before.label, before.group, before.split, dict(before.tags))
        old, new = (render(one.annotations, SIZE, where=one.id) for one in (before, after))
        assert (old is None) == (new is None)
        assert old is None or np.array_equal(old >= 0.5, new >= 0.5)


def test_the_objects_refer_to_their_pictures_and_repeat_their_patient(tmp_path: Path) -> None:
    given = records(tmp_path / "data")
    write_annotations(given, "dicom_seg", tmp_path / "seg")
    for number in range(3):
        object, picture = dcmread(tmp_path / f"seg/größe {number}.dcm.seg.dcm"), dcmread(given[number].image)
        (reference,) = object.ReferencedSeriesSequence[0].ReferencedInstanceSequence
        assert reference.ReferencedSOPInstanceUID == picture.SOPInstanceUID
        assert (object.PatientID, object.StudyInstanceUID) == (picture.PatientID, picture.StudyInstanceUID)
        assert (object.SegmentationType, object.SegmentSequence[0].SegmentLabel) == ("BINARY", ["mel", "nev"][number % 2])
        assert object.SegmentSequence[0].SegmentAlgorithmType == "MANUAL"
    assert not (tmp_path / "seg/größe 3.dcm.seg.dcm").exists()


def test_what_cannot_be_referred_to_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given, out = records(tmp_path / "data"), tmp_path / "seg"
    png = tmp_path / "a.png"
    Image.new("RGB", (4, 4)).save(png)
    with pytest.raises(UserError, match="is no DICOM file"):
        write_annotations([*given, Record("a", png, "mel")], "dicom_seg", out)
    write_picture(tmp_path / "data" / "photos" / "b.dcm", 7, StudyInstanceUID=None)
    with pytest.raises(UserError, match=r"b\.dcm: has no StudyInstanceUID"):
        write_annotations([*given, Record("b", tmp_path / "data" / "photos" / "b.dcm", "mel")], "dicom_seg", out)
    with pytest.raises(UserError, match="cannot be the label of a segment"):
        write_annotations([Record("c", given[0].image, "x" * 65)], "dicom_seg", out)
    monkeypatch.setitem(sys.modules, "highdicom", None)
    with pytest.raises(UserError, match=r"needs highdicom\. Install it with pip install 'sightline\[dicom-seg\]'"):
        write_annotations(given, "dicom_seg", out)
    assert not out.exists()


def test_a_box_marks_the_pixels_of_which_it_covers_half(tmp_path: Path) -> None:
    write_picture(tmp_path / "a.dcm")
    box = Annotation("box", points=((1.5, 2.4, 5.4, 6.0),))
    given = entries_of([Record("a", tmp_path / "a.dcm", "mel", annotations=(box,))])
    files = dict(content(given, tmp_path / "seg", ["mel"]))
    assert list(files) == ["a.dcm.seg.dcm", "labels.csv"]
    (tmp_path / "s.dcm").write_bytes(files["a.dcm.seg.dcm"])  # type: ignore[arg-type]
    expected = np.zeros(SIZE, bool)
    expected[2:6, 1:5] = True
    expected[2, 1] = False  # 0.5 x 0.6 of it
    assert np.array_equal(dcmread(tmp_path / "s.dcm").pixel_array.reshape(SIZE) > 0, expected)


def test_the_table_names_every_picture_and_holds_no_formulas(tmp_path: Path) -> None:
    uids = [write_picture(tmp_path / "photos" / f"{name}.dcm", number) for number, name in enumerate("ab")]
    given = [
        Record("a", tmp_path / "photos/a.dcm", "mel", group="=1+1", annotations=(BOX,)),
        Record("b", tmp_path / "photos/b.dcm", "nev", split="test", tags={"age": 40}),
    ]
    *_, (name, table) = content(entries_of(given), tmp_path / "seg", ["mel", "nev"])
    assert (name, table.decode().splitlines()) == (  # type: ignore[union-attr]
        "labels.csv",
        [
            "uid,image,label,group,split,tag:age",
            f"{uids[0]},../photos/a.dcm,mel,'=1+1,,",
            f"{uids[1]},../photos/b.dcm,nev,,test,40",
        ],
    )
    (note,) = notes([])
    assert "data.options={table: labels.csv, images: FOLDER}" in note


def test_files_of_several_frames_are_refused(tmp_path: Path) -> None:
    write_picture(tmp_path / "a.dcm")
    file = dcmread(tmp_path / "a.dcm")
    file.set_pixel_data(np.zeros((2, *SIZE), np.uint8), "MONOCHROME2", 8)
    file.NumberOfFrames = 2
    file.save_as(tmp_path / "a.dcm")
    with pytest.raises(UserError, match=r"a\.dcm: holds 2 frames\. Write each frame as a DICOM file of its own"):
        list(content(entries_of([Record("a", tmp_path / "a.dcm", "mel", annotations=(BOX,))]), tmp_path / "seg", ["mel"]))
