"""What stands beside YOLO's label files: names and splits; and lines that are something else."""

from __future__ import annotations

from pathlib import Path

import pytest
from tool_files import picture, write
from yolo_files import BOX, OTHER, names

from sightline.data.sets.picture_files import PictureFiles
from sightline.data.sets.yolo import read
from sightline.data.sets.yolo_sets import is_list, is_names, names_of, refuse_other_shapes, settings, splits_of
from sightline.errors import UserError

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


def test_files_of_names_and_lists_are_known_by_name_and_content(tmp_path: Path) -> None:
    assert [name for name in ("Classes.txt", "obj.names", "a.labels", "train.txt", "notes.txt") if is_names(Path(name))] == [
        "Classes.txt",
        "obj.names",
        "a.labels",
    ]
    for name, text, said in (
        ("train.txt", "\n\nimages\\a.JPG\n", True),
        ("Valid.txt", "\ufeffa.png", True),
        ("test.txt", "0 0.5 0.5 1 1\n", False),  # the labels of an image called test
        ("all.txt", "a.png\n", False),
        ("train.csv", "a.png\n", False),
    ):
        assert is_list(write(tmp_path / name, text)) is said, name


def test_names_of_classes_keep_their_numbers(tmp_path: Path) -> None:
    file = write(tmp_path / "classes.txt", "\ufeffmel \n\nnev\n")
    assert names_of([file], None) == {0: "mel", 2: "nev"}
    assert names_of([], (tmp_path / "d.yaml", {"names": {"1": "nev", 0: " mel"}})) == {1: "nev", 0: "mel"}
    assert names_of([], None) is None
    with pytest.raises(UserError, match=r"classes\.txt: names other classes than .*d\.yaml"):
        names_of([file], (tmp_path / "d.yaml", {"names": ["mel", "nev"]}))
    with pytest.raises(UserError, match=r"d\.yaml: its names are not a list of names\. Write names: \[first, second\]"):
        names_of([], (tmp_path / "d.yaml", {"names": {"mel": 0}}))


def test_a_description_is_a_yaml_file_with_names(tmp_path: Path) -> None:
    files = [write(tmp_path / "other.yaml", "a: 1"), write(tmp_path / "a.txt", "names: [a]"), write(tmp_path / "d.YML", "names: [mel]\n")]
    assert settings(files) == (tmp_path / "d.YML", {"names": ["mel"]})
    assert settings(files[:2]) is None


def test_folders_of_a_split_may_be_written_from_above_or_on_another_computer(tmp_path: Path) -> None:
    top = tmp_path / "set"
    first, second = picture(top / "images/train/a.jpg"), picture(top / "images/val/b.jpg")
    for train in ("images/train", "../images/train", "set/images/train", "C:\\me\\set\\images\\train", str(top / "images/train")):
        described = (top / "data.yaml", {"train": train, "val": ["images/val", "gone"], "test": None})
        assert splits_of(described, PictureFiles(top)) == {first: "train", second: "val"}, train
    above = (top / "data.yaml", {"path": "images", "train": "train"})
    assert splits_of(above, PictureFiles(top)) == {first: "train"}
    with pytest.raises(UserError, match=r"images: lists a\.jpg for val, but it is also in train|for train, but it is also in val"):
        splits_of((top / "data.yaml", {"train": "images/train", "val": "images"}), PictureFiles(top))


def test_lines_of_other_shapes_are_refused_and_yolos_own_pass() -> None:
    corners, centre = [0.2, 0.3, 0.9, 0.95], [0.5, 0.5, 0.4, 0.5]
    with pytest.raises(UserError, match="set: has boxes that leave their images, and would fit them as two corners"):
        refuse_other_shapes(Path("set"), [corners, [*corners, 0.9]])
    refuse_other_shapes(Path("set"), [corners, [0.5, 0.5, 0.4, 0.2]])  # the second is no pair of corners
    refuse_other_shapes(Path("set"), [centre, [0.0, 0.5, 0.02, 0.5]])  # rounded by a pixel
    refuse_other_shapes(Path("set"), [])
    pose = [*centre, 0.4, 0.4]
    refuse_other_shapes(Path("set"), [pose] * 2)  # two triangles may be chance
    with pytest.raises(UserError, match=r"has lines of 6 numbers, .* may be a box with key points\. Write their kpt_shape"):
        refuse_other_shapes(Path("set"), [pose] * 3)
    refuse_other_shapes(Path("set"), [*[pose] * 3, [0.1, 0.1, 0.2, 0.2, 0.3, 0.1, 0.4, 0.4]])  # of two lengths
    refuse_other_shapes(Path("set"), [[0.5, 0.5, 0.4, 0.5, 0.9, 0.9]] * 3)  # the point lies outside of the box
