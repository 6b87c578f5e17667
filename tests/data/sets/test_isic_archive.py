"""Miniatures of both forms of the ISIC Archive, with columns that come and go, suffixes that vary, and descriptions without suffix."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from isic_files import mask, name, photo, table

from sightline.config import Data
from sightline.data import survey_store
from sightline.data.check import check, layout, lines
from sightline.data.images import open_map
from sightline.data.reading import read as read_data
from sightline.data.sets.isic_archive import read
from sightline.errors import UserError

HEADER = "isic_id,attribution,copyright_license,age_approx,diagnosis_1,lesion_id,melanocytic,patient_id,sex"
ROWS = [
    f'{name(1)},"Clinic, Barcelona",CC-0,55,Benign,IL_0000001,True,IP_0000001,female',
    f"{name(2)},Anonymous,CC-BY-NC,,Malignant,IL_0000002,False,IP_0000001,",
    f"{name(3)},Anonymous,CC-0,85,Indeterminate,IL_0000003,,,male",
    f"{name(4)},Anonymous,CC-0,40,,,,,",
]


@pytest.fixture
def new(tmp_path: Path) -> Path:
    """As isic-cli saves it."""
    root = tmp_path / "new"
    for number in (1, 2, 4):
        photo(root / f"{name(number)}.jpg", number)
    photo(root / f"{name(3)}.png", 3)
    table(root / "metadata.csv", [HEADER, *ROWS])
    (root / ".isic-partial.123.abc").write_bytes(b"")
    (root / "attribution.txt").write_text("Anonymous\n\n", encoding="utf-8")
    (root / "licenses").mkdir()
    (root / "licenses" / "CC-0.txt").write_text("licence", encoding="utf-8")
    return root


def describe(path: Path, clinical: dict[str, Any] | None, dataset: str = "UDA-1") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    meta = {"acquisition": {"image_type": "dermoscopic", "pixelsX": 12, "pixelsY": 8}, "clinical": clinical}
    path.write_text(json.dumps({"_id": 24 * "0", "name": path.name, "dataset": {"name": dataset}, "meta": meta}), encoding="utf-8")


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """As the ISIC-Archive-Downloader saved it."""
    root = tmp_path / "old"
    for number in range(4):
        photo(root / "Data/Images" / f"{name(number)}.jpeg", number)
    descriptions = root / "Data/Descriptions"
    describe(
        descriptions / name(0), {"benign_malignant": "benign", "diagnosis": "nevus", "age_approx": 55, "melanocytic": True, "sex": "male"}
    )
    describe(descriptions / name(1), {"benign_malignant": "malignant", "diagnosis": "melanoma", "sex": None})
    describe(descriptions / name(2), {"benign_malignant": "indeterminate/benign"})
    describe(descriptions / name(3), None)
    mask(root / "Data/Segmentation" / f"{name(0)}.png", 0)
    mask(root / "Data/Segmentation" / f"{name(0)}_expert.png", 5)
    mask(root / "Data/Segmentation" / f"{name(1)}_novice.png", 1)
    return root


def test_the_newer_form(new: Path) -> None:
    records = read(new)
    assert [(r.id, r.label, r.group) for r in records] == [
        (name(1), "benign", "IP_0000001"),
        (name(2), "malignant", "IP_0000001"),
        (name(3), "indeterminate", "IL_0000003"),
        (name(4), "unlabelled", None),
    ]
    assert all(r.image.is_file() and r.split is None and r.annotations == () for r in records)  # type: ignore[union-attr]
    assert records[0].tags == {"age": 55, "diagnosis_1": "Benign", "melanocytic": True, "sex": "female"}
    assert records[1].tags == {"diagnosis_1": "Malignant", "melanocytic": False}


def test_a_download_without_patients_and_with_the_older_column(new: Path) -> None:
    rows = [f"{name(1)},A,CC-0,malignant", f"{name(2)},A,CC-0,benign", f"{name(3)},A,CC-0,indeterminate/malignant", f"{name(4)},A,CC-0,"]
    table(new / "metadata.csv", ["isic_id,attribution,copyright_license,benign_malignant", *rows], end="\n")
    records = read(new)
    assert [r.label for r in records] == ["malignant", "benign", "indeterminate/malignant", "unlabelled"]
    assert all(r.group is None for r in records)


def test_the_newer_word_counts_where_both_columns_are_there(new: Path) -> None:
    rows = [f"{name(1)},benign,Malignant", f"{name(2)},benign,"]
    table(new / "metadata.csv", ["isic_id,benign_malignant,diagnosis_1", *rows])
    assert [r.label for r in read(new)] == ["malignant", "benign"]


@pytest.mark.parametrize("inside", ["", "Data"])
def test_the_older_form(old: Path, inside: str) -> None:
    records = read(old / inside)
    assert [(r.id, r.label) for r in records] == [
        (name(0), "benign"),
        (name(1), "malignant"),
        (name(2), "indeterminate/benign"),
        (name(3), "unlabelled"),
    ]
    assert all(r.image.suffix == ".jpeg" and r.image.is_file() for r in records)  # type: ignore[union-attr]
    assert records[0].tags["dataset"] == "UDA-1"
    assert records[0].tags["age"] == 55
    assert records[0].tags["melanocytic"] is True
    assert "sex" not in records[1].tags
    inside_pixels = [[np.flatnonzero(open_map(m.source)).tolist() for m in r.annotations] for r in records]  # type: ignore[arg-type]
    assert inside_pixels == [[[0], [5]], [[1]], [], []]


def test_a_missing_table_is_named(new: Path) -> None:
    assert {part.pattern: part.files for part in layout("isic_archive", new)} == {"**/ISIC_???????.*": 4, "metadata.csv": 1}
    (new / "metadata.csv").unlink()
    assert [part.files for part in layout("isic_archive", new)] == [4, 0]


def test_the_task_leaves_out_what_is_neither_and_the_check_counts_it(new: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(5, 11):
        photo(new / f"{name(number)}.jpg", 20 * number)
    more = [f"{name(n)},A,CC-0,40,{('Benign', 'Malignant')[n % 2]},,,," for n in range(5, 11)]
    table(new / "metadata.csv", [HEADER, *ROWS, *more])
    data = Data(name="isic_archive", root=new, leaks="warn")
    dataset = read_data(data)
    assert dataset.classes == ("benign", "malignant")
    assert len(dataset.records) == 8
    assert dataset.left_out == {"indeterminate": 1, "unlabelled": 1}
    monkeypatch.setattr(survey_store, "store_folder", lambda: tmp_path / "store")
    assert "Left out, since they belong to no class: 1 indeterminate, 1 unlabelled" in lines(check(data))


def test_the_test_images_of_a_challenge_can_be_left_out(new: Path, tmp_path: Path) -> None:
    truth = tmp_path / "ISIC-2017_Test_v2_Part3_GroundTruth.csv"
    table(truth, ["image_id,melanoma,seborrheic_keratosis", f"{name(2)},1.0,0.0", f"{name(4)},0.0,0.0", f"{name(99)},0.0,0.0"])
    assert [r.id for r in read(new, without=truth)] == [name(1), name(3)]
    with pytest.raises(UserError, match="has no image of the class 'malignant'"):
        read_data(Data(name="isic_archive", root=new, options={"without": str(truth)}))
    truth.write_text("image\n2\n", encoding="utf-8")
    with pytest.raises(UserError, match=r"GroundTruth\.csv: names no images to leave out"):
        read(new, without=truth)
    with pytest.raises(UserError, match="names no images to leave out"):
        read(new, without=tmp_path / "nowhere.csv")


def test_what_is_no_download_of_the_archive_is_refused(new: Path, old: Path, tmp_path: Path) -> None:
    table(new / "metadata.csv", ["isic_id,diagnosis_1", "1,Benign"])
    with pytest.raises(UserError, match=r"metadata\.csv line 2: '1' is not an id of the form ISIC_0000000"):
        read(new)
    for content in ('{"meta": ', "[]", '{"meta": {"clinical": "benign"}}'):
        (old / "Data/Descriptions" / name(1)).write_text(content, encoding="utf-8")
        with pytest.raises(UserError, match=rf"{name(1)}: is not a description of an image"):
            read(old)
    (tmp_path / "empty").mkdir()
    with pytest.raises(UserError, match=r"empty: is not a download of the ISIC Archive\. Expected: a folder with metadata\.csv"):
        read(tmp_path / "empty")


def test_002_03_images_of_one_type_alone_can_be_read(new: Path) -> None:
    types = ["dermoscopic", "TBP tile: close-up", "dermoscopic", ""]
    table(new / "metadata.csv", [f"{HEADER},image_type", *(f"{row},{kind}" for row, kind in zip(ROWS, types, strict=True))])
    found = read(new, image_type="dermoscopic")
    assert [record.id for record in found] == [name(1), name(3), name(4)]
    assert found.notes == ("1 images of other types than 'dermoscopic' left out",)
    assert len(read(new)) == 4
    table(new / "metadata.csv", [f"{HEADER},image_type", f"{ROWS[0]},clinical: overview"])
    with pytest.raises(UserError, match=r"no image is of the type 'dermoscopic'. There are: clinical: overview"):
        read(new, image_type="dermoscopic")
