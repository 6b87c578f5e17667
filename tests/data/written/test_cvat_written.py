"""CVAT's XML for images, written."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest
from records_to_write import BOX, CLASSES, entries, record

from sightline.data.written.cvat import content
from sightline.data.written.entries import entries_of
from sightline.errors import UserError


def root(folder: Path) -> ElementTree.Element:
    ((name, held),) = content(entries(folder / "photos"), folder / "c.xml", CLASSES)
    assert name == "c.xml"
    return ElementTree.fromstring(held)


def test_the_class_is_a_tag_with_the_facts_and_the_split_a_subset(tmp_path: Path) -> None:
    images = root(tmp_path).findall("image")
    named = [(one.get("id"), one.get("name"), one.get("subset"), one.get("width"), one.get("height")) for one in images]
    assert named[:2] == [("0", "photos/a.png", "train", "10", "8"), ("1", "photos/sub/b.png", "val", "10", "8")]
    assert named[2][2] is None
    tags = [one.find("tag") for one in images]
    assert [tag is not None and tag.get("label") for tag in tags] == ["mel", "nev", "nev", "mel"]
    facts = [{one.get("name"): one.text for one in image.iterfind("tag/attribute")} for image in images]
    assert facts[0] == {"group": "P1", "split": "train", "tag:ruler": "true", "tag:age": "40"}
    assert facts[2] == {"split": None, "nothing": "true"}


def test_classes_and_facts_are_declared(tmp_path: Path) -> None:
    labels = root(tmp_path).findall("meta/task/labels/label")
    assert [label.findtext("name") for label in labels] == list(CLASSES)
    declared = [[one.findtext("name") for one in label.iterfind("attributes/attribute")] for label in labels]
    assert declared == [["group", "nothing", "split", "tag:age", "tag:ruler"]] * 2


def test_shapes_are_boxes_polygons_points_and_patches_of_runs(tmp_path: Path) -> None:
    first, second, third, last = root(tmp_path).findall("image")
    assert [[shape.tag for shape in image if shape.tag != "tag"] for image in (first, second, third, last)] == [
        ["box", "mask"],
        ["polygon", "points"],
        [],
        [],
    ]
    box, mask, polygon = (image.find(tag) for image, tag in ((first, "box"), (first, "mask"), (second, "polygon")))
    assert box is not None
    assert [box.get(key) for key in ("xtl", "ytl", "xbr", "ybr", "label")] == ["1.0", "2.0", "5.0", "6.0", "mel"]
    assert polygon is not None
    assert polygon.get("points") == "0.5,0.5;8.5,0.5;0.5,6.5"
    assert mask is not None
    assert [mask.get(key) for key in ("left", "top", "width", "height", "rle")] == ["2", "1", "3", "3", "0, 4, 1, 4"]


@pytest.mark.parametrize("name", ["a\x07.png", " a.png", "\u2003a.png"])
def test_names_that_xml_does_not_hold_are_refused(tmp_path: Path, name: str) -> None:
    given = entries_of([record(tmp_path, name, "mel", BOX)])
    with pytest.raises(UserError, match=r"has a name that XML does not hold .*Rename it"):
        list(content(given, tmp_path / "c.xml", CLASSES))
