"""Miniatures of both JSON forms that Label Studio exports, with every kind of region."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tool_files import inside, picture, write

from sightline.data.sets.brush import BrushMask, unpacked
from sightline.data.sets.labelstudio import read
from sightline.errors import UserError

SIZE = {"original_width": 10, "original_height": 8}


def result(kind: str, name: str | None, value: dict[str, Any], **more: Any) -> dict[str, Any]:
    named = {kind: [name]} if name else {}
    return {"id": "r1", "from_name": "label", "to_name": "image", "type": kind, "value": {**value, **named}, **SIZE, **more}


def choice(*names: str, question: str = "diagnosis") -> dict[str, Any]:
    return {"id": "c", "from_name": question, "to_name": "image", "type": "choices", "value": {"choices": list(names)}}


def task(image: str, *results: Any, **more: Any) -> dict[str, Any]:
    return {
        "id": 7,
        "data": {"image": image},
        "annotations": [{"result": list(results), "was_cancelled": False}],
        "predictions": [],
        **more,
    }


def export(root: Path, *tasks: dict[str, Any], images: str = "a b") -> Path:
    for name in images.split():
        picture(root / f"{name}.jpg")
    return write(root / "project-1.json", list(tasks))


RECTANGLE = {"x": 30, "y": 25, "width": 40, "height": 50, "rotation": 0}  # 3..7 x 2..6
MEL = result("rectanglelabels", "mel", RECTANGLE)
NEV = result("polygonlabels", "nev", {"points": [[20, 12.5], [60, 12.5], [60, 62.5], [20, 62.5]], "closed": True})


def test_regions_tell_label_and_place(tmp_path: Path) -> None:
    file = export(tmp_path, task("/data/upload/1/0a1b2c3d-a.jpg", MEL), task("/data/upload/1/0a1b2c3e-b.jpg", NEV))
    for root in (tmp_path, file):
        records = read(root)
        assert [(r.id, r.label) for r in records] == [("a.jpg", "mel"), ("b.jpg", "nev")]
        assert inside(records[0]) == [[3, 2, 7, 6], [16]]
        assert inside(records[1]) == [[2, 1, 6, 5], [16]]


def test_the_short_form(tmp_path: Path) -> None:
    short = {
        "id": 1,
        "image": "/data/upload/1/0a1b-a.jpg",
        "label": [MEL["value"] | SIZE],
        "annotator": 1,
        "annotation_id": 3,
        "patient": "P7",
    }
    export(tmp_path, short, short | {"image": "0a1b-b.jpg", "label": [NEV["value"] | SIZE]})
    records = read(tmp_path)
    assert [(r.id, r.label, inside(r)[1]) for r in records] == [("a.jpg", "mel", [16]), ("b.jpg", "nev", [16])]
    assert records.notes == ("Not used: patient; data.options={question: NAME} takes one of them as the label",)
    export(tmp_path, short | {"label": [MEL["value"]]})  # no size: that of the picture
    assert inside(read(tmp_path)[0]) == [[3, 2, 7, 6], [16]]
    export(tmp_path, {"image": "a.jpg", "annotation_id": 1, "diagnosis": "mel"}, {"image": "b.jpg", "diagnosis": {"choices": ["nev"]}})
    assert [r.label for r in read(tmp_path)] == ["mel", "nev"]


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


def packed(alpha: np.ndarray) -> list[int]:
    """A painted mask as Label Studio packs it: runs for the even rows, single bytes for the odd ones."""
    values = np.zeros((*alpha.shape, 4), np.uint8)
    values[:, :, 3] = alpha
    bits = f"{values.size:032b}" + f"{7:05b}" + f"{3:04b}" + f"{15:04b}" * 3
    for number, row in enumerate(values.reshape(len(alpha), -1)):
        if number % 2:
            bits += "0" + "10" + f"{len(row) - 1:016b}" + "".join(f"{value:08b}" for value in row)
        else:
            bits += "".join("1" + "00" + f"{0:04b}" + f"{value:08b}" for value in row)
    bits += "0" * (-len(bits) % 8)
    return [int(bits[start : start + 8], 2) for start in range(0, len(bits), 8)]


def test_painted_masks(tmp_path: Path) -> None:
    alpha = np.zeros((8, 10), np.uint8)
    alpha[2:5, 3:9] = 255
    alpha[4, 8] = 0
    brush = result("brushlabels", "mel", {"format": "rle", "rle": packed(alpha)})
    export(tmp_path, task("a.jpg", brush), task("b.jpg", NEV))
    record = read(tmp_path)[0]
    assert inside(record) == [[3, 2, 9, 5], [17]]
    source = record.annotations[0].source
    assert isinstance(source, BrushMask)
    assert pickle.loads(pickle.dumps(source)).key == source.key
    for wrong in ([], packed(alpha)[:20], packed(alpha[:4]), packed(alpha)[:-9]):
        assert unpacked(bytes(wrong), 320) is None
    export(tmp_path, task("a.jpg", result("brushlabels", "mel", {"format": "rle", "rle": packed(alpha[:4])})))
    with pytest.raises(UserError, match=r"task 7 region 1: its painted mask is not one of 10 x 8 pixels"):
        read(tmp_path)
    export(tmp_path, task("a.jpg", result("brushlabels", "mel", {"format": "rle", "rle": [1, 999]})))
    with pytest.raises(UserError, match=r"task 7 region 1: has a painted mask that is not a list of bytes"):
        read(tmp_path)


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


def test_names_given_to_a_region_one_by_one(tmp_path: Path) -> None:
    export(tmp_path, task("a.jpg", result("rectangle", None, RECTANGLE), result("labels", "mel", RECTANGLE)), task("b.jpg", NEV))
    assert [(r.label, len(r.annotations)) for r in read(tmp_path)] == [("mel", 1), ("nev", 1)]
    export(tmp_path, task("a.jpg", MEL, result("labels", "nev", RECTANGLE)))
    with pytest.raises(UserError, match=r"region 1: has more than one name \(mel, nev\)"):
        read(tmp_path)


def test_skipped_open_and_several_annotations(tmp_path: Path) -> None:
    skipped = {"result": [NEV], "was_cancelled": True}
    right = {"result": [MEL], "ground_truth": True}
    empty = task("c.jpg")
    open_one = task("d.jpg") | {"annotations": [], "predictions": [{"result": [NEV]}]}
    export(
        tmp_path,
        task("a.jpg", NEV),
        task("b.jpg") | {"annotations": [skipped, right, {"result": [NEV]}]},
        empty,
        open_one,
        images="a b c d",
    )
    records = read(tmp_path)
    assert [(r.id, r.label) for r in records] == [("a.jpg", "nev"), ("b.jpg", "mel")]
    assert "1 task without annotation left out (d.jpg)" in records.notes
    found = {r.id: [mark.kind for mark in r.annotations] for r in read(tmp_path, background="none", empty="nothing")}
    assert (found["c.jpg"], found["d.jpg"]) == (["nothing"], [])
    export(tmp_path, task("a.jpg") | {"annotations": [{"result": [MEL]}, {"result": [NEV]}]})
    with pytest.raises(UserError, match=r"task 7: shows objects of several categories \(mel, nev\)"):
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


def test_a_task_without_an_image_and_files_of_other_tools(tmp_path: Path) -> None:
    export(tmp_path, task("a.jpg", MEL) | {"data": {"text": "hello"}})
    with pytest.raises(UserError, match="task 7: names no image"):
        read(tmp_path)
    export(tmp_path, task("a.jpg", MEL) | {"data": {"left": "a.jpg", "right": "b.jpg"}})
    with pytest.raises(UserError, match="task 7: names 2 images"):
        read(tmp_path)
    export(tmp_path, task("a.jpg", MEL) | {"data": {"photo": "a.jpg", "patient": "P7"}})
    assert [r.id for r in read(tmp_path)] == ["a.jpg"]
    write(tmp_path / "project-1.json", {"shapes": [], "imagePath": "a.jpg"})
    with pytest.raises(UserError, match=r"holds no annotations.* data=labelme reads them"):
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


def test_annotations_of_several_people_are_said(tmp_path: Path) -> None:
    two = [{"result": [MEL], "was_cancelled": False}, {"result": [MEL], "was_cancelled": False}]
    export(tmp_path, task("a.jpg", annotations=two), task("b.jpg", NEV))
    note = "1 task with annotations of several people, which are united (a.jpg); to use one, mark it as ground truth in Label Studio"
    assert note in read(tmp_path).notes
