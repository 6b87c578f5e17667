"""A miniature of COCO with its odd cases: two polygons, runs as list and as text, a category above 80, images without objects."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from coco_files import OBJECTS, change, coco_set, entry, roi
from PIL import Image

from sightline.config import Data
from sightline.data.check import layout
from sightline.data.reading import read as look_up
from sightline.data.sets.coco import read
from sightline.errors import UserError


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return coco_set(tmp_path)


def test_one_record_per_image_with_objects_in_the_owners_split(root: Path) -> None:
    records = read(root)
    assert [(Path(r.id).name, r.label, r.split) for r in records] == [
        ("000000000001.jpg", "toothbrush", "train"),
        ("000000000002.jpg", "person", "train"),
        ("000000000004.jpg", "dog", "train"),
        ("000000000001.jpg", "dog", "val"),
    ]
    assert records[0].image == root / "train2017/000000000001.jpg"
    assert len({r.id for r in records}) == 4


def test_a_single_file_brings_no_split(root: Path) -> None:
    records = read(root / "annotations/instances_train2017.json")
    assert [r.id for r in records] == ["000000000001.jpg", "000000000002.jpg", "000000000004.jpg"]
    assert {r.split for r in records} == {None}


def test_a_crowd_in_runs_and_an_outline_are_united(root: Path) -> None:
    found = roi(read(root)[1])
    assert found[:, :2].all()  # 14 pixels down the first two columns
    assert not found[:, 2:4].any()
    assert found[2, 5] == 1
    assert found[5, 4] == 0  # outside the triangle, inside its box


def test_runs_as_text(root: Path) -> None:
    images = [{"id": 1, "file_name": "000000000001.jpg", "width": 5, "height": 7}]
    objects = [entry(7, 1, 1, [1, 2, 3, 3], {"size": [7, 5], "counts": "0182L0005"})]
    change(root / "annotations/instances_train2017.json", images=images, annotations=objects)
    Image.new("RGB", (5, 7)).save(root / "train2017/000000000001.jpg")
    (record,) = read(root / "annotations/instances_train2017.json")
    assert np.argwhere(roi(record)).tolist() == [[0, 0], *([y, x] for y in (2, 3, 4) for x in (1, 2, 3))]


def test_an_image_of_several_categories_is_refused_or_takes_that_of_the_largest(root: Path) -> None:
    file = root / "annotations/instances_train2017.json"
    change(file, annotations=[*OBJECTS, entry(11, 1, 1, [0, 0, 2, 2]), entry(12, 1, 90, [5, 5, 1, 1])])
    message = r"000000000001\.jpg: shows objects of several categories \(person, toothbrush\)\. data\.options\.label=largest"
    with pytest.raises(UserError, match=message):
        read(file)
    first = read(file, label="largest", annotation="box")[0]
    assert first.label == "toothbrush"
    assert [mark.points for mark in first.annotations] == [((0, 1, 9, 4),), ((5, 5, 6, 6),)]  # every toothbrush, no person


def test_000_categories_of_one_class_are_grouped_before_the_label_is_asked_for_and_all_of_their_boxes_count(root: Path) -> None:
    """An image with an OPML and a malignant box is suspicious, and both boxes guide."""
    file = root / "annotations/instances_train2017.json"
    change(file, annotations=[*OBJECTS, entry(11, 1, 1, [0, 0, 2, 2]), entry(12, 1, 90, [5, 5, 1, 1]), entry(13, 1, 18, [1, 1, 1, 1])])
    suspicious = {"suspicious": ["person", "toothbrush"], "other": ["dog"]}
    with pytest.raises(UserError, match=r"several categories \(dog, person, toothbrush\)"):
        read(file, classes=suspicious)  # of two classes
    change(file, annotations=[*OBJECTS, entry(11, 1, 1, [0, 0, 2, 2]), entry(12, 1, 90, [5, 5, 1, 1])])
    data = Data(name="coco", root=file, classes=suspicious, options={"annotation": "box"})
    first = look_up(data).records[0]
    assert first.label == "suspicious"
    assert [mark.points for mark in first.annotations] == [((0, 1, 9, 4),), ((0, 0, 2, 2),), ((5, 5, 6, 6),)]


def test_images_without_objects_are_left_out_or_a_class_of_their_own(root: Path) -> None:
    file = root / "annotations/instances_train2017.json"
    third = read(file, background="street")[2]
    assert (third.id, third.label, third.annotations) == ("000000000003.jpg", "street", ())
    third = read(file, background="street", empty="nothing")[2]
    assert [mark.kind for mark in third.annotations] == ["nothing"]
    assert not roi(third).any()


@pytest.mark.parametrize("folder", ["images", "images/train2017", "elsewhere"])
def test_images_are_found_or_named(root: Path, folder: str) -> None:
    (root / folder).parent.mkdir(exist_ok=True)
    (root / "train2017").rename(root / folder)
    file = root / "annotations/instances_train2017.json"
    assert {r.image.parent for r in read(file)} == {root / folder}  # type: ignore[union-attr]
    (root / folder).rename(root.parent / "far")
    with pytest.raises(UserError, match=r"000000000001\.jpg is not found beside it\. Name the folder of the images in data\.options"):
        read(file)
    assert all(r.image.is_file() for r in read(file, images=Path("../../far")))  # type: ignore[union-attr]


def test_one_folder_per_split_as_labelling_tools_export(root: Path, tmp_path: Path) -> None:
    own = tmp_path / "own"
    for tool, official in (("train", "train2017"), ("valid", "val2017")):
        (own / tool).parent.mkdir(exist_ok=True)
        (root / official).rename(own / tool)
        (root / f"annotations/instances_{official}.json").rename(own / tool / "_annotations.coco.json")
    assert [r.split for r in read(own)] == ["train"] * 3 + ["val"]


def test_the_parts_of_the_layout_are_found(root: Path) -> None:
    assert [part.files for part in layout("coco", root)] == [3, 5]


def test_a_wrong_root_says_what_is_expected(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"holds no \.json file\. Expected: a \.json file of instances"):
        read(tmp_path)
    for content in ("{", "", "[" * 100_000):
        (tmp_path / "a.json").write_text(content, encoding="utf-8")
        with pytest.raises(UserError, match="is not JSON"):
            read(tmp_path)


def test_an_image_that_is_missing_is_left_to_the_survey(root: Path) -> None:
    (root / "train2017/000000000002.jpg").unlink()
    assert [r.image.exists() for r in read(root / "annotations/instances_train2017.json")] == [True, False, True]  # type: ignore[union-attr]


@pytest.mark.parametrize("size", [{}, {"width": None, "height": None}, {"width": 0, "height": 0}, {"width": "10", "height": "7"}])
def test_a_size_that_is_not_given_is_read_from_the_picture(root: Path, size: dict[str, Any]) -> None:
    file = root / "annotations/instances_train2017.json"
    images = [{"id": i, "file_name": f"{i:012d}.jpg", **size} for i in range(1, 5)]
    change(file, images=images)
    assert roi(read(file)[0]).sum() == 18


@pytest.mark.parametrize("annotation", ["mask", "box"])
def test_a_size_that_is_not_the_pictures_is_a_problem(root: Path, annotation: Any) -> None:
    file = root / "annotations/instances_train2017.json"
    change(file, images=[{"id": i, "file_name": f"{i:012d}.jpg", "width": 20, "height": 14} for i in range(1, 5)])
    for record in read(file, annotation=annotation):
        if record.label != "person":  # runs bring a size of their own
            with pytest.raises(UserError, match=r"drawn on a picture of 20 x 14 pixels, but the image has 10 x 7"):
                roi(record)


def test_images_without_objects_are_counted_and_named(root: Path) -> None:
    note = "1 of 4 images without objects left out (000000000003.jpg); data.options={background: NAME} makes them a class"
    assert read(root / "annotations/instances_train2017.json").notes == (note,)


def test_the_splits_are_told_by_the_files_not_by_folders_above(root: Path) -> None:
    top = root.parent / "test"
    root.rename(top)
    assert {r.split for r in read(top)} == {"train", "val"}


def test_json_files_of_other_kinds_beside_are_left_out(root: Path) -> None:
    for file in (root / "annotations").glob("instances_*.json"):
        file.rename(file.with_name(file.name.removeprefix("instances_")))
    records = read(root)
    assert {r.split for r in records} == {"train", "val"}
    assert "Left out, since not COCO: 1 file (captions_train2017.json)" in records.notes


def test_one_file_with_a_folder_per_split(root: Path) -> None:
    content = json.loads((root / "annotations/instances_train2017.json").read_text(encoding="utf-8"))
    for image in content["images"]:
        image["file_name"] = f"{'train' if image['id'] < 3 else 'valid'}/{image['file_name']}"
        Image.new("RGB", (10, 7)).save((root / image["file_name"]).parent.mkdir(exist_ok=True) or root / image["file_name"])
    (root / "all.json").write_text(json.dumps(content), encoding="utf-8")
    assert [r.split for r in read(root / "all.json")] == ["train", "train", "val"]
