"""From the marked objects of an image to its one label, and to where to look."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from sightline.data.problems import Several
from sightline.data.sets.objects import Image, Marked, by_category, label_of, records_of, refuse_shares
from sightline.data.sets.outlines import PolygonsMask
from sightline.errors import UserError
from sightline.types import Annotation, Records


def thing(category: str, side: float = 5, *, decides: bool = True) -> Marked:
    return Marked(category, side * side, Annotation("box", points=((0, 0, side, side),)), decides)


def image(name: str, *things: Marked, **more: object) -> Image:
    return Image(name, Path(name), things, f"file {name}", **more)  # type: ignore[arg-type]


def read(*images: Image, **options: object) -> Records:
    return records_of(images, **({"rule": "refuse", "background": None, "empty": "unknown"} | options))  # type: ignore[arg-type]


def test_the_label_is_that_of_the_objects_that_decide() -> None:
    things = [thing("mel", 3), thing("nev", 5), thing("hair", 9, decides=False)]
    assert label_of(things, "largest", "x", {}) == "nev"
    assert label_of(things[2:], "refuse", "x", {}) is None
    with pytest.raises(UserError, match=r"x: shows objects of several categories \(mel, nev\)\. data\.options\.label=largest"):
        label_of(things, "refuse", "x", {})
    lesion = by_category({"lesion": ["mel", "nev"], "other": ["hair"]})
    assert lesion == {"mel": "lesion", "nev": "lesion", "hair": "other"}
    assert label_of(things, "refuse", "x", lesion) == "nev", "categories of one class are one"
    assert by_category(None) == {}


def test_the_annotation_is_where_the_objects_of_the_label_are() -> None:
    given = image("a", thing("mel", 3), thing("nev", 5), size=(8, 9))
    (record,) = read(given, rule="largest")
    assert [(mark.points[0][2], mark.size) for mark in record.annotations] == [(5, (8, 9))]
    (record,) = read(given, classes={"lesion": ["mel", "nev"]})
    assert [mark.points[0][2] for mark in record.annotations] == [3, 5]
    (record,) = read(replace(given, label="told"))
    assert (record.label, len(record.annotations)) == ("told", 2), "of a told label all objects count"


def test_images_without_objects_are_left_out_or_the_background() -> None:
    images = [image("a", thing("mel")), image("b"), image("c", looked=False), image("d", nothing=True)]
    found = read(*images)
    assert [record.id for record in found] == ["a"]
    note = "3 of 4 images without objects left out (b, c, d); data.options={background: NAME} makes them a class"
    assert found.notes == (note,)
    found = read(*images, background="none", empty="nothing")
    assert {r.id: (r.label, [mark.kind for mark in r.annotations]) for r in found} == {
        "a": ("mel", ["box"]),
        "b": ("none", ["nothing"]),
        "c": ("none", []),
        "d": ("none", ["nothing"]),
    }
    assert found.notes == ("1 image without annotation file: 'none' by data.options.background (c)",)
    unknown = read(*images, background="none")
    assert [[mark.kind for mark in record.annotations] for record in unknown] == [["box"], [], [], ["nothing"]]


def test_objects_without_a_place_and_two_spellings_are_said() -> None:
    found = read(image("a", Marked("Mel", 1, None)), image("b", thing("mel")))
    assert found[0].annotations == ()
    assert found.notes == (
        "1 object without outline or box: the label counts, the place is unknown (a)",
        "The classes 'Mel' and 'mel' differ only in how they are spelled; data.classes can make them one",
    )


def test_coordinates_that_are_shares_of_the_image_are_refused() -> None:
    outline = Annotation("mask", PolygonsMask("x", (8, 8), ((0.1, 0.1, 1, 0.2, 0.5, 1),)))
    shares = [image("a", thing("mel", 1)), image("b", Marked("mel", 1, outline))]
    with pytest.raises(UserError, match="file a: all boxes and outlines lie between 0 and 1"):
        refuse_shares(shares)
    refuse_shares([*shares, image("c", thing("mel", 1.5))])
    pixels = Annotation("mask", PolygonsMask("x", (8, 8), ((1, 1, 5, 1, 5, 5),)))
    refuse_shares([*shares, image("c", Marked("mel", 1, pixels))])
    refuse_shares([image("a", Marked("mel", 1, Annotation("mask", Path("m.png"))))])


def test_an_image_twice_is_refused_and_every_problem_is_said() -> None:
    with pytest.raises(UserError, match=r"file b: is listed twice \(file a\)\. Keep one"):
        read(image("a", thing("mel")), replace(image("b", thing("mel")), path=Path("a")))
    with pytest.raises(UserError, match=r"file a: is listed twice\. Keep one"):
        read(image("a", thing("mel")), replace(image("a", thing("mel")), path=Path("b")))
    both = [image(name, thing("mel"), thing("nev")) for name in "ab"]
    with pytest.raises(Several) as met:
        read(*both, image("c", thing("mel")), problems=[UserError("file z", "is broken", "Mend it.")])
    assert [problem.where for problem in met.value.problems] == ["file z", "file a", "file b"]
