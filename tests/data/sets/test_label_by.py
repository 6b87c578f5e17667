"""What tells the label of an annotated image: its objects, a word on the whole of it, or its folder."""

from __future__ import annotations

from pathlib import Path

import pytest
from tool_files import picture

from sightline.data.sets.label_by import attribute_of, labelled, one_label, unused_attributes
from sightline.data.sets.objects import Image, Marked
from sightline.data.sets.picture_files import PictureFiles
from sightline.errors import UserError
from sightline.types import Annotation, Records

BOX = Annotation("box", points=((1, 1, 4, 4),))


def read(top: Path, given: dict[str, str | None], by: str = "auto", background: str | None = None, words: tuple[str, ...] = ()) -> Records:
    """`given`: image -> the category of its object; `words` are told of the first images as a whole."""
    for name in given:
        picture(top / name)
    images = [
        Image(name, top / name, [Marked(category, 9, BOX)] if category else [], name, label=words[i] if i < len(words) else None)
        for i, (name, category) in enumerate(given.items())
    ]
    options = {"rule": "refuse", "background": background, "empty": "unknown", "whole": "tag"}
    return labelled(images, PictureFiles(top), by, **options)  # type: ignore[arg-type]


def labels(records: Records) -> dict[str, str]:
    return {record.id: record.label for record in records}


def test_a_word_on_the_whole_image_comes_first(tmp_path: Path) -> None:
    given: dict[str, str | None] = {"a/1.jpg": "lesion", "b/2.jpg": "lesion", "b/3.jpg": "lesion"}
    found = read(tmp_path, given, words=("mel", "nev"))
    assert labels(found) == {"a/1.jpg": "mel", "b/2.jpg": "nev"}
    assert found.notes == ("1 of 3 images without tag left out (b/3.jpg)",)
    assert labels(read(tmp_path, given, by="object", words=("mel", "nev"))) == dict.fromkeys(given, "lesion")
    assert labels(read(tmp_path, given, by="folder", words=("mel", "nev"))) == {name: name[0] for name in given}
    with pytest.raises(UserError, match=r"no image has a tag\. Use data\.options=\{by: object\}, or \{by: folder\}"):
        read(tmp_path, given, by="image")


def test_the_folder_tells_where_all_objects_are_called_the_same(tmp_path: Path) -> None:
    picture(tmp_path / "train/nev/bare.jpg")
    same: dict[str, str | None] = {"train/mel/1.jpg": "lesion", "images/nev/2.jpg": "lesion"}
    found = read(tmp_path, same)
    assert labels(found) == {"train/mel/1.jpg": "mel", "images/nev/2.jpg": "nev", "train/nev/bare.jpg": "nev"}
    assert found.notes == ("All objects are called lesion, so the label of an image is its folder",)
    assert {record.id: record.split for record in found}["train/nev/bare.jpg"] == "train"
    assert set(labels(read(tmp_path, same, background="none")).values()) == {"lesion", "none"}
    assert set(labels(read(tmp_path, {**same, "images/nev/2.jpg": "other"})).values()) == {"lesion", "other"}
    with pytest.raises(UserError, match=r"3\.jpg: lies in no folder that could be its class"):
        read(tmp_path, {"images/3.jpg": "lesion"}, by="folder")


def test_pictures_without_annotations_are_said(tmp_path: Path) -> None:
    picture(tmp_path / "9.jpg")
    given: dict[str, str | None] = {"1.jpg": "mel", "2.jpg": "nev"}
    assert read(tmp_path, given).notes == ("1 picture without annotations left out (9.jpg)",)
    assert labels(read(tmp_path, given, background="none"))["9.jpg"] == "none"


def test_annotations_none_of_whose_images_is_there_are_refused(tmp_path: Path) -> None:
    images = [Image(name, tmp_path / name, [Marked("mel", 9, BOX)], f"file {name}") for name in ("a.jpg", "b.jpg")]
    options = {"rule": "refuse", "background": None, "empty": "unknown", "whole": "tag"}
    with pytest.raises(UserError, match=r"file a\.jpg: is not found, nor is any other image\. Put the images beside"):
        labelled(images, PictureFiles(tmp_path), "auto", **options)  # type: ignore[arg-type]
    picture(tmp_path / "b.jpg")
    assert len(labelled(images, PictureFiles(tmp_path), "auto", **options)) == 2  # type: ignore[arg-type]


def test_attributes_of_objects() -> None:
    assert attribute_of({"dx": " mel ", "n": 0}, "dx", "x") == "mel"
    assert attribute_of({"n": 0}, "n", "x") == "0"
    for given, said in (({"n": 0}, "It has n"), ({"dx": ""}, "It has dx"), ({"dx": [1]}, "It has dx"), (None, "It has no attributes")):
        with pytest.raises(UserError, match=rf"x: has no value for the attribute 'dx'\. {said}"):
            attribute_of(given, "dx", "x")
    differing = [{"dx": "mel", "rotation": 1}, {"dx": "nev", "rotation": 2}]
    (note,) = unused_attributes(["lesion", "lesion"], differing)
    assert note == "All objects are called lesion, but differ in dx (mel, nev): data.options={attribute: dx} takes it as the label"
    assert (
        unused_attributes(["lesion", "other"], differing) == unused_attributes(["lesion"], differing[:1]) == unused_attributes([], []) == []
    )


def test_one_label_of_several_equal_words() -> None:
    assert (one_label(["mel", "mel"], "x", "tag"), one_label([], "x", "tag")) == ("mel", None)
    with pytest.raises(UserError, match=r"x: has more than one tag \(mel, nev\)\. sightline needs one label per image"):
        one_label(["nev", "mel"], "x", "tag")
