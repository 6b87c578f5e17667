"""A miniature of ISIC 2017 with its odd cases: CRLF tables, superpixels among the images, nested folders, a spreadsheet's ids."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from sightline.config import Data
from sightline.data.images import open_map
from sightline.data.isic2017 import TASKS, read
from sightline.data.reading import read as read_data
from sightline.errors import UserError

ROWS = {"Training": [(3, "1.0", "0.0"), (10, "0.0", "1.0"), (7, "0.0", "0.0")], "Validation": [(1769, "0.0", "0.0"), (1852, "1.0", "0.0")]}
HEADER = "image_id,melanoma,seborrheic_keratosis"


def name(number: int) -> str:
    return f"ISIC_{number:07d}"


def table(path: Path, lines: list[str], end: str = "\r\n") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes("".join(line + end for line in lines).encode())


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for part, rows in ROWS.items():
        images, masks = tmp_path / f"ISIC-2017_{part}_Data", tmp_path / f"ISIC-2017_{part}_Part1_GroundTruth"
        images.mkdir()
        masks.mkdir()
        for number, *_ in rows:
            Image.new("RGB", (12, 8), (number % 256, 90, 60)).save(images / f"{name(number)}.jpg")
            Image.new("RGB", (12, 8), (0, 1, 0)).save(images / f"{name(number)}_superpixels.png")
            inside = np.zeros((8, 12), np.uint8)
            inside.flat[number % 96] = 255  # each mask names its image
            Image.fromarray(inside).save(masks / f"{name(number)}_segmentation.png")
        table(tmp_path / f"ISIC-2017_{part}_Part3_GroundTruth.csv", [HEADER, *(f"{name(n)},{m},{k}" for n, m, k in rows)])
    people = ["image_id,age_approximate,sex", f"{name(3)},55,female", f"{name(10)},unknown,male", f"{name(7)},85,unknown"]
    table(tmp_path / "ISIC-2017_Training_Data/ISIC-2017_Training_Data_metadata.csv", people, end="\n")
    return tmp_path


def test_labels_splits_and_tags(root: Path) -> None:
    records = read(root)
    assert [(r.id, r.label, r.split) for r in records] == [
        (name(3), "melanoma", "train"),
        (name(10), "seborrheic_keratosis", "train"),
        (name(7), "nevus", "train"),
        (name(1769), "nevus", "val"),
        (name(1852), "melanoma", "val"),
    ]
    assert [dict(r.tags) for r in records[:4]] == [{"age": 55, "sex": "female"}, {"sex": "male"}, {"age": 85}, {}]
    assert all(r.image.suffix == ".jpg" for r in records)  # type: ignore[union-attr]


def test_pitfall_04_masks_belong_to_ids_not_to_list_positions(root: Path) -> None:
    (root / "ISIC-2017_Training_Part1_GroundTruth" / f"{name(3)}_segmentation.png").unlink()
    records = read(root)
    assert records[0].annotations == ()
    for record in records[1:]:
        mask = open_map(record.annotations[0].source)  # type: ignore[arg-type]
        assert np.flatnonzero(mask).tolist() == [int(record.id[5:]) % 96]


def test_folders_nested_in_themselves(root: Path) -> None:
    for folder in [f for f in root.iterdir() if f.is_dir()]:
        inner = folder.rename(root / "moving")
        folder.mkdir()
        inner.rename(folder / folder.name)
    nested_table = root / "ISIC-2017_Validation_Part3_GroundTruth"
    nested_table.mkdir()
    (root / f"{nested_table.name}.csv").rename(nested_table / f"{nested_table.name}.csv")
    records = read(root)
    assert [r.split for r in records] == ["train"] * 3 + ["val"] * 2
    assert all(r.image.is_file() and r.annotations for r in records)  # type: ignore[union-attr]
    assert records[0].tags["age"] == 55


def test_artefacts_become_tags_and_places_to_avoid(root: Path) -> None:
    folder = root / "artifacts"
    table(folder / "presence.csv", ["image_id,ruler,band_aid,skin_marker", f"{name(3)},1,0,1", f"{name(10)},0,0,0"], end="\n")
    for artefact, number in [("ruler", 3), ("skin_marker", 3), ("ruler", 10)]:  # the last one contradicts the presence list
        (folder / artefact).mkdir(exist_ok=True)
        Image.new("1", (12, 8), 1).save(folder / artefact / f"{name(number)}.png")
    first, second, third, *_ = read(root)
    assert {k: first.tags[k] for k in ("ruler", "band_aid", "skin_marker")} == {"ruler": True, "band_aid": False, "skin_marker": True}
    assert [mark.source for mark in first.avoid] == [folder / a / f"{name(3)}.png" for a in ("ruler", "skin_marker")]
    assert second.tags["ruler"] is False
    assert second.avoid == ()
    assert "ruler" not in third.tags


@pytest.mark.parametrize(
    ("task", "classes"),
    [(None, ("other", "melanoma")), ("keratosis", ("other", "keratosis")), ("three", ("nevus", "seborrheic_keratosis", "melanoma"))],
)
def test_tasks_put_the_positive_class_last(root: Path, task: str | None, classes: tuple[str, ...]) -> None:
    dataset = read_data(Data(name="isic2017", root=root, task=task))
    assert dataset.classes == classes
    assert dataset.records[1].label == {"other": "other", "keratosis": "keratosis"}.get(
        classes[-1], "seborrheic_keratosis" if task else "other"
    )
    assert all(
        sorted(label for labels in t.values() for label in labels) == ["melanoma", "nevus", "seborrheic_keratosis"] for t in TASKS.values()
    )


def test_ids_renumbered_by_a_spreadsheet_are_refused(root: Path) -> None:
    table(root / "ISIC-2017_Training_Part3_GroundTruth.csv", [HEADER + ",,", "1,1.0,0.0,,", "2,0.0,1.0,,"])
    with pytest.raises(UserError, match=r"Part3_GroundTruth\.csv line 2: '1' is not an id of the form ISIC_0000000\. A spreadsheet"):
        read(root)


def test_impossible_labels_are_refused(root: Path) -> None:
    for cells, message in [("1.0,1.0", "melanoma is '1.0' and seborrheic_keratosis '1.0'"), ("yes,0.0", "melanoma is 'yes'")]:
        table(root / "ISIC-2017_Training_Part3_GroundTruth.csv", [HEADER, f"{name(3)},0.0,0.0", f"{name(10)},{cells}"])
        with pytest.raises(UserError, match=f"line 3: {message}"):
            read(root)


def test_a_missing_column_table_or_root_is_named(root: Path, tmp_path: Path) -> None:
    truth = root / "ISIC-2017_Validation_Part3_GroundTruth.csv"
    table(truth, ["image_id,melanoma", f"{name(3)},0.0"])
    with pytest.raises(UserError, match="has no column 'seborrheic_keratosis'"):
        read(root)
    truth.unlink()
    with pytest.raises(UserError, match=r"Validation_Part3_GroundTruth\.csv: no such file\. It holds the diagnoses"):
        read(root)
    with pytest.raises(UserError, match=r"data\.root: is not given\. Expected: a folder with ISIC-2017_Training_Data"):
        read(None)
    with pytest.raises(UserError, match=r"absent: no such file or folder\. Expected: a folder with ISIC-2017"):
        read(tmp_path / "absent")
    (tmp_path / "empty").mkdir()
    with pytest.raises(UserError, match="holds no set of ISIC 2017"):
        read(tmp_path / "empty")
