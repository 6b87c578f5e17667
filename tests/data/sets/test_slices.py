"""Volumes and files with several frames, read slice by slice from folders and tables."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from dicoms import write_dicom
from niftis import SHAPE, mri, save

from sightline.data.annotation import render
from sightline.data.images import open_image
from sightline.data.sets import folder, table
from sightline.errors import UserError


def test_each_slice_is_an_image_of_its_volumes_class_and_group(tmp_path: Path) -> None:
    records = folder.read(mri(tmp_path))
    assert len(records) == 24
    assert [r.id for r in records if r.volume == "a/two.nii.gz"] == [f"a/two.nii.gz#{n}" for n in range(1, 7)]
    assert {(r.group, r.label) for r in records if r.volume == "b/three.nii"} == {("b/three.nii", "b")}
    assert any("4 volumes are 24 slices (axial)" in note for note in records.notes)


@pytest.mark.parametrize(
    ("options", "numbers"), [({"every": 4}, [1, 5]), ({"part": (0.5, 1)}, [4, 5, 6]), ({"plane": "sagittal", "part": (0, 0.1)}, [1, 2])]
)
def test_options_choose_slices(tmp_path: Path, options: dict[str, object], numbers: list[int]) -> None:
    records = folder.read(mri(tmp_path), **options)
    assert [int(r.id.partition("#")[2]) for r in records if r.volume == "a/one.nii"] == numbers


def test_masks_are_cut_with_their_volume(tmp_path: Path) -> None:
    records = {r.id: r for r in folder.read(mri(tmp_path))}
    marked, empty = (render(records[f"a/two.nii.gz#{n}"].annotations, (10, 12), where="x") for n in (4, 1))
    assert marked is not None
    assert empty is not None
    assert (marked.sum(), empty.sum()) == (9, 0)
    assert marked[1:4, 7:10].all()


def test_a_mask_of_another_shape_or_of_several_levels_is_refused(tmp_path: Path) -> None:
    save(mri(tmp_path) / "a/one_mask.nii", np.zeros((12, 10, 5), np.uint8))
    with pytest.raises(UserError, match=r"5 x 10 x 12 .* but .*one.nii has 6 x 10 x 12"):
        folder.read(tmp_path)
    save(tmp_path / "a/one_mask.nii", np.arange(720).reshape(SHAPE).astype(np.uint8) % 3)
    record = next(r for r in folder.read(tmp_path) if r.volume == "a/one.nii")
    with pytest.raises(UserError, match=r"several levels .*data\.mask\.levels"):
        render(record.annotations, (10, 12), where="x")


def test_a_table_names_volumes_or_single_slices(tmp_path: Path) -> None:
    mri(tmp_path)
    (tmp_path / "t.csv").write_text(
        "image,label,mask\na/one.nii,x,a/one_mask.nii\nb/three.nii#4,y,b/three_mask.nii\nb/three.nii#5,x,\n", encoding="utf-8"
    )
    records = table.read(tmp_path / "t.csv")
    assert [r.id for r in records] == [*(f"a/one.nii#{n}" for n in range(1, 7)), "b/three.nii#4", "b/three.nii#5"]
    assert {r.group for r in records[6:]} == {r.volume for r in records[6:]} == {"b/three.nii"}
    assert render(records[6].annotations, (10, 12), where="x").sum() == 9  # type: ignore[union-attr]
    (tmp_path / "t.csv").write_text("image,label\na/one.nii#7,x\nb/three.nii,y\n", encoding="utf-8")
    with pytest.raises(UserError, match="has 6 slices, of which there is no number 7"):
        table.read(tmp_path / "t.csv")


def test_frames_of_a_dicom_file_are_slices_of_its_patient(tmp_path: Path) -> None:
    frames = np.arange(3 * 8 * 9, dtype=np.uint8).reshape(3, 8, 9)
    for label, kind in (("a", "MONOCHROME2"), ("b", "MONOCHROME1")):
        (tmp_path / label).mkdir()
        write_dicom(tmp_path / label / "x.dcm", frames, kind, 8, PatientID=f"P{label}")
    records = folder.read(tmp_path, groups="dicom")
    assert [(r.id, r.group, r.volume) for r in records][2:4] == [("a/x.dcm#3", "Pa", "a/x.dcm"), ("b/x.dcm#1", "Pb", "b/x.dcm")]
    assert np.array_equal(open_image(records[2].image)[..., 0], frames[2])
    assert np.array_equal(open_image(records[5].image)[..., 0], 255 - frames[2])
