"""Facts on images, as annotation files of people and of other programs hold them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tool_files import picture, write

from sightline.data.sets import coco, via
from sightline.data.sets.objects import Image
from sightline.data.sets.told import facts_of, told
from sightline.errors import UserError
from sightline.types import Annotation, Record


def test_facts_are_read_as_in_a_table() -> None:
    found = told({"group": " P 1 ", "split": "Valid", "nothing": "yes", "tag:age": "40", "tag:ruler": "true", "other": 3}, "x")
    assert (found.group, found.nothing, dict(found.tags)) == ("P 1", True, {"age": 40, "ruler": True})
    image = Image("a", Path("a"), (), "a", split="train")
    assert found.of(image).split == "val"
    assert told({"split": ""}, "x").of(image).split is None, "said to have none"
    assert told({}, "x").of(image).split == "train", "nothing said"
    assert told(["no mapping"], "x").of(image) == image
    assert told({"group": "n/a", "tag:age": ""}, "x").of(image) == image
    with pytest.raises(UserError, match="x nothing: 'maybe' is neither true nor false"):
        told({"nothing": "maybe"}, "x")


def test_what_is_written_is_what_is_read() -> None:
    record = Record("a", Path("a"), "mel", group="7", split="test", annotations=(Annotation("nothing"),), tags={"ruler": False, "age": 3.5})
    found = told(facts_of(record, nothing=True), "x")
    assert (found.group, found.split, found.nothing, found.tags) == ("7", "test", True, {"ruler": False, "age": 3.5})


def region(label: str | None) -> dict[str, Any]:
    shape = {"name": "rect", "x": 1, "y": 1, "width": 3, "height": 3}
    return {"shape_attributes": shape, "region_attributes": {} if label is None else {"label": label}}


def test_a_file_of_via_without_regions_takes_the_attribute_that_is_no_fact(tmp_path: Path) -> None:
    entries = {}
    for name, label in (("a.png", "mel"), ("b.png", "nev")):
        picture(tmp_path / name)
        attributes = {"diagnosis": label, "group": f"P{name}", "split": "test"}
        entries[name] = {"filename": name, "size": 1, "regions": [], "file_attributes": attributes}
    found = via.read(write(tmp_path / "v.json", entries))
    assert [(r.label, r.group, r.split) for r in found] == [("mel", "Pa.png", "test"), ("nev", "Pb.png", "test")]


def test_a_word_of_its_own_on_the_regions_stays_the_label(tmp_path: Path) -> None:
    entries = {}
    for name, label in (("a.png", "mel"), ("b.png", "nev")):
        picture(tmp_path / name)
        entries[name] = {"filename": name, "size": 1, "regions": [region(label)], "file_attributes": {"label": "seen", "group": "P"}}
    assert [(r.label, r.group) for r in via.read(write(tmp_path / "v.json", entries))] == [("mel", "P"), ("nev", "P")]


def test_an_image_of_coco_may_have_a_label_without_objects(tmp_path: Path) -> None:
    images = []
    for id, (name, more) in enumerate({"a.png": {"label": "mel", "nothing": True}, "b.png": {"label": "nev"}, "c.png": {}}.items()):
        picture(tmp_path / name)
        images.append({"id": id, "file_name": name, "width": 10, "height": 8, **more})
    content = {"images": images, "annotations": [], "categories": [{"id": 1, "name": "mel"}]}
    found = coco.read(write(tmp_path / "c.json", content))
    assert [(r.label, [mark.kind for mark in r.annotations]) for r in found] == [("mel", ["nothing"]), ("nev", [])]
    assert "1 of 3 images without objects left out (c.png)" in found.notes[0]
