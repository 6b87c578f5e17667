"""The picture that an annotation file means, whatever its path looks like."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from coco_files import coco_set
from tool_files import picture

from sightline.data.sets.coco import read
from sightline.data.sets.picture_files import PictureFiles, place_of, split_of
from sightline.errors import UserError


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return coco_set(tmp_path)


NAMES = {
    "another system's": "train2017\\{}",
    "another computer's": "C:\\Users\\me\\train2017\\{}",
    "a whole path": "/home/me/set/train2017/{}",
    "a path from another folder": "../../somewhere/{}",
    "an address": "http://host:8080/set/train2017/{}?size=full",
    "encoded": "train2017/%30{}",
}


@pytest.mark.parametrize("way", NAMES)
def test_images_are_found_whatever_their_path_looks_like(root: Path, way: str) -> None:
    file = root / "annotations/instances_train2017.json"
    content = json.loads(file.read_text(encoding="utf-8"))
    for image in content["images"]:
        name = image["file_name"]
        image["file_name"] = NAMES[way].format(name.removeprefix("0") if way == "encoded" else name)
    file.write_text(json.dumps(content), encoding="utf-8")
    assert [r.image for r in read(file)] == [root / f"train2017/00000000000{i}.jpg" for i in (1, 2, 4)]


def test_a_name_is_looked_for_nearby_and_then_by_as_much_of_its_path_as_is_there(tmp_path: Path) -> None:
    near, far, other = (picture(tmp_path / name) for name in ("json/a.jpg", "deep/images/b.jpg", "deep/other/b.jpg"))
    files = PictureFiles(tmp_path)
    assert files.named("a.jpg", [tmp_path / "json"], "x") == files.named("A.JPG", [], "x") == near
    assert files.named("C:\\data\\images\\b.jpg", [], "x") == files.named("images/b.jpg", [], "x") == far
    assert files.named("../other/b.jpg?size=full", [], "x") == other
    assert files.named("gone.jpg", [], "x") is None
    assert files.named("images/a.jpg", [], "x") is None, "there is a folder images, and it is not in it"
    with pytest.raises(UserError, match=r"x: names b\.jpg, which may be deep/images/b\.jpg, deep/other/b\.jpg\. Keep one of them"):
        files.named("b.jpg", [], "x")


def test_of_two_pictures_of_one_name_the_split_decides(tmp_path: Path) -> None:
    train, val = (picture(tmp_path / split / "a.jpg") for split in ("train", "valid"))
    files = PictureFiles(tmp_path)
    assert (files.named("a.jpg", [], "x", split="train"), files.named("a.jpg", [], "x", split="val")) == (train, val)
    assert files.named("a.jpg", [], "x", split="test") is None
    assert files.named("a.jpg", [], "x", split="val") == val
    bare = picture(tmp_path / "b.jpg")
    assert PictureFiles(tmp_path).named("b.jpg", [], "x", split="test") == bare, "one of no split may be of any"


def test_the_picture_beside_a_file_lies_at_the_same_place(tmp_path: Path) -> None:
    first = picture(tmp_path / "train/images/a.jpg")
    picture(tmp_path / "val/images/a.jpg")
    picture(tmp_path / "train/masks/a.png")
    files = PictureFiles(tmp_path)
    assert files.beside(tmp_path / "train/labels/a.txt") == files.beside(tmp_path / "train/xmls/b.xml", "a") == first
    assert files.beside(tmp_path / "test/labels/a.txt") is None
    assert files.images(files.found.pictures) == [first, tmp_path / "val/images/a.jpg"]
    picture(tmp_path / "train/images/a.bmp")
    with pytest.raises(UserError, match=r"a\.txt: fits several images by its name: train/images/a\.bmp, train/images/a\.jpg"):
        PictureFiles(tmp_path).beside(tmp_path / "train/labels/a.txt")


def test_a_file_belongs_to_the_folder_in_which_it_or_its_folder_of_annotations_lies(tmp_path: Path) -> None:
    for name, top in (("set", "set"), ("set/c.json", "set"), ("set/annotations/c.json", "set")):
        (tmp_path / "set/annotations").mkdir(parents=True, exist_ok=True)
        (tmp_path / "set/c.json").touch()
        found = PictureFiles.of(tmp_path / name)
        assert (found.top, found.is_whole) == (tmp_path / top, name == "set")
    assert PictureFiles(tmp_path).id(tmp_path / "a/b.jpg") == "a/b.jpg"
    assert PictureFiles(tmp_path / "a").id(tmp_path / "b.jpg") == (tmp_path / "b.jpg").as_posix()


def test_splits_and_places_are_read_off_the_folders() -> None:
    top = Path("/data")
    assert split_of(top / "images/train2017/a.jpg", top) == "train"
    assert split_of(top / "mel/a.jpg", top) is None
    assert split_of(Path("/test/a.jpg"), top) is None, "folders above do not count"
    same = [place_of(top / name, top) for name in ("valid/images/mel/a.jpg", "labels/val/mel/a.txt", "val/mel/json/a.json")]
    assert same == [("val", "mel")] * 3
