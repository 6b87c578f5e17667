"""The tasks of a Label Studio export, in both of its forms, as regions and choices."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from labelstudio_files import MEL, NEV, RECTANGLE, SIZE, choice, export, result, task
from tool_files import inside, write

from sightline.data.sets.labelstudio import read
from sightline.data.sets.labelstudio_tasks import tasks
from sightline.errors import UserError


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


def test_annotations_of_several_people_are_said(tmp_path: Path) -> None:
    two = [{"result": [MEL], "was_cancelled": False}, {"result": [MEL], "was_cancelled": False}]
    export(tmp_path, task("a.jpg", annotations=two), task("b.jpg", NEV))
    note = "1 task with annotations of several people, which are united (a.jpg); to use one, mark it as ground truth in Label Studio"
    assert note in read(tmp_path).notes


def test_the_entries_of_a_region_are_united_and_questions_on_the_image_are_kept_apart() -> None:
    shape = result("rectangle", None, RECTANGLE, id="x")
    names = result("labels", "mel", RECTANGLE, id="x")
    answer = result("choices", "deep", RECTANGLE, id="x", from_name="depth")
    (found,) = tasks([task("a.jpg", shape, names, answer, choice("good", "sharp", question="quality"), file_upload="1-a.jpg")], "e.json")
    (region,) = found.regions
    assert (region["labels"], region["answers"], region["x"], region["original_width"]) == (["mel"], {"depth": ["deep"]}, 30, 10)
    assert found.choices == {"quality": ["good", "sharp"]}
    assert (found.where, found.image, found.upload, found.looked, found.united) == ("e.json task 7", "a.jpg", "1-a.jpg", True, 1)


def test_ground_truth_counts_alone_and_what_was_skipped_never() -> None:
    def one(*annotations: dict[str, Any]) -> tuple[int, bool, int]:
        (found,) = tasks([task("a.jpg") | {"annotations": list(annotations)}], "e.json")
        return len(found.regions), found.looked, found.united

    plain, skipped = {"result": [MEL]}, {"result": [MEL], "skipped": True}
    assert one(plain, plain) == (2, True, 2)
    assert one(plain, plain | {"ground_truth": True}, skipped) == (1, True, 1)
    assert one(skipped) == one() == (0, False, 0)


def test_of_the_short_form_texts_are_kept_apart_from_answers_and_facts() -> None:
    short = {"id": 3, "image": "a.jpg", "choice": "mel", "note": "large", "tag:age": 4, "annotator": 1, "stage": {"choices": ["II", 3]}}
    (found,) = tasks([short], "e.json")
    assert (found.choices, found.texts, found.looked) == ({"choice": ["mel"], "stage": ["II", "3"]}, {"note": ["large"]}, True)
    with pytest.raises(UserError, match=r"e\.json: is \{\} where a list is expected"):
        tasks({}, "e.json")
    with pytest.raises(UserError, match=r"e\.json task 2: is 5 where names with values are expected"):
        tasks([short, 5], "e.json")
