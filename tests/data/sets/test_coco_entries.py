"""The entries of a COCO file: however they are written, and each mistake by its name."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from coco_files import LEFT, OBJECTS, change, coco_set, entry, roi, write

from sightline.data.sets.coco import read
from sightline.data.sets.coco_entries import is_coco, listed, marked
from sightline.data.sets.outlines import PolygonsMask
from sightline.errors import UserError
from sightline.types import Annotation


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return coco_set(tmp_path)


def test_boxes_are_given_by_corner_and_size_and_stand_in_for_missing_outlines(root: Path) -> None:
    assert [mark.points for mark in read(root, annotation="box")[1].annotations] == [((0, 0, 2, 7),), ((4.5, 2, 7.5, 6),)]
    assert read(root)[2].annotations[0].points == ((1.5, 1, 5.5, 5),)


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


def labelled(root: Path) -> dict[str, str]:
    return {Path(r.id).name: r.label for r in read(root / "annotations/instances_train2017.json")}


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
    file.write_text(json.dumps([{"image_id": 1, "category_id": 1, "bbox": [0, 0, 1, 1], "score": 0.9}]), encoding="utf-8")
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


def coco_file(folder: Path, **lists: Any) -> Path:
    content = {"images": [{"id": 1, "file_name": "a.jpg"}], "categories": [{"id": 1, "name": "mel"}], "annotations": []}
    (folder / "c.json").write_text(json.dumps(content | lists), encoding="utf-8")
    return folder / "c.json"


def test_a_file_is_listed_image_by_image_with_what_is_odd_about_it(tmp_path: Path) -> None:
    things = [entry(7, 1, 1, [0, 0, 2, 2]), entry(7, 1, 1, [3, 3, 2, 2]), {"image_id": 1, "category_id": 1}]
    images = [{"id": "1 ", "file_name": "a.jpg", "height": "7", "width": 10.0, "label": " nev "}, {"id": 2, "file_name": 5, "height": 0}]
    found = listed(coco_file(tmp_path, annotations=things, images=images), "a file")
    first, second = found.images
    assert (first.name, first.size, first.label) == ("a.jpg", (7, 10), "nev")
    assert [(Path(thing["where"]).name, thing["category"]) for thing in first.entries] == [
        ("c.json annotation 7", "mel"),
        ("c.json annotation 7", "mel"),
        ("c.json annotation number 3", "mel"),
    ]
    assert (second.name, second.size, second.label, second.entries) == ("5", None, None, [])
    assert found.notes == ["c.json: annotations of different objects share an id (7)"]
    assert found.categories == {"1": "mel"}


@pytest.mark.parametrize("id", [None, "", " ", True, 1.5])
def test_what_is_no_id_is_refused(tmp_path: Path, id: Any) -> None:
    with pytest.raises(UserError, match="image 1: has no id"):
        listed(coco_file(tmp_path, images=[{"id": id, "file_name": "a.jpg"}]), "a file")


def test_only_a_file_with_images_and_annotations_is_one_of_coco(tmp_path: Path) -> None:
    assert is_coco({"images": [], "annotations": []})
    assert not any(is_coco(other) for other in ([], None, {"images": []}, {"images": {}, "annotations": []}))
    (tmp_path / "x.json").write_text("{}", encoding="utf-8")
    with pytest.raises(UserError, match=r"x\.json: is not a COCO file of instances: it has no list of images\. Expected: a file"):
        listed(tmp_path / "x.json", "a file")


def test_an_objects_area_is_that_of_its_box_where_none_is_given() -> None:
    thing = {**entry(7, 1, 1, [1, 2, 3, 4], [[1, 2, 4, 2, 4, 6]]), "category": "mel", "where": "x"}
    assert marked(thing, (9, 9), "mask").area == 12
    assert marked(thing | {"area": 6}, (9, 9), "mask").area == 6
    assert marked(thing | {"area": -1, "bbox": None}, (9, 9), "mask").area == 12
    assert marked(thing, (9, 9), "box").mark == Annotation("box", points=((1, 2, 4, 6),))
    assert isinstance(marked(thing, (9, 9), "mask").mark.source, PolygonsMask)  # type: ignore[union-attr]
    assert marked(thing, None, "mask").mark is None, "an outline cannot be drawn without the size of the image"
    assert marked(thing | {"segmentation": None}, None, "mask").mark == Annotation("box", points=((1, 2, 4, 6),))
