"""Miniatures of YOLO's folders: both trees, both kinds of lines, every way to tell names and splits."""

from __future__ import annotations

from pathlib import Path

import pytest
from tool_files import inside, picture, write

from sightline.data.sets.yolo import read
from sightline.errors import UserError

BOX = "0 0.5 0.5 0.4 0.5\n"  # of 10 x 8 pixels: 3..7 x 2..6
OTHER = "1 0.2 0.25 0.2 0.25\n"


def names(root: Path) -> None:
    write(root / "classes.txt", "mel\nnev\n\n")


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


YAMLS = {
    "a list": "names: [mel, nev]\nnc: 2\n",
    "numbers": "names:\n  0: mel\n  1: nev\n",
    "numbers as text": "names: {'1': nev, '0': mel}\n",
    "with folders": "path: .\ntrain: images/a\nval: images/b\nnames: [mel, nev]\n",
    "with folders from above": "train: ../images/a\nval: [../images/b]\nnames: [mel, nev]\n",
    "with folders of another computer": "train: /content/set/images/a\nval: C:\\set\\images\\b\nnames: [mel, nev]\n",
    "with lists": "train: lists/first.txt\nval: lists/second.txt\nnames: [mel, nev]\n",
}


@pytest.mark.parametrize("told", YAMLS)
def test_names_and_splits_in_data_yaml(tmp_path: Path, told: str) -> None:
    for folder, text in (("a", BOX), ("b", OTHER)):
        picture(tmp_path / f"images/{folder}/1.jpg")
        write(tmp_path / f"labels/{folder}/1.txt", text)
    write(tmp_path / "data.yaml", YAMLS[told])
    write(tmp_path / "lists/first.txt", "./images/a/1.jpg\n")
    write(tmp_path / "lists/second.txt", "C:\\set\\images\\b\\1.jpg\n")
    splits = ["train", "val"] if told.startswith("with") else [None, None]
    assert [(r.label, r.split) for r in read(tmp_path)] == [("mel", splits[0]), ("nev", splits[1])]


def test_lists_called_after_splits(tmp_path: Path) -> None:
    names(tmp_path)
    for name, text in (("a", BOX), ("b", OTHER), ("c", OTHER)):
        picture(tmp_path / f"images/{name}.jpg")
        write(tmp_path / f"labels/{name}.txt", text)
    write(tmp_path / "train.txt", "images/a.jpg\nimages/b.jpg\n")
    write(tmp_path / "val.txt", "/data/set/images/c.jpg\n")
    assert {r.id: r.split for r in read(tmp_path)} == {"images/a.jpg": "train", "images/b.jpg": "train", "images/c.jpg": "val"}
    write(tmp_path / "test.txt", "images/a.jpg\n")
    with pytest.raises(UserError, match=r"lists a\.jpg for \w+, but it is also in \w+"):
        read(tmp_path)
    write(tmp_path / "test.txt", "images/x.jpg\n")
    with pytest.raises(UserError, match=r"test\.txt line 1: names images/x\.jpg, which is not there"):
        read(tmp_path)


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


def test_files_that_contradict_each_other_are_refused(tmp_path: Path) -> None:
    names(tmp_path)
    picture(tmp_path / "images/a.jpg")
    write(tmp_path / "labels/a.txt", BOX)
    write(tmp_path / "labels/classes.txt", "nev\nmel\n")
    with pytest.raises(UserError, match=r"classes\.txt: names other classes than .*classes\.txt"):
        read(tmp_path)
    (tmp_path / "labels/classes.txt").unlink()
    write(tmp_path / "images/a.txt", BOX)
    with pytest.raises(UserError, match=r"a\.txt: is of a\.jpg, and so is .*a\.txt"):
        read(tmp_path)
    (tmp_path / "images/a.txt").unlink()
    write(tmp_path / "labels/b.txt", BOX)
    with pytest.raises(UserError, match=r"b\.txt: has no image: nothing called b lies beside it or in images/"):
        read(tmp_path)
    (tmp_path / "labels/b.txt").unlink()
    write(tmp_path / "data.yaml", "names: [mel, nev]\n")
    write(tmp_path / "other.yml", "names: [mel, nev]\n")
    with pytest.raises(UserError, match=r"other\.yml: describes a data set, and so does data\.yaml"):
        read(tmp_path)
    write(tmp_path / "other.yml", "names: [mel")
    with pytest.raises(UserError, match=r"other\.yml: cannot be read as YAML"):
        read(tmp_path)
    write(tmp_path / "other.yml", "a: b")
    write(tmp_path / "data.yaml", "names: mel")
    with pytest.raises(UserError, match=r"data\.yaml: its names are not a list of names"):
        read(tmp_path)


def test_no_such_files(tmp_path: Path) -> None:
    picture(tmp_path / "a.jpg")
    write(tmp_path / "a.json", {"shapes": [], "imagePath": "a.jpg"})
    with pytest.raises(UserError, match=r"holds no annotations\. .*data=labelme reads them"):
        read(tmp_path)


def lines(root: Path, *texts: str) -> Path:
    write(root / "classes.txt", "mel\nnev\n")
    for number, text in enumerate(texts):
        picture(root / f"{number}.jpg")
        write(root / f"{number}.txt", text)
    return root


def test_two_corners_in_place_of_centre_and_size_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"has boxes that leave their images, and would fit them as two corners x0, y0, x1, y1"):
        read(lines(tmp_path, "0 0.2 0.3 0.4 0.5\n", "1 0.5 0.6 0.9 0.95\n"))
    assert len(read(lines(tmp_path / "b", "0 0.2 0.3 0.4 0.5\n", "1 0.5 0.6 0.9 0.4\n"))) == 2  # the second is no corners
    assert len(read(lines(tmp_path / "c", "0 0.3 0.3 0.4 0.5\n", "1 0.5 0.5 0.6 0.7\n"))) == 2  # none leaves the image


POSE = "{} 0.5 0.5 0.4 0.6 0.35 0.4 0.6 0.6\n"  # a box and two key points in it
DIAMOND = "{} 0.5 0.2 0.7 0.5 0.5 0.8 0.3 0.5\n"


def test_a_box_with_key_points_is_no_outline(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"has lines of 8 numbers, .* may be a box with key points\. Write their kpt_shape into data\.yaml"):
        read(lines(tmp_path, POSE.format(0), POSE.format(1)))
    (tmp_path / "classes.txt").unlink()
    write(tmp_path / "data.yaml", "names: [mel, nev]\nkpt_shape: [2, 2]\n")
    assert [mark.kind for record in read(tmp_path) for mark in record.annotations] == ["box", "box"]
    with pytest.raises(UserError, match="has lines of 6 numbers"):
        read(lines(tmp_path / "b", *["0 0.5 0.5 0.4 0.6 0.4 0.3\n", "1 0.5 0.5 0.4 0.6 0.6 0.7\n", "1 0.4 0.4 0.4 0.6 0.5 0.5\n"]))
    assert len(read(lines(tmp_path / "c", DIAMOND.format(0), DIAMOND.format(1)))) == 2
    mixed = lines(tmp_path / "d", *[DIAMOND.format(n % 2) for n in range(30)], "0 0.5 0.5 0.4 0.6 0.4 0.3 0.6 0.7 0.1 0.9\n")
    assert len(read(mixed)) == 31
