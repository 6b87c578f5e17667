"""Segmentation objects as other programs write them: several frames, segments, label maps and fractions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from dicoms import write_dicom, write_picture
from PIL import Image
from pydicom import dcmread
from segmentations import EMPTY, SIZE, block, drawn, segmentation, series

from sightline.data.frames import Frame
from sightline.data.images import open_image
from sightline.data.mask_levels import open_mask
from sightline.data.problems import Several
from sightline.data.sets.dicom_seg import read
from sightline.errors import UserError


def test_frames_go_to_their_pictures_by_uid(tmp_path: Path) -> None:
    pictures = series(tmp_path)
    masks = np.stack([block(1, 1, 4, 3), np.zeros(SIZE, bool), block(0, 0, 7, 5)])
    segmentation(tmp_path / "objects" / "s.dcm", pictures, masks, ["lesion"])
    other = write_picture(tmp_path / "nev" / "x.dcm", 9, SIZE)
    found = {record.image: record for record in read(tmp_path)}
    assert other
    assert [(found[path].label, found[path].group) for path in pictures] == [("mel", "P1")] * 3
    for path, mask in zip(pictures, masks, strict=True):
        seen = drawn(found[path])
        assert seen is not None
        assert np.array_equal(seen > 0, mask), path
    assert [mark.kind for mark in found[pictures[1]].annotations] == ["nothing"]
    assert found[tmp_path / "nev" / "x.dcm"].annotations == ()
    assert found[tmp_path / "nev" / "x.dcm"].group == "P9"


def test_segments_tell_the_label(tmp_path: Path) -> None:
    pictures = series(tmp_path, 2)
    pixels = np.zeros((2, *SIZE, 2), bool)
    pixels[0, ..., 0], pixels[1, ..., 1] = block(1, 1, 3, 3), block(2, 2, 6, 5)
    segmentation(tmp_path / "s.dcm", pictures, pixels, ["melanoma", "nevus"])
    found = read(tmp_path)
    assert [(record.label, int((drawn(record) > 0).sum())) for record in found] == [("melanoma", 4), ("nevus", 12)]  # type: ignore[operator]
    pixels[0, ..., 1] = block(4, 4, 7, 5)
    segmentation(tmp_path / "s.dcm", pictures, pixels, ["melanoma", "nevus"])
    with pytest.raises(Several, match=r"several categories \(melanoma, nevus\)"):
        read(tmp_path)
    assert [record.label for record in read(tmp_path, label="largest")] == ["melanoma", "nevus"]


def test_a_table_tells_labels_and_groups_by_uid_or_path(tmp_path: Path) -> None:
    pictures = series(tmp_path, 2)
    segmentation(tmp_path / "s.dcm", pictures, np.stack([block(1, 1, 4, 3)] * 2), ["lesion"])
    uid = dcmread(pictures[0]).SOPInstanceUID
    (tmp_path / "t.csv").write_text(f"uid,image,label,group,split,tag:age\n{uid},,a,G1,train,40\n,mel\\1.dcm,b,,test,\n", encoding="utf-8")
    found = read(tmp_path, table=Path("t.csv"))
    assert [(r.label, r.group, r.split, dict(r.tags)) for r in found] == [("a", "G1", "train", {"age": 40}), ("b", "P1", "test", {})]


def test_what_cannot_be_read_is_refused_in_one_line(tmp_path: Path) -> None:
    def said(**options: Any) -> str:
        with pytest.raises(UserError) as error:
            read(tmp_path, **options)
        assert "\n" not in str(error.value)
        return str(error.value)

    pictures = series(tmp_path, 2)
    assert "holds no segmentation objects" in said()
    path = segmentation(tmp_path / "s.dcm", pictures, np.stack([block(1, 1, 4, 3)] * 2), ["lesion"])
    assert "t.csv: no such file" in said(table=Path("t.csv"))
    (tmp_path / "t.csv").write_text("uid,group\n1,2\n", encoding="utf-8")
    assert "lacks the column label" in said(table=Path("t.csv"))
    file = dcmread(path)
    for group in file.PerFrameFunctionalGroupsSequence:
        del group.DerivationImageSequence
    file.save_as(path)
    assert "its frame 1 refers to 2 pictures" in said()
    path.write_bytes(path.read_bytes()[:-3])
    assert "s.dcm" in said()
    for picture in pictures:
        picture.unlink()
    segmentation(path, [write(tmp_path / "far" / "x.dcm")], block(1, 1, 4, 3)[None], ["lesion"])
    (tmp_path / "far" / "x.dcm").unlink()
    write_dicom(tmp_path / "y.dcm", np.zeros(SIZE), bits=8)
    Image.new("RGB", SIZE[::-1]).save(tmp_path / "z.png")
    assert "holds none of the 1 picture that its segmentation objects refer to" in said()


def write(path: Path) -> Path:
    write_picture(path, 1, SIZE, **EMPTY)
    return path


def test_a_segmentation_object_is_never_an_image(tmp_path: Path) -> None:
    path = segmentation(tmp_path / "s.dcm", series(tmp_path, 1), block(1, 1, 4, 3)[None], ["lesion"])
    for picture in (path, Frame(path, 0)):
        with pytest.raises(UserError, match="is a segmentation object and no picture"):
            open_image(picture)
    assert np.array_equal(open_mask(path), block(1, 1, 4, 3))


def test_frames_of_a_file_are_images_of_one_volume(tmp_path: Path) -> None:
    source = tmp_path / "mel" / "cine.dcm"
    write_picture(source, 1, SIZE, **EMPTY)
    file = dcmread(source)
    file.set_pixel_data(np.arange(3 * 35, dtype=np.uint8).reshape(3, *SIZE), "MONOCHROME2", 8)
    file.SOPClassUID = file.file_meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.3.1"  # ultrasound, several frames
    file.NumberOfFrames = 3
    file.save_as(source)
    write_picture(tmp_path / "nev" / "x.dcm", 2, SIZE)
    masks = np.stack([block(1, 1, 4, 3), np.zeros(SIZE, bool), block(0, 0, 7, 5)])
    path = segmentation(tmp_path / "s.dcm", slices := series(tmp_path), masks, ["lesion"])
    held, uids = dcmread(path), [dcmread(slice).SOPInstanceUID for slice in slices]
    for group in held.PerFrameFunctionalGroupsSequence:  # highdicom writes none on files without a frame of reference
        reference = group.DerivationImageSequence[0].SourceImageSequence[0]
        reference.ReferencedFrameNumber = uids.index(reference.ReferencedSOPInstanceUID) + 1
        reference.ReferencedSOPInstanceUID = file.SOPInstanceUID
    held.save_as(path)
    for slice in slices:
        slice.unlink()
    found = {record.id: record for record in read(tmp_path)}
    assert sorted(found) == ["mel/cine.dcm#1", "mel/cine.dcm#2", "mel/cine.dcm#3", "nev/x.dcm"]
    for number, mask in enumerate(masks):
        record = found[f"mel/cine.dcm#{number + 1}"]
        assert (record.image, record.volume, record.group, record.label) == (Frame(source, number), "mel/cine.dcm", "P1", "mel")
        seen = drawn(record)
        assert seen is not None
        assert np.array_equal(seen > 0, mask)
    for group in held.PerFrameFunctionalGroupsSequence:
        del group.DerivationImageSequence[0].SourceImageSequence[0].ReferencedFrameNumber
    held.save_as(path)
    with pytest.raises(UserError, match="has 3 frames, and its segmentation does not say to which of them it belongs"):
        read(tmp_path)
