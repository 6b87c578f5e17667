"""A miniature of COCO with its odd cases: two polygons, runs as list and as text, a category above 80, images without objects."""

from __future__ import annotations

import json
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from sightline.config import Data
from sightline.data.annotation import render
from sightline.data.check import layout
from sightline.data.images import image_size
from sightline.data.reading import read as look_up
from sightline.data.sets.coco import read
from sightline.errors import UserError
from sightline.types import Record

CATEGORIES = [{"id": 1, "name": "person"}, {"id": 18, "name": "dog"}, {"id": 90, "name": "toothbrush", "supercategory": "indoor"}]
LEFT, RIGHT = [0, 1, 3, 1, 3, 4, 0, 4], [6.0, 1.0, 9.0, 1.0, 9.0, 4.0, 6.0, 4.0]


def entry(id: int, image: int, category: int, bbox: list[float], segmentation: Any = None, **more: Any) -> dict[str, Any]:
    found = {"id": id, "image_id": image, "category_id": category, "bbox": bbox, "area": bbox[2] * bbox[3], "iscrowd": 0}
    return found | ({} if segmentation is None else {"segmentation": segmentation}) | more


OBJECTS = [
    entry(7, 1, 90, [0, 1, 9, 3], [LEFT, RIGHT, LEFT]),  # one object in two pieces, one of them outlined twice
    entry(8, 2, 1, [0, 0, 2, 7], {"size": [7, 10], "counts": [0, 14, 56]}, iscrowd=1),
    entry(9, 2, 1, [4.5, 2, 3, 4], [[4.5, 2, 7.5, 2, 7.5, 6]]),
    entry(10, 4, 18, [1.5, 1, 4, 4]),  # no outline
]


def write(root: Path, split: str, objects: list[dict[str, Any]], count: int = 4) -> Path:
    images = [{"id": i, "file_name": f"{i:012d}.jpg", "width": 10, "height": 7} for i in range(1, count + 1)]
    (root / split).mkdir(parents=True)
    for image in images:
        Image.new("RGB", (10, 7), (10, 20, 30)).save(root / split / str(image["file_name"]))
    path = root / "annotations" / f"instances_{split}.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps({"images": images, "categories": CATEGORIES, "annotations": objects}))
    return path


def change(file: Path, **lists: Any) -> None:
    file.write_text(json.dumps(json.loads(file.read_text()) | lists))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    tmp_path /= "coco"
    write(tmp_path, "train2017", OBJECTS)
    write(tmp_path, "val2017", [entry(1, 1, 18, [0, 0, 5, 5])], count=1)
    (tmp_path / "annotations/captions_train2017.json").write_text("{}")
    return tmp_path


def roi(record: Record) -> np.ndarray:
    found = render(record.annotations, image_size(record.image), where=record.id)
    assert found is not None
    return found


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


def test_the_pieces_of_an_object_are_united(root: Path) -> None:
    expected = np.zeros((7, 10))
    expected[1:4, [0, 1, 2, 6, 7, 8]] = 1
    assert np.array_equal(roi(read(root)[0]), expected)


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


def test_boxes_are_given_by_corner_and_size_and_stand_in_for_missing_outlines(root: Path) -> None:
    assert [mark.points for mark in read(root, annotation="box")[1].annotations] == [((0, 0, 2, 7),), ((4.5, 2, 7.5, 6),)]
    assert read(root)[2].annotations[0].points == ((1.5, 1, 5.5, 5),)


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


def test_pieces_too_thin_for_a_pixel_and_boxes_without_area_stop_nobody(root: Path) -> None:
    file = root / "annotations/instances_train2017.json"
    thin, line = [2.6, 2.6, 2.9, 2.6, 2.9, 2.9], [5, 5, 6, 5]
    change(file, annotations=[entry(7, 1, 1, [2.6, 2.6, 0.3, 0.3], [thin, line]), entry(8, 2, 1, [3, 3, 0, 2])])
    first, second = read(file)
    assert np.argwhere(roi(first)).tolist() == [[2, 2], [5, 5], [5, 6]]
    assert (second.label, second.annotations) == ("person", ())


def test_an_outline_outside_its_image_is_named(root: Path) -> None:
    file = root / "annotations/instances_train2017.json"
    change(file, annotations=[entry(7, 1, 1, [20, 20, 5, 5], [[20, 20, 25, 20, 25, 25]])])
    with pytest.raises(UserError, match=r"instances_train2017\.json annotation 7: its outline lies outside the image of 10 x 7"):
        roi(read(file)[0])


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


def test_outlines_travel_to_workers_and_equal_keys_mean_equal_pixels(root: Path) -> None:
    masks = [mark.source for r in read(root) for mark in r.annotations if mark.kind == "mask"]
    assert len({mask.key for mask in masks}) == len(masks) == 3  # type: ignore[union-attr]
    for mask in masks:
        copy = pickle.loads(pickle.dumps(mask))
        assert copy.key == mask.key  # type: ignore[union-attr]
        assert np.array_equal(copy.draw(), mask.draw())  # type: ignore[union-attr]


