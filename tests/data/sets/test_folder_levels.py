"""Patients that folders or DICOM files tell, and folders of which it is open which are the classes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from class_folders import touch
from dicoms import write_dicom

from sightline.data.sets.folder import read
from sightline.data.sets.folder_levels import groups_of, is_series, patient_folder
from sightline.data.sets.folder_places import Place
from sightline.errors import UserError


def test_folders_that_look_like_patients_are_said_and_become_groups(tmp_path: Path) -> None:
    names = [f"{split}/{label}/P0{patient}/{split}.png" for split in ("train", "val") for label in ("mel", "nev") for patient in (1, 2)]
    root = touch(tmp_path, *names)
    note = (
        "The folders look like patients (P01, P02); 2 of them lie in several splits of the owner (P01, P02): "
        "data.options={groups: folder} keeps each together"
    )
    assert note in read(root).notes
    records = read(root, groups="folder")
    assert {(record.id, record.group) for record in records} == {(name, name.split("/")[2]) for name in names}
    assert not any("look like patients" in note for note in records.notes)


def test_a_patient_is_the_folder_with_a_number(tmp_path: Path) -> None:
    root = touch(tmp_path, "benign/SOB/A_14/40X/1.png", "benign/SOB/A_14/100X/2.png", "malignant/SOB/B_7/40X/3.png", "malignant/4.png")
    records = read(root, groups="folder")
    assert [record.group for record in records] == ["A_14", "A_14", None, "B_7"]
    assert "1 of 4 images name no patient: each of them is a group of its own" in records.notes


@pytest.mark.parametrize("names", ["cat/40X/1.png cat/40X/2.png dog/100X/1.png", "cat/left/1.png cat/left/2.png dog/right/1.png"])
def test_magnifications_and_views_are_no_patients(tmp_path: Path, names: str) -> None:
    assert not any("patients" in note for note in read(touch(tmp_path, *names.split())).notes)


def test_patients_of_dicom_files(tmp_path: Path) -> None:
    for number in range(6):
        pixels = np.random.default_rng(number).integers(0, 4000, (8, 8))
        write_dicom(tmp_path / f"{'cat' if number % 2 else 'dog'}/{number}.dcm", pixels, PatientID=f"P{number // 2}")
    assert "The DICOM files tell patients (P0, P1, P2): data.options={groups: dicom} keeps each together" in read(tmp_path).notes
    for groups in ("dicom", "auto"):
        assert sorted(record.group or "" for record in read(tmp_path, groups=groups)) == ["P0", "P0", "P1", "P1", "P2", "P2"]  # type: ignore[arg-type]


@pytest.mark.parametrize("groups", ["folder", "dicom", "auto"])
def test_patients_that_nothing_tells_are_refused(tmp_path: Path, groups: str) -> None:
    with pytest.raises(UserError, match=rf"data\.options\.groups: is {groups}, but no .* tell patients apart"):
        read(touch(tmp_path, "cat/1.png", "dog/1.png"), groups=groups)  # type: ignore[arg-type]


LEVELS = {
    "folds": "fold1/mel/1.png fold1/nev/2.png fold2/mel/3.png fold2/nev/4.png",
    "folds with splits": "fold1/train/mel/1.png fold1/val/nev/2.png fold2/train/mel/3.png fold2/val/nev/4.png",
    "patients, some with one class": "P1/mel/1.png P2/nev/2.png P3/mel/3.png P4/nev/4.png P4/mel/5.png",
    "hospitals": "Bonn/mel/1.png Bonn/nev/2.png Kiel/mel/3.png Kiel/nev/4.png",
}


@pytest.mark.parametrize("case", LEVELS)
def test_classes_below_folds_or_patients_are_not_guessed(tmp_path: Path, case: str) -> None:
    root = touch(tmp_path, *LEVELS[case].split())
    with pytest.raises(UserError, match=r"hold the same folders \(mel, nev\).*data\.options=\{level: 2\} takes the inner ones"):
        read(root)
    assert {record.label for record in read(root, level=2)} == {"mel", "nev"}
    assert {record.label for record in read(root, level=1)} == {name.split("/")[0] for name in LEVELS[case].split()}
    if case != "hospitals":
        assert {r.group for r in read(root, level=2, groups="folder")} == {name.split("/")[0] for name in LEVELS[case].split()}


@pytest.mark.parametrize(
    "names", ["cat/P1/1.png cat/P2/2.png dog/P1/3.png dog/P2/4.png", "a/40X/1.png a/100X/2.png b/40X/3.png b/100X/4.png"]
)
def test_numbered_folders_within_classes_leave_the_classes_above(tmp_path: Path, names: str) -> None:
    assert {record.label for record in read(touch(tmp_path, *names.split()))} == {name.split("/")[0] for name in names.split()}


@pytest.mark.parametrize(("names", "series"), [("P1 P02 p3", True), ("1 2", True), ("P1 Q2", False), ("P1 P", False), ("mel nev", False)])
def test_a_series_differs_in_its_numbers_alone(names: str, series: bool) -> None:
    assert is_series(names.split()) is series


def test_the_patient_is_the_first_numbered_folder_or_else_the_first() -> None:
    assert patient_folder(Place(None, "a", ("left", "P7", "8"))) == "P7"
    assert patient_folder(Place(None, "a", ("P7",), outer=("ward 3",))) == "ward 3"
    assert patient_folder(Place(None, "a", ("left", "right"))) == "left"
    assert patient_folder(Place(None, "a", ())) is None


def test_one_image_of_each_patient_is_nothing_to_speak_of() -> None:
    at = {Path(f"{n}.png"): Place(None, "a", (f"P{n}",)) for n in range(3)}
    assert groups_of(at, None) == ({}, [])
    twice = {**at, Path("3.png"): Place(None, "a", ("P0",))}
    ((said,),) = (groups_of(twice, None)[1],)
    assert said.startswith("The folders look like patients (P0, P1, P2): data.options={groups: folder}")
    assert groups_of(twice, "folder")[0][Path("3.png")] == "P0"
