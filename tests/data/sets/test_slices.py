"""Volumes and files with several frames, read slice by slice from folders and tables."""

from __future__ import annotations

import sys
from pathlib import Path

import nibabel
import numpy as np
import pytest
from dicoms import write_dicom

from sightline.data.annotation import render
from sightline.data.frames import Frame
from sightline.data.images import image_size, open_image
from sightline.data.sets import folder, table
from sightline.data.survey import survey
from sightline.errors import UserError

SHAPE = (12, 10, 6)  # right to left, front to back, feet to head
VALUES = np.arange(np.prod(SHAPE), dtype=np.int16).reshape(SHAPE)


def save(path: Path, values: np.ndarray = VALUES, axes: tuple[int, int, int] = (1, 1, 1)) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    nibabel.save(nibabel.Nifti1Image(values, np.diag([*axes, 1.0])), path)
    return path


def mri(top: Path) -> Path:
    """Two classes of two volumes each, one of them compressed; a mask for each."""
    for i, name in enumerate(("a/one.nii", "a/two.nii.gz", "b/three.nii", "b/four.nii.gz")):
        save(top / name, VALUES + np.int16(i))
        inside = np.zeros(SHAPE, np.uint8)
        inside[2:5, 6:9, 3] = 1
        save(top / name.replace(".nii", "_mask.nii"), inside)
    return top


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


def test_slices_are_seen_as_radiologists_see_them_however_the_file_lies(tmp_path: Path) -> None:
    plain = save(tmp_path / "a.nii")
    turned = save(tmp_path / "b.nii.gz", np.ascontiguousarray(VALUES[::-1, ::-1]), (-1, -1, 1))
    frame = Frame(plain, 2, "axial")
    expected = VALUES[:, :, 2]
    seen = frame.pixels().values  # type: ignore[union-attr]
    assert seen[0, 0] == expected[-1, -1], "the front is on top, the patient's right on the left"
    assert seen.shape == frame.size() == image_size(frame) == (10, 12)
    assert np.array_equal(Frame(turned, 2, "axial").pixels().values, seen)  # type: ignore[union-attr]
    assert Frame(plain, 1, "coronal").pixels().values[0, 0] == VALUES[-1, 1, -1]  # type: ignore[union-attr]
    assert Frame(plain, 1, "sagittal").size() == (6, 10)


def test_slices_share_the_scale_of_their_volume_or_that_of_the_setting(tmp_path: Path) -> None:
    path = save(tmp_path / "a.nii")
    first, last = (open_image(Frame(path, n, "axial")) for n in (0, 5))
    assert (first.min(), last.max()) == (0, 255)
    assert first.max() < 255
    assert open_image(Frame(path, 0, "axial"), (0, 10)).max() == 255


def test_the_rescale_of_the_file_counts(tmp_path: Path) -> None:
    image = nibabel.Nifti1Image(VALUES, np.eye(4))
    image.header.set_slope_inter(2, -100)
    nibabel.save(image, tmp_path / "a.nii.gz")
    deep = Frame(tmp_path / "a.nii.gz", 0, "axial").pixels()
    assert (deep.low, deep.high) == (-100, 2 * VALUES.max() - 100)  # type: ignore[union-attr]


def test_a_volume_is_decoded_once_for_all_its_slices(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from sightline.data import volumes

    records, decoded = folder.read(mri(tmp_path)), list[Path]()
    original = volumes._decoded
    monkeypatch.setattr(volumes, "_decoded", lambda path: decoded.append(path) or original(path))
    found = survey(records, gaze_blur=10)
    assert not found.problems
    assert len(decoded) == len(set(decoded)) == 8


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


def test_what_cannot_be_read_is_refused_with_a_remedy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UserError, match="has 4 dimensions, 12 x 10 x 3 x 2: several volumes in one file"):
        Frame(save(tmp_path / "a.nii", VALUES.reshape(12, 10, 3, 2)), 0, "axial").pixels()
    path = save(tmp_path / "cut.nii.gz")
    path.write_bytes(path.read_bytes()[:400])
    with pytest.raises(UserError, match="cut short or damaged"):
        Frame(path, 0, "axial").pixels()
    with pytest.raises(UserError, match=r"is a volume, not a picture.*cut.nii.gz#1"):
        open_image(path)
    monkeypatch.setitem(sys.modules, "nibabel", None)
    with pytest.raises(UserError, match=r"pip install 'sightline\[nifti\]'"):
        Frame(save_again := tmp_path / "a.nii", 0, "axial").size()
    assert save_again.exists()


def test_a_table_names_volumes_or_single_slices(tmp_path: Path) -> None:
    mri(tmp_path)
    (tmp_path / "t.csv").write_text("image,label,mask\na/one.nii,x,a/one_mask.nii\nb/three.nii#4,y,b/three_mask.nii\nb/three.nii#5,x,\n")
    records = table.read(tmp_path / "t.csv")
    assert [r.id for r in records] == [*(f"a/one.nii#{n}" for n in range(1, 7)), "b/three.nii#4", "b/three.nii#5"]
    assert {r.group for r in records[6:]} == {r.volume for r in records[6:]} == {"b/three.nii"}
    assert render(records[6].annotations, (10, 12), where="x").sum() == 9  # type: ignore[union-attr]
    (tmp_path / "t.csv").write_text("image,label\na/one.nii#7,x\nb/three.nii,y\n")
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