def test_the_parts_of_the_layout_are_found(root: Path) -> None:
    assert [part.files for part in layout("coco", root)] == [3, 5]


ONE = entry(7, 1, 1, [1, 1, 4, 4])
BROKEN: dict[str, dict[str, Any]] = {
    r"it has no list of categories": {"categories": None},
    r"annotation 7: names image 99 and category 1, one of which": {"annotations": [entry(7, 99, 1, [0, 0, 1, 1])]},
    r"annotation 7: names image 1 and category 2, one of which": {"annotations": [entry(7, 1, 2, [0, 0, 1, 1])]},
    r"annotation 7: has a box that is not x, y, width, height: \[1, 2, 3\]": {"annotations": [ONE | {"bbox": [1, 2, 3]}]},
    r"annotation 7 bbox: nan is not a number": {"annotations": [ONE | {"bbox": [1, 2, float("nan"), 3]}]},
    r"annotation 7: has a box of width -3 and height 2": {"annotations": [ONE | {"bbox": [5, 2, -3, 2]}]},
    r"annotation 7: has an outline of 5 numbers": {"annotations": [ONE | {"segmentation": [[1, 2, 3, 4, 5]]}]},
    r"annotation 7: has an outline of 2 points, but a box of 4 x 4": {"annotations": [ONE | {"segmentation": [[1, 2, 4, 4]]}]},
    r"annotation 7: has an outline of numbers and lists": {"annotations": [ONE | {"segmentation": [1, 2, [3, 4]]}]},
    r"annotation 7: has an outline that is neither polygons nor runs": {"annotations": [ONE | {"segmentation": "polygon"}]},
    r"annotation 7 outline: 'a' is not a number": {"annotations": [ONE | {"segmentation": [[1, 2, "a", 4, 5, 6]]}]},
    r"annotation 7: has runs that are neither": {"annotations": [ONE | {"segmentation": {"size": [7, 10], "counts": 5}}]},
    r"annotation number 1: has no image_id": {"annotations": [{"category_id": 1}]},
    r"annotation number 1: is 5 where names with values are expected": {"annotations": [5]},
    r"image 2: has no file_name": {"images": [{"id": 1, "file_name": "a.jpg"}, {"id": 2}]},
    r"category 1: has no name": {"categories": [{"id": 1}]},
    r"gives the image id 1 to a\.jpg and to b\.jpg": {"images": [{"id": 1, "file_name": "a.jpg"}, {"id": "1", "file_name": "b.jpg"}]},
    r"gives the category id 1 to 'a' and to 'b'": {"categories": [{"id": 1, "name": "a"}, {"id": "1", "name": "b"}]},
    r"000000000001\.jpg: is listed twice": {"images": [{"id": i, "file_name": "000000000001.jpg"} for i in (1, 2)], "annotations": []},
    r"all boxes and outlines lie between 0 and 1": {"annotations": [ONE | {"bbox": [0.1, 0.2, 0.5, 0.5]}]},
    r"all boxes and outlines lie": {"annotations": [ONE | {"segmentation": [[0.1, 0.2, 0.5, 0.2, 0.5, 0.6]], "bbox": []}]},
    r"has boxes that leave their images, and would fit them as two corners": {"annotations": [ONE | {"bbox": [4, 3, 9, 6]}]},
}


@pytest.mark.parametrize("message", BROKEN)
def test_a_broken_file_is_named(root: Path, message: str) -> None:
    file = root / "annotations/instances_train2017.json"
    change(file, **BROKEN[message])
    with pytest.raises(UserError, match=message):
        read(file)


def test_a_wrong_root_says_what_is_expected(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"holds no \.json file\. Expected: a \.json file of instances"):
        read(tmp_path)
    for content in ("{", "", "[" * 100_000):
        (tmp_path / "a.json").write_text(content)
        with pytest.raises(UserError, match="is not JSON"):
            read(tmp_path)


def labelled(root: Path) -> dict[str, str]:
    return {Path(r.id).name: r.label for r in read(root / "annotations/instances_train2017.json")}


NAMES = {
    "another system's": "train2017\\{}",
    "another computer's": "C:\\Users\\me\\train2017\\{}",
    "a whole path": "/home/me/set/train2017/{}",
    "a path from another folder": "../../somewhere/{}",
    "an address": "http://host:8080/set/train2017/{}?size=full",
    "encoded": "train2017/%30{}",
}


@pytest.mark.parametrize("way", NAMES)
def test_images_are_found_whatever_their_path_looks_like(root: Path, way: str) -> None:
    file = root / "annotations/instances_train2017.json"
    content = json.loads(file.read_text())
    for image in content["images"]:
        name = image["file_name"]
        image["file_name"] = NAMES[way].format(name.removeprefix("0") if way == "encoded" else name)
    file.write_text(json.dumps(content))
    assert [r.image for r in read(file)] == [root / f"train2017/00000000000{i}.jpg" for i in (1, 2, 4)]


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


