"""Miniatures of both JSON forms that Label Studio exports, with every kind of region."""

from __future__ import annotations

from pathlib import Path

import pytest
from labelstudio_files import MEL, NEV, RECTANGLE, choice, export, result, task
from tool_files import inside, picture, write

from sightline.data.sets.labelstudio import read
from sightline.errors import UserError


def test_regions_tell_label_and_place(tmp_path: Path) -> None:
    file = export(tmp_path, task("/data/upload/1/0a1b2c3d-a.jpg", MEL), task("/data/upload/1/0a1b2c3e-b.jpg", NEV))
    for root in (tmp_path, file):
        records = read(root)
        assert [(r.id, r.label) for r in records] == [("a.jpg", "mel"), ("b.jpg", "nev")]
        assert inside(records[0]) == [[3, 2, 7, 6], [16]]
        assert inside(records[1]) == [[2, 1, 6, 5], [16]]


NAMES = {
    "local files": "/data/local-files/?d=photos%2Fa%20b.jpg",
    "a bucket": "s3://bucket/some/photos/a b.jpg",
    "an address": "https://host/photos/a%20b.jpg?token=x",
    "a Windows path": "C:\\me\\photos\\a b.jpg",
    "an upload": "/data/upload/12/deadbeef-a_b.jpg",
}


@pytest.mark.parametrize("name", NAMES)
def test_the_image_is_found(tmp_path: Path, name: str) -> None:
    path = picture(tmp_path / "photos" / ("a_b.jpg" if name == "an upload" else "a b.jpg"))
    write(tmp_path / "export.json", [task(NAMES[name], MEL)])
    assert [r.image for r in read(tmp_path)] == [path]
    path.unlink()
    with pytest.raises(UserError, match="task 7: is not found, nor is any other image"):
        read(tmp_path)


def test_turned_rectangles_and_ellipses(tmp_path: Path) -> None:
    turned = result("rectanglelabels", "a", RECTANGLE | {"x": 70, "rotation": 90})  # around its upper left corner (7, 2): 3..7 x 2..6
    ellipse = result("ellipselabels", "b", {"x": 50, "y": 50, "radiusX": 40, "radiusY": 15, "rotation": 90})  # 4 and 1.2 pixels
    export(tmp_path, task("a.jpg", turned), task("b.jpg", ellipse))
    first, second = read(tmp_path)
    assert inside(first) == [[3, 2, 7, 6], [16]]
    assert inside(second)[0] == [4, 0, 6, 8]


def test_a_choice_on_the_image_is_its_label(tmp_path: Path) -> None:
    lesion = result("rectanglelabels", "lesion", RECTANGLE)
    export(tmp_path, task("a.jpg", lesion, choice("mel")), task("b.jpg", choice("nev")), task("c.jpg", lesion), images="a b c")
    records = read(tmp_path)
    assert [(r.label, len(r.annotations)) for r in records] == [("mel", 1), ("nev", 0)]
    assert records.notes == ("1 of 3 images without choice left out (c.jpg)",)
    assert {r.label for r in read(tmp_path, by="object")} == {"lesion"}
    export(tmp_path, task("a.jpg", choice("mel"), choice("good", question="quality")))
    with pytest.raises(UserError, match=r"answers to several questions \(diagnosis, quality\).*\{question: diagnosis\}"):
        read(tmp_path)
    assert [r.label for r in read(tmp_path, question="quality")] == ["good"]
    with pytest.raises(UserError, match=r"data\.options\.question: there are no choices 'x'\. There are: diagnosis, quality"):
        read(tmp_path, question="x")
    export(tmp_path, task("a.jpg", choice("mel", "nev")))
    with pytest.raises(UserError, match=r"task 7: has more than one choice \(mel, nev\)"):
        read(tmp_path)


BROKEN = {
    "task 7 region 1 width: None is not a number": result("rectanglelabels", "a", {"x": 1, "y": 1, "height": 2}),
    "task 7 region 1 x: nan is not a number": result("rectanglelabels", "a", RECTANGLE | {"x": float("nan")}),
    "task 7 region 1: has a point that is not a pair": result("polygonlabels", "a", {"points": [[1, 2], [3]]}),
    "task 7 region 1: was drawn on an image that was turned": MEL | {"image_rotation": 90},
    "task 7: is 5 where names with values": 5,
}


@pytest.mark.parametrize("message", BROKEN)
def test_what_cannot_be_read_is_named(tmp_path: Path, message: str) -> None:
    export(tmp_path, task("a.jpg", BROKEN[message]))
    with pytest.raises(UserError, match=message):
        read(tmp_path)


def test_a_size_that_is_not_the_pictures_is_a_problem(tmp_path: Path) -> None:
    export(tmp_path, task("a.jpg", MEL | {"original_width": 20, "original_height": 16}))
    with pytest.raises(UserError, match="drawn on a picture of 20 x 16 pixels, but the image has 10 x 8"):
        inside(read(tmp_path)[0])


def test_answers_on_regions_are_the_label_if_they_are_asked_for(tmp_path: Path) -> None:
    regions = [result("rectanglelabels", "lesion", RECTANGLE, id=name) for name in "xy"]
    answers = [result("choices", name, RECTANGLE, id=id, from_name="dx") for id, name in (("x", "mel"), ("y", "nev"))]
    export(tmp_path, task("a.jpg", regions[0], answers[0]), task("b.jpg", regions[1], answers[1]))
    remedy = r"data\.options=\{question: dx\} takes the answers for the label"
    with pytest.raises(UserError, match=rf"region 1: is called lesion and has the answer mel to 'dx'\. {remedy}"):
        read(tmp_path)
    assert [record.label for record in read(tmp_path, question="dx")] == ["mel", "nev"]
    export(tmp_path, task("a.jpg", regions[0], answers[0]), task("b.jpg", regions[1]))
    with pytest.raises(UserError, match=r"region 1: has no answer to 'dx'"):
        read(tmp_path, question="dx")
    export(tmp_path, task("a.jpg", regions[0], answers[0], choice("mel")), task("b.jpg", regions[1], choice("nev")))
    assert [record.label for record in read(tmp_path, question="diagnosis")] == ["mel", "nev"]
