"""A miniature of ISIC 2018, task 3: tables in folders of their own, some with weights, several images of a lesion, licences among them."""

from __future__ import annotations

from pathlib import Path

import pytest
from isic_files import name, photo, table

from sightline.config import Data, Split
from sightline.data.reading import read as read_data
from sightline.data.sets.isic2018 import LABELS, read
from sightline.data.splits import split
from sightline.errors import UserError

HEADER = "image," + ",".join(LABELS)
ROWS = {"Training": [(24306 + i, LABELS[i % 7]) for i in range(42)], "Validation": [(34321, "NV")], "Test": [(34524, "MEL"), (34525, "DF")]}


def one_hot(label: str) -> str:
    return ",".join("1.0" if label == one else "0.0" for one in LABELS)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for set_name, lines in ROWS.items():
        for number, _ in lines:
            photo(tmp_path / f"ISIC2018_Task3_{set_name}_Input" / f"{name(number)}.jpg", number)
        (tmp_path / f"ISIC2018_Task3_{set_name}_Input" / "LICENSE.txt").write_text("licence", encoding="utf-8")
        truth = f"ISIC2018_Task3_{set_name}_GroundTruth"
        weights = set_name == "Test"
        rows = [f"{name(n)},{one_hot(label)}" + ",0.5,0.0" * weights for n, label in lines]
        table(tmp_path / truth / f"{truth}.csv", [HEADER + ",score_weight,validation_weight" * weights, *rows], end="\n")
        (tmp_path / truth / "ATTRIBUTION.txt").write_text("who", encoding="utf-8")
    # images 0 and 7, 1 and 8, ... of the training set show one lesion
    lesions = [f"{name(n)},HAM_{(i // 14) * 7 + i % 7:07d},histopathology" for i, (n, _) in enumerate(ROWS["Training"])]
    table(tmp_path / "ISIC2018_Task3_Training_LesionGroupings.csv", ["image,lesion_id,diagnosis_confirm_type", *lesions], end="\n")
    return tmp_path


def test_labels_splits_and_confirmation(root: Path) -> None:
    records = read(root)
    assert [(r.id, r.label) for r in records] == [(name(n), label) for lines in ROWS.values() for n, label in lines]
    assert [r.split for r in records] == ["train"] * 42 + ["val"] + ["test"] * 2
    assert all(r.image.is_file() and r.annotations == () for r in records)  # type: ignore[union-attr]
    assert records[0].tags == {"confirmed_by": "histopathology"}
    assert records[-1].tags == {}


def test_the_images_of_a_lesion_stay_together_in_every_fold(root: Path) -> None:
    records = read(root)
    assert records[0].group == records[7].group == "HAM_0000000"
    assert records[0].group != records[14].group
    assert records[-1].group is None
    for fold in range(3):
        parts = split(records, Split(folds=3, fold=fold))
        groups = [{r.group for r in parts[part]} - {None} for part in ("train", "val")]
        assert all(groups)
        assert not groups[0] & groups[1]


def test_training_images_without_their_lesions_are_refused(root: Path) -> None:
    (root / "ISIC2018_Task3_Training_LesionGroupings.csv").unlink()
    with pytest.raises(UserError, match=r"LesionGroupings\.csv: no such file\. Without it, images of one lesion leak between splits"):
        read(root)


def test_lesions_are_found_by_the_place_of_their_column(root: Path) -> None:
    path = root / "ISIC2018_Task3_Training_LesionGroupings.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("lesion_id,diagnosis_confirm_type", "lesion,how"), encoding="utf-8")
    assert read(root)[0].group == "HAM_0000000"
    path.write_text(f"image,lesion\n{name(24306)},HAM_0000009\n", encoding="utf-8")
    first, second, *_ = read(root)
    assert (first.group, first.tags) == ("HAM_0000009", {})
    assert second.group is None


def test_sets_without_diagnoses_are_passed_over(root: Path) -> None:
    for set_name in ("Validation", "Test"):
        truth = root / f"ISIC2018_Task3_{set_name}_GroundTruth"
        (truth / f"{truth.name}.csv").unlink()
    assert {r.split for r in read(root)} == {"train"}
    (root / "ISIC2018_Task3_Training_GroundTruth/ISIC2018_Task3_Training_GroundTruth.csv").unlink()
    with pytest.raises(UserError, match="holds no diagnoses of ISIC 2018, task 3"):
        read(root)


def test_a_table_beside_the_folders_will_do(root: Path) -> None:
    truth = root / "ISIC2018_Task3_Training_GroundTruth"
    (truth / f"{truth.name}.csv").rename(root / f"{truth.name}.csv")
    assert len(read(root)) == 45


@pytest.mark.parametrize(("task", "classes"), [(None, LABELS), ("melanoma", ("other", "melanoma"))])
def test_tasks(root: Path, task: str | None, classes: tuple[str, ...]) -> None:
    dataset = read_data(Data(name="isic2018", root=root, task=task))
    assert dataset.classes == classes
    assert len(dataset.records) == 45
    assert [r.label for r in dataset.records[:2]] == (["MEL", "NV"] if task is None else ["melanoma", "other"])


@pytest.mark.parametrize(
    "cells", ["0.0,0.0,0.0,0.0,0.0,0.0,0.0", "1.0,1.0,0.0,0.0,0.0,0.0,0.0", "1.0,,0.0,0.0,0.0,0.0,0.0", "2,0,0,0,0,0,0"]
)
def test_a_row_that_does_not_name_one_class_is_refused(root: Path, cells: str) -> None:
    table(root / "ISIC2018_Task3_Training_GroundTruth/ISIC2018_Task3_Training_GroundTruth.csv", [HEADER, f"{name(24306)},{cells}"])
    with pytest.raises(UserError, match=r"GroundTruth\.csv line 2: does not name one class"):
        read(root)


def test_age_sex_and_site_of_the_training_images_are_tags_where_the_table_of_ham10000_is(root: Path) -> None:
    people = ["55.0,male,back", ",female,unknown", "40.0,unknown,face"]
    rows = [f"HAM_{i:07d},{name(24306 + i)},nv,histo,{said}" for i, said in enumerate(people)]
    table(root / "HAM10000_metadata.csv", ["lesion_id,image_id,dx,dx_type,age,sex,localization", *rows], end="\n")
    records = read(root)
    told = [{tag: value for tag, value in record.tags.items() if tag != "confirmed_by"} for record in records]
    assert told[:3] == [{"age": 55, "sex": "male", "site": "back"}, {"sex": "female"}, {"age": 40, "site": "face"}]
    assert not any(told[3:])
