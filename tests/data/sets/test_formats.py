"""Annotation files are recognised by what stands in them, so that messages name the right reader."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from class_folders import touch
from tool_files import write

from sightline.data.sets import coco
from sightline.data.sets.folder import read
from sightline.data.sets.formats import advice, files_of, notes, reader_of
from sightline.data.sets.picture_files import PictureFiles
from sightline.errors import UserError


def test_annotation_files_that_another_reader_reads_are_said(tmp_path: Path) -> None:
    root = touch(tmp_path, "cat/1.png", "dog/1.png")
    (root / "cat/1.json").write_text('{"version": "5", "shapes": [], "imagePath": "1.png", "imageData": null}', encoding="utf-8")
    (root / "dog/1.txt").write_text("0 0.5 0.5 0.25 1\n1 0.5 0.5 0.1 0.1\n", encoding="utf-8")
    (root / "dog/1.xml").write_text('<?xml version="1.0"?><annotation><filename>1.png</filename></annotation>', encoding="utf-8")
    (root / "all.xml").write_text("<annotations><image name='1.png'/></annotations>", encoding="utf-8")
    (root / "coco.json").write_text('{"images": [{"id": 1, "file_name": "1.png"}], "annotations": []}', encoding="utf-8")
    (root / "notes.txt").write_text("1 2 3 4 5\n", encoding="utf-8")
    (root / "other.json").write_text("{}", encoding="utf-8")
    assert sorted(note for note in read(root).notes if "data=" in note) == [
        "Annotations that folder does not read lie among the .json files (1.json): data=labelme reads them",
        "Annotations that folder does not read lie among the .json files (coco.json): data=coco reads them",
        "Annotations that folder does not read lie among the .txt files (1.txt): data=yolo reads them",
        "Annotations that folder does not read lie among the .xml files (1.xml): data=voc reads them",
        "Annotations that folder does not read lie among the .xml files (all.xml): data=cvat reads them",
    ]


def test_annotation_files_are_said_where_there_are_no_classes(tmp_path: Path) -> None:
    root = touch(tmp_path, "1.png", "2.png")
    (root / "1.json").write_text('{"version": "5", "shapes": [], "imagePath": "1.png", "imageData": null}', encoding="utf-8")
    with pytest.raises(UserError, match=r"holds no class folders.*data=labelme reads them\.$"):
        read(root)


FOREIGN = {
    "labelme": {"version": "5", "shapes": [], "imagePath": "a.jpg", "imageData": None},
    "via": {"a.jpg10": {"filename": "a.jpg", "regions": [], "file_attributes": {}, "shape_attributes": {}}},
    "labelstudio": [{"id": 1, "annotations": [{"result": [{"from_name": "label", "original_width": 10}]}]}],
}


@pytest.mark.parametrize("tool", FOREIGN)
def test_the_file_of_another_tool_is_refused_with_the_reader_that_reads_it(tmp_path: Path, tool: str) -> None:
    (tmp_path / "a.json").write_text(json.dumps(FOREIGN[tool]), encoding="utf-8")
    with pytest.raises(UserError, match=f"is not a COCO file of instances.*It looks as if data={tool} reads it"):
        coco.read(tmp_path)


LABELME = '{"shapes": [], "imagePath": "1.png"}'


@pytest.mark.parametrize(
    ("name", "text", "reader"),
    [
        ("a.json", '{"images": [{"file_name": "1.png"}], "categories": []}', "coco"),
        ("a.json", '{"data": {}, "annotations": [], "predictions": []}', "labelstudio"),
        ("a.JSON", LABELME, "labelme"),
        ("a.json", '{"_via_settings": {}}', "via"),
        ("a.json", '{"shapes": []}', None),
        ("a.xml", "<annotations>", "cvat"),
        ("a.xml", "<annotation >", "voc"),
        ("a.xml", "<annotated/>", None),
        ("a.txt", "0 0.5 0.5 1 1e-3\n\n0 0.5", "yolo"),  # the last line may be cut
        ("a.txt", "0 0.5 0.5 1\n", None),
        ("a.txt", "0 12 30 4 5\n", None),
        ("a.txt", "", None),
        ("a.csv", LABELME, None),
    ],
)
def test_the_reader_is_told_by_the_content(tmp_path: Path, name: str, text: str, reader: str | None) -> None:
    file = write(tmp_path / name, text)
    assert reader_of(file) == reader
    assert advice(file) == (f"It looks as if data={reader} reads it." if reader else "")
    assert reader_of(tmp_path) is None
    assert reader_of(tmp_path / "gone.json") is None


def test_words_at_the_end_of_a_large_file_count(tmp_path: Path) -> None:
    middle = " " * (1 << 18)
    assert reader_of(write(tmp_path / "a.json", f'{{"shapes": [{middle}], "imagePath": "1.png"}}')) == "labelme"
    assert reader_of(write(tmp_path / "b.json", f'{{{middle}"shapes": [], "imagePath": "1.png"{middle}}}')) is None


def test_files_of_a_reader_are_taken_and_others_left_out_or_refused(tmp_path: Path) -> None:
    own = write(tmp_path / "a.json", LABELME)
    pictures = PictureFiles(tmp_path)
    assert files_of(tmp_path, pictures, "labelme", ".json", "x") == files_of(own, pictures, "labelme", ".json", "x") == ([own], [])
    write(tmp_path / "b.json", "{}")
    found, said = files_of(tmp_path, PictureFiles(tmp_path), "labelme", ".json", "x")
    assert (found, said) == ([own], ["Left out, since not for data=labelme: 1 .json file (b.json)"])
    with pytest.raises(
        UserError, match=r"holds no annotations\. Expected: VIA\. Annotations that via does not read .*data=labelme reads them"
    ):
        files_of(tmp_path, PictureFiles(tmp_path), "via", ".json", "VIA.")
    with pytest.raises(UserError, match=r"b\.json: is not a file that data=via reads\. Expected: VIA"):
        files_of(tmp_path / "b.json", pictures, "via", ".json", "VIA")
    write(tmp_path / "b.json", "{")
    with pytest.raises(UserError, match=r"b\.json: is not JSON"):
        files_of(tmp_path, PictureFiles(tmp_path), "labelme", ".json", "x")
    assert len(notes([own], "via")) == 1
    assert notes([own], "labelme") == []