def test_ids_may_be_numbers_or_texts(root: Path) -> None:
    expected = labelled(root)
    objects = [entry | {"image_id": str(entry["image_id"]), "category_id": f"{entry['category_id']}"} for entry in OBJECTS]
    change(root / "annotations/instances_train2017.json", annotations=objects)
    assert labelled(root) == expected
    change(root / "annotations/instances_train2017.json", annotations=[o | {"image_id": float(o["image_id"])} for o in objects])
    assert labelled(root) == expected


SQUARE = [2, 1, 6, 1, 6, 5, 2, 5]
PAIRS = [[2, 1], [6, 1], [6, 5], [2, 5]]
BOXES = ["none", None, [], [0, 0, 0, 0], [2, 1, 4, 4]]


@pytest.mark.parametrize("bbox", BOXES)
@pytest.mark.parametrize("outline", [SQUARE, [SQUARE], PAIRS, [PAIRS], [[PAIRS]], [SQUARE, []]])
def test_an_outline_is_used_however_it_is_nested_and_whatever_the_box_says(root: Path, outline: Any, bbox: Any) -> None:
    file = root / "annotations/instances_train2017.json"
    one = {key: value for key, value in ONE.items() if key != "bbox"} | {"segmentation": outline}
    change(file, annotations=[one if bbox == "none" else one | {"bbox": bbox}])
    expected = np.zeros((7, 10))
    expected[1:5, 2:6] = 1
    assert np.array_equal(roi(read(file)[0]), expected)
    assert read(file, annotation="box")[0].annotations[0].points == ((2, 1, 6, 5),)


@pytest.mark.parametrize("nothing", [None, [], {}, [[]]])
def test_without_outline_the_box_counts_and_without_both_only_the_label(root: Path, nothing: Any) -> None:
    file = root / "annotations/instances_train2017.json"
    change(file, annotations=[ONE | {"segmentation": nothing}])
    assert read(file)[0].annotations[0].points == ((1, 1, 5, 5),)
    change(file, annotations=[ONE | {"segmentation": nothing, "bbox": nothing if nothing != [[]] else []} if nothing != {} else ONE])
    if nothing != {}:
        assert read(file)[0].annotations == ()
        assert "1 object without outline or box: the label counts, the place is unknown (000000000001.jpg)" in read(file).notes


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
    content = json.loads((root / "annotations/instances_train2017.json").read_text())
    for image in content["images"]:
        image["file_name"] = f"{'train' if image['id'] < 3 else 'valid'}/{image['file_name']}"
        Image.new("RGB", (10, 7)).save((root / image["file_name"]).parent.mkdir(exist_ok=True) or root / image["file_name"])
    (root / "all.json").write_text(json.dumps(content))
    assert [r.split for r in read(root / "all.json")] == ["train", "train", "val"]


ELSEWHERE = {
    "x and y exchanged": [[1, 5, 1, 8, 4, 8, 4, 5]],
    "runs along the rows": {"size": [7, 10], "counts": [15, 3, 7, 3, 7, 3, 32]},
}


@pytest.mark.parametrize("way", ELSEWHERE)
def test_an_outline_outside_of_its_own_box_is_refused_by_its_id(tmp_path: Path, way: str) -> None:
    file = write(tmp_path, "train2017", [entry(7, 1, 1, [5, 1, 3, 3], ELSEWHERE[way]), entry(8, 2, 18, [0, 1, 3, 3], [LEFT])])
    with pytest.raises(UserError, match=r"annotation 7: has an outline \(within .*\) that lies outside of its own box \(5 1 8 4\)"):
        read(file)
    assert [record.label for record in read(file, annotation="box")] == ["person", "dog"]


def test_results_are_no_instances(tmp_path: Path) -> None:
    file = write(tmp_path, "train2017", OBJECTS)
    file.write_text(json.dumps([{"image_id": 1, "category_id": 1, "bbox": [0, 0, 1, 1], "score": 0.9}]))
    with pytest.raises(
        UserError, match=r"is a list of COCO results, which names neither images nor categories\. Give the file of instances"
    ):
        read(file)


def test_attributes_may_be_the_label(tmp_path: Path) -> None:
    given = [entry(n, n, 1, [0, 1, 3, 3], attributes={"dx": "ab"[n % 2], "rotation": n}) for n in (1, 2)]
    file = write(tmp_path, "train2017", given)
    assert "All objects are called person, but differ in dx (a, b): data.options={attribute: dx} takes it as the label" in read(file).notes
    records = read(file, attribute="dx")
    assert [record.label for record in records] == ["b", "a"]
    with pytest.raises(UserError, match=r"annotation 1: has no value for the attribute 'x'\. It has dx, rotation"):
        read(file, attribute="x")
