"""Frames of segmentation objects: what each marks, and in which picture."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread
from segmentations import SIZE, block, drawn, segmentation, series

from sightline.data.sets.dicom_seg import read
from sightline.data.sets.segment_frames import SegmentMask, segments_of
from sightline.errors import UserError


def test_label_maps_and_fractions(tmp_path: Path) -> None:
    pictures = series(tmp_path, 2)
    values = np.zeros((2, *SIZE), np.uint8)
    values[0][block(1, 1, 3, 3)], values[1][block(2, 2, 6, 5)] = 1, 2
    segmentation(tmp_path / "s.dcm", pictures, values, ["melanoma", "nevus"], "LABELMAP")
    assert [(r.label, r.annotations[0].kind, int((drawn(r) > 0).sum())) for r in read(tmp_path)] == [  # type: ignore[operator]
        ("melanoma", "mask", 4),
        ("nevus", "mask", 12),
    ]
    soft = np.zeros((2, *SIZE), np.float32)
    soft[0, 1:3, 1:4], soft[1, 0, 0] = [[1, 0.5, 0.25]] * 2, 1
    segmentation(tmp_path / "s.dcm", pictures, soft, ["lesion"], "FRACTIONAL", max_fractional_value=100)
    first = read(tmp_path, by="object")[0]
    assert first.annotations[0].kind == "heatmap"
    assert np.allclose(drawn(first), soft[0], atol=1 / 200)  # type: ignore[arg-type]


def test_each_frame_says_what_it_marks_and_where(tmp_path: Path) -> None:
    pictures = series(tmp_path)
    masks = np.stack([block(1, 1, 4, 3), np.zeros(SIZE, bool), block(0, 0, 7, 5)])
    path = segmentation(tmp_path / "s.dcm", pictures, masks, ["lesion"])
    found = sorted(segments_of(path), key=lambda one: [str(dcmread(p).SOPInstanceUID) for p in pictures].index(one.picture))
    assert [(one.label, one.area, one.number) for one in found] == [("lesion", 6, None), ("lesion", 0, None), ("lesion", 35, None)]
    assert found[1].mark is None, "the segment was looked for and is not there"
    for one, inside in ((found[0], masks[0]), (found[2], masks[2])):
        assert one.mark is not None
        assert (one.mark.kind, one.mark.size) == ("mask", SIZE)
        source = one.mark.source
        assert isinstance(source, SegmentMask)
        assert np.array_equal(source.draw() == 255, inside), "bits of a frame that begins within a byte"
        assert pickle.loads(pickle.dumps(source)).key == source.key
        before = source.key
        path.touch()
        assert source.key != before


def test_fractions_and_numbers_of_segments_become_grey_levels() -> None:
    values = np.array([[0, 50, 100, 120]])
    assert SegmentMask(Path("x"), 0, full=100).of(values).tolist() == [[0, 128, 255, 255]]
    assert SegmentMask(Path("x"), 0, full=1, value=50).of(values).tolist() == [[0, 255, 0, 0]]
    assert SegmentMask(Path("x"), 0, 1).key != SegmentMask(Path("x"), 1, 1).key


def test_the_only_picture_of_an_object_is_that_of_its_frames(tmp_path: Path) -> None:
    (picture,) = series(tmp_path, 1)
    path = segmentation(tmp_path / "s.dcm", [picture], block(1, 1, 4, 3)[None], ["lesion"])
    file = dcmread(path)
    for group in file.PerFrameFunctionalGroupsSequence:
        del group.DerivationImageSequence
    for sequence in ("ReferencedSeriesSequence", "SourceImageSequence"):
        file.save_as(path)
        (one,) = segments_of(path)
        assert one.picture == dcmread(picture).SOPInstanceUID
        assert sequence in file
        delattr(file, sequence)
    file.save_as(path)
    with pytest.raises(UserError, match=r"s\.dcm: its frame 1 refers to no pictures, and it is unclear on which it was drawn"):
        segments_of(path)


def test_a_segment_that_is_not_described_is_named(tmp_path: Path) -> None:
    path = segmentation(tmp_path / "s.dcm", series(tmp_path, 1), block(1, 1, 4, 3)[None], ["lesion"])
    file = dcmread(path)
    file.SegmentSequence[0].SegmentNumber = 2
    file.save_as(path)
    with pytest.raises(UserError, match=r"s\.dcm: its frame 1 is of segment 1, which is not described\. Export"):
        segments_of(path)
    path.write_bytes(b"no DICOM")
    with pytest.raises(UserError, match=r"s\.dcm"):
        segments_of(path)
