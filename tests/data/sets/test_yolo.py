"""Miniatures of YOLO's folders: both trees, both kinds of lines, every way to tell names and splits."""

from __future__ import annotations

from pathlib import Path

import pytest
from tool_files import inside, picture, write
from yolo_files import BOX, OTHER, names

from sightline.data.sets.yolo import read
from sightline.errors import UserError

TREES = {
    "images above splits": ("images/{}/{}.jpg", "labels/{}/{}.txt"),
    "images below splits": ("{}/images/{}.jpg", "{}/labels/{}.txt"),
    "side by side": ("{}/{}.jpg", "{}/{}.txt"),
    "other words": ("data/imgs/{}/{}.jpg", "data/annotations/{}/{}.txt"),
    "splits in the names": ("{}_images/{}.jpg", "{}_labels/{}.txt"),
}


@pytest.mark.parametrize("tree", TREES)
def test_boxes_in_every_tree(tmp_path: Path, tree: str) -> None:
    image, file = TREES[tree]
    names(tmp_path)
    for split, name, text in [("train", "a", BOX), ("train", "b", OTHER), ("valid", "a", OTHER), ("test", "c", BOX)]:
        picture(tmp_path / image.format(split, name))
        write(tmp_path / file.format(split, name), text)
    records = {r.id: r for r in read(tmp_path)}
    first = records[image.format("train", "a")]
    assert (first.label, first.split) == ("mel", "train")
    assert inside(first) == [[3, 2, 7, 6], [16]]
    second = records[image.format("valid", "a")]
    assert (second.label, second.split, inside(second)) == ("nev", "val", [[1, 1, 3, 3], [4]])
    assert records[image.format("test", "c")].split == "test"
    assert len(records) == 4


def test_polygons_and_how_sure_a_network_was(tmp_path: Path) -> None:
    names(tmp_path)
    picture(tmp_path / "a.jpg")
    write(tmp_path / "a.txt", "0 0.2 0.25 0.8 0.25 0.8 0.75 0.2 0.75\n0 0.05 0.0625 0.1 0.125 0.93\n")
    (record,) = read(tmp_path)
    assert [mark.kind for mark in record.annotations] == ["polygon", "box"]
    assert inside(record) == [[0, 0, 8, 6], [25]]


def test_one_class_in_folders_of_classes(tmp_path: Path) -> None:
    for folder in ("melanoma", "nevus"):
        picture(tmp_path / folder / "1.jpg")
        write(tmp_path / folder / "1.txt", BOX)
    records = read(tmp_path)
    assert [(r.label, len(r.annotations)) for r in records] == [("melanoma", 1), ("nevus", 1)]
    assert records.notes == (
        "No data.yaml or classes.txt names the classes: they are called by their numbers",
        "All objects are called 0, so the label of an image is its folder",
    )


def test_empty_files_and_images_without_file(tmp_path: Path) -> None:
    names(tmp_path)
    for name, text in (("a", BOX), ("b", OTHER), ("c", "\n"), ("d", None)):
        picture(tmp_path / f"images/{name}.jpg")
        if text is not None:
            write(tmp_path / f"labels/{name}.txt", text)
    write(tmp_path / "README.txt", "Exported in 2024.\n")
    records = read(tmp_path)
    assert [r.id for r in records] == ["images/a.jpg", "images/b.jpg"]
    assert records.notes == (
        "1 .txt file without image left out (README.txt)",
        "1 empty file: annotation unknown (data.options={empty: nothing}: nothing to mark)",
        "1 picture without annotations left out (images/d.jpg)",
        "1 of 3 images without objects left out (images/c.jpg); data.options={background: NAME} makes them a class",
    )
    found = {r.id: [mark.kind for mark in r.annotations] for r in read(tmp_path, background="none", empty="nothing")}
    assert found == {"images/a.jpg": ["box"], "images/b.jpg": ["box"], "images/c.jpg": ["nothing"], "images/d.jpg": []}


BROKEN = {
    r"a\.txt line 1: has numbers that are not between 0 and 1": "0 5 4 4 4\n",
    r"a\.txt line 2: has 3 numbers after the class": "0 0.5 0.5 0.5 0.5\n0 0.5 0.5 0.5\n",
    r"a\.txt line 1: has 7 numbers after the class": "0 0.5 0.5 0.5 0.5 0.1 0.1 1\n",
    r"a\.txt line 1: 'mel' is not a number": "mel 0.5 0.5 0.5 0.5\n",
    r"a\.txt line 1: '0,5' has a decimal comma": "0 0,5 0,5 0,5 0,5\n",
    r"a\.txt line 1: 'nan' is not a number": "0 nan 0.5 0.5 0.5\n",
    r"a\.txt line 1: begins with 0\.5, which is not the number of a class": "0.5 0.5 0.5 0.5 0.5\n",
    r"a\.txt line 1: is of class 7, which has no name": "7 0.5 0.5 0.5 0.5\n",
    r"a\.txt: shows objects of several categories \(mel, nev\)": BOX + OTHER,
}


@pytest.mark.parametrize("message", BROKEN)
def test_what_cannot_be_read_is_named(tmp_path: Path, message: str) -> None:
    names(tmp_path)
    picture(tmp_path / "a.jpg")
    write(tmp_path / "a.txt", BROKEN[message])
    with pytest.raises(UserError, match=message):
        read(tmp_path)


def test_key_points_after_the_box(tmp_path: Path) -> None:
    picture(tmp_path / "a.jpg")
    write(tmp_path / "a.txt", "0 0.5 0.5 0.4 0.5 0.1 0.1 2 0.3 0.3 2\n")
    write(tmp_path / "data.yaml", "names: [mel]\nkpt_shape: [2, 3]\n")
    assert inside(read(tmp_path)[0]) == [[3, 2, 7, 6], [16]]


def test_no_such_files(tmp_path: Path) -> None:
    picture(tmp_path / "a.jpg")
    write(tmp_path / "a.json", {"shapes": [], "imagePath": "a.jpg"})
    with pytest.raises(UserError, match=r"holds no annotations\. .*data=labelme reads them"):
        read(tmp_path)
