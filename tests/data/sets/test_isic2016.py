"""A miniature of ISIC 2016 with its odd cases: tables without header, words for training and numbers for test, a capital S."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from isic_files import mask, name, photo, table

from sightline.config import Data
from sightline.data.check import layout
from sightline.data.images import open_map
from sightline.data.reading import read as read_data
from sightline.data.sets.isic2016 import read
from sightline.errors import UserError

ROWS = {"Training": [(0, "benign"), (2, "malignant"), (4, "benign")], "Test": [(3, "0.0"), (12, "1.0"), (13, "0")]}


def build(root: Path, part: str, masks: str) -> Path:
    for set_name, lines in ROWS.items():
        data = root / f"ISBI2016_ISIC_{part}_{set_name}_Data"
        for number, _ in lines:
            photo(data / f"{name(number)}.jpg", number)
            mask(root / masks.format(set_name) / f"{name(number)}_Segmentation.png", number)
        table(root / f"ISBI2016_ISIC_{part}_{set_name}_GroundTruth.csv", [f"{name(n)},{label}" for n, label in lines], end="\n")
    return root


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return build(tmp_path, "Part3", "ISBI2016_ISIC_Part1_{}_GroundTruth")


def test_words_and_numbers_are_the_same_labels(root: Path) -> None:
    assert [(r.id, r.label, r.split) for r in read(root)] == [
        (name(0), "benign", "train"),
        (name(2), "malignant", "train"),
        (name(4), "benign", "train"),
        (name(3), "benign", "test"),
        (name(12), "malignant", "test"),
        (name(13), "benign", "test"),
    ]


def test_masks_of_part_1_join_the_labels_of_part_3_by_id(root: Path) -> None:
    (root / "ISBI2016_ISIC_Part1_Training_GroundTruth" / f"{name(0)}_Segmentation.png").unlink()
    first, *others = read(root)
    assert first.annotations == ()
    for record in others:
        assert record.image.is_file()  # type: ignore[union-attr]
        assert np.flatnonzero(open_map(record.annotations[0].source)).tolist() == [int(record.id[5:])]  # type: ignore[arg-type]


def test_part_3b_has_the_masks_among_the_images(tmp_path: Path) -> None:
    records = read(build(tmp_path, "Part3B", "ISBI2016_ISIC_Part3B_{}_Data"))
    assert len(records) == 6
    assert all(r.annotations and r.image.is_file() for r in records)  # type: ignore[union-attr]
    assert {part.files for part in layout("isic2016", tmp_path)} == {3, 1}


def test_the_images_of_part_1_will_do(root: Path) -> None:
    for set_name in ROWS:
        inner = root / f"ISBI2016_ISIC_Part1_{set_name}_Data"
        inner.mkdir()
        (root / f"ISBI2016_ISIC_Part3_{set_name}_Data").rename(inner / inner.name)  # unpacked into itself
    assert all(r.image.is_file() for r in read(root))  # type: ignore[union-attr]


def test_the_task_is_melanoma_with_the_class_names_of_the_later_years(root: Path) -> None:
    dataset = read_data(Data(name="isic2016", root=root))
    assert dataset.classes == ("other", "melanoma")
    assert [r.label for r in dataset.records] == ["other", "melanoma", "other"] * 2


def test_spoilt_tables_are_refused(root: Path) -> None:
    path = root / "ISBI2016_ISIC_Part3_Test_GroundTruth.csv"
    table(path, ["image,label", f"{name(3)},0.0"])
    with pytest.raises(UserError, match=r"line 1: 'image' is not an id"):
        read(root)
    table(path, [f"{name(3)},0.0", f"{name(12)},0.5"])
    with pytest.raises(UserError, match=r"line 2: the diagnosis is '0\.5'\. It has to be benign or malignant"):
        read(root)


def test_what_is_missing_is_named(root: Path) -> None:
    (root / "ISBI2016_ISIC_Part3_Test_Data").rename(root / "elsewhere")
    with pytest.raises(UserError, match=r"Part3_Test_Data: no such folder\. It holds the images that .*Test_GroundTruth\.csv names"):
        read(root)
    with pytest.raises(UserError, match=r"holds no diagnoses of ISIC 2016\. Expected: a folder with ISBI2016"):
        read(root / "elsewhere")
