"""A miniature of ISIC 2017 with its odd cases: CRLF tables, superpixels among the images, features, nested folders, a spreadsheet's ids."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from isic_files import SIZE, mask, name, photo, superpixels, table
from PIL import Image

from sightline.config import Data
from sightline.data.check import layout
from sightline.data.images import open_map
from sightline.data.reading import read as read_data
from sightline.data.sets.isic2017 import TASKS, read
from sightline.errors import UserError

ROWS = {"Training": [(3, "1.0", "0.0"), (10, "0.0", "1.0"), (7, "0.0", "0.0")], "Validation": [(1769, "0.0", "0.0"), (1852, "1.0", "0.0")]}
HEADER = "image_id,melanoma,seborrheic_keratosis"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for part, rows in ROWS.items():
        images, masks = tmp_path / f"ISIC-2017_{part}_Data", tmp_path / f"ISIC-2017_{part}_Part1_GroundTruth"
        for number, *_ in rows:
            photo(images / f"{name(number)}.jpg", number)
            superpixels(images / f"{name(number)}_superpixels.png", np.arange(96).reshape(SIZE) * 3)
            mask(masks / f"{name(number)}_segmentation.png", number)
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


def test_part_2_becomes_regions(root: Path) -> None:
    assert all(r.regions == {} for r in read(root))
    folder = root / "ISIC-2017_Training_Part2_GroundTruth"
    folder.mkdir()
    names = ("pigment_network", "negative_network", "milia_like_cyst", "streaks")
    for number, present in [(3, {"streaks": [258, 3]}), (10, {})]:
        marks = {feature: [int(i in present.get(feature, [])) for i in range(288)] for feature in names}
        (folder / f"{name(number)}_features.json").write_text(json.dumps(marks), encoding="utf-8")
    first, second, third, *_ = read(root)
    assert set(first.regions) == set(second.regions) == set(names)
    assert np.flatnonzero(open_map(first.regions["streaks"][0].source)).tolist() == [1, 86]  # type: ignore[arg-type]
    assert [mark.kind for feature in names[:3] for mark in first.regions[feature]] == ["nothing"] * 3
    assert [mark.kind for marks in second.regions.values() for mark in marks] == ["nothing"] * 4
    assert third.regions == {}


def test_the_layout_says_what_is_missing_of_which_set(root: Path) -> None:
    files = {part.pattern: part.files for part in layout("isic2017", root)}
    assert files["ISIC-2017_Training_Data/**/ISIC_*.jpg"] == 3
    assert files["ISIC-2017_Training_Data/**/ISIC-2017_Training_Data_metadata.csv"] == 1
    assert files["ISIC-2017_Validation_Data/**/ISIC-2017_Validation_Data_metadata.csv"] == 0
    assert files["ISIC-2017_Validation_Data/**/ISIC_*_superpixels.png"] == 2
    assert files["ISIC-2017_Training_Part2_GroundTruth/**/ISIC_*_features.json"] == 0
    assert {count for pattern, count in files.items() if "Test_v2" in pattern} == {0}


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
    with pytest.raises(UserError, match=r"`root=...`: is not given\. Expected: a folder with ISIC-2017_Training_Data"):
        read(None)
    with pytest.raises(UserError, match=r"absent: no such file or folder\. Expected: a folder with ISIC-2017"):
        read(tmp_path / "absent")
    (tmp_path / "empty").mkdir()
    with pytest.raises(UserError, match="holds no set of ISIC 2017"):
        read(tmp_path / "empty")


@pytest.mark.real
def test_the_real_images_are_read_with_their_masks_and_without_part_2(real_data: Path) -> None:
    records = read(real_data / "isic2017")
    assert Counter((r.split, r.label) for r in records) == {
        ("train", "nevus"): 1372,
        ("train", "seborrheic_keratosis"): 254,
        ("train", "melanoma"): 374,
        ("val", "nevus"): 78,
        ("val", "seborrheic_keratosis"): 42,
        ("val", "melanoma"): 30,
    }
    assert all(r.annotations and r.regions == {} for r in records)
    missing = {part.holds for part in layout("isic2017", real_data / "isic2017") if not part.files}
    assert "dermoscopic features, train" in missing
    assert "lesion masks, train" not in missing
