"""YOLO's text files, written: with links to the pictures, in shares of them."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from records_to_write import BOX, CLASSES, entries, record

from sightline.data.written.entries import entries_of
from sightline.data.written.yolo import content, notes
from sightline.engine.annotation_files import write_annotations
from sightline.errors import UserError
from sightline.types import Annotation, Record


def test_yolo_gets_links_outlines_and_the_splits(tmp_path: Path) -> None:
    square = Annotation("polygon", points=((0.0, 0.0), (5.0, 0.0), (5.0, 4.0)))
    records = [
        record(tmp_path / "1", "a.png", "mel", BOX, square, split="train"),
        record(tmp_path / "2", "a.png", "nev", split="val"),
        record(tmp_path / "3", "a.png", "nev", Annotation("nothing"), split="val"),
    ]
    out = tmp_path / "yolo"
    write_annotations(records, "yolo", out)
    assert (out / "images/train/mel/1_a.png").resolve() == tmp_path / "1/a.png"
    assert (out / "labels/train/mel/1_a.txt").read_text(encoding="utf-8").splitlines()[0] == "0 0.1 0.25 0.5 0.25 0.5 0.75 0.1 0.75"
    assert sorted(path.name for path in (out / "labels").rglob("*.txt")) == ["1_a.txt", "3_a.txt"]
    assert (out / "labels/val/nev/3_a.txt").read_text(encoding="utf-8") == ""
    assert yaml.safe_load((out / "data.yaml").read_text(encoding="utf-8")) == {
        "train": "images/train",
        "val": "images/val",
        "names": {0: "mel", 1: "nev"},
    }
    write_annotations([*records[1:2], record(tmp_path, "c.png", "mel", BOX)], "yolo", tmp_path / "boxes")
    assert (tmp_path / "boxes/labels/mel/c.txt").read_text(encoding="utf-8") == "0 0.3 0.5 0.4 0.5\n"


def written(folder: Path, *records: Record) -> dict[str, str | Path]:
    found = content(entries_of(records) if records else entries(folder / "photos"), folder / "out", CLASSES)
    return {name: held if isinstance(held, Path) else held.decode() for name, held in found}


def test_pictures_lie_below_split_and_class_and_text_files_beside_them(tmp_path: Path) -> None:
    found = written(tmp_path)
    links = {name: held for name, held in found.items() if isinstance(held, Path)}
    assert links == {
        "images/train/mel/a.png": tmp_path / "photos/a.png",
        "images/val/nev/b.png": tmp_path / "photos/sub/b.png",
        "images/nev/c.png": tmp_path / "photos/c.png",
        "images/mel/d.png": tmp_path / "photos/d.png",
    }
    assert set(found) - set(links) == {"labels/train/mel/a.txt", "labels/val/nev/b.txt", "labels/nev/c.txt", "data.yaml"}
    assert found["labels/nev/c.txt"] == "", "nothing to mark"
    assert yaml.safe_load(str(found["data.yaml"])) == {"train": "images/train", "val": "images/val", "names": {0: "nev", 1: "mel"}}


def test_a_box_is_centre_and_size_cut_off_at_the_edges(tmp_path: Path) -> None:
    boxes = [Annotation("box", points=(corners,)) for corners in ((1.0, 2.0, 5.0, 6.0), (-2.0, 4.0, 5.0, 9.0))]
    found = written(tmp_path, record(tmp_path, "a.png", "mel", *boxes))
    assert found["labels/mel/a.txt"] == "1 0.3 0.5 0.4 0.5\n1 0.25 0.75 0.5 0.5\n"


def test_boxes_of_parts_of_pixels_stay_boxes_among_outlines(tmp_path: Path) -> None:
    triangle = Annotation("polygon", points=((0.0, 0.0), (5.0, 0.0), (5.0, 4.0)))
    parts = Annotation("box", points=((1.0, 2.0, 5.5, 6.0),))
    lines = str(written(tmp_path, record(tmp_path, "a.png", "nev", triangle, BOX, parts))["labels/nev/a.txt"]).splitlines()
    assert [len(line.split()) for line in lines] == [7, 9, 5]
    assert lines[0] == "0 0.0 0.0 0.5 0.0 0.5 0.5"


def test_pictures_that_would_share_a_text_file_get_longer_names(tmp_path: Path) -> None:
    def images(*names: str) -> list[str]:
        given = [record(tmp_path, name, "mel", BOX) for name in names]
        return [name for name, held in written(tmp_path, *given).items() if isinstance(held, Path)]

    assert images("x/a.png", "y/b.png") == ["images/mel/a.png", "images/mel/b.png"]
    assert images("x/a.png", "y/a.jpg") == ["images/mel/x_a.png", "images/mel/y_a.jpg"]
    assert images("a.png", "a.jpg") == ["images/mel/0_a.png", "images/mel/1_a.jpg"]


@pytest.mark.parametrize("label", ["a/b", "a\\b", ".a", "test", "images", "xmls"])
def test_classes_that_are_no_names_of_folders_are_refused(tmp_path: Path, label: str) -> None:
    given = entries_of([record(tmp_path, "a.png", "mel", BOX)])
    with pytest.raises(UserError, match="cannot be the name of the folder that tells the class"):
        list(content(given, tmp_path, ["mel", label]))


def test_further_splits_and_sets_without_marks_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="split 'external': has no place in YOLO's files"):
        written(tmp_path, record(tmp_path, "a.png", "mel", BOX, split="external"))
    with pytest.raises(UserError, match="no image has a box or an outline"):
        written(tmp_path, record(tmp_path, "a.png", "mel"))


def test_what_has_no_place_is_said(tmp_path: Path) -> None:
    reading, facts, bare = notes(entries(tmp_path))
    assert "data.options={by: folder, empty: nothing}" in reading
    assert facts == "YOLO has no place for groups and tags, which are not written: 1 image (a.png)"
    assert bare == "data.yaml names no images without a split, which a training of YOLO needs: 2 images"
