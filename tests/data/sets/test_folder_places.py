"""Where a picture lies: in which split and class, and whether its folder holds masks."""

from __future__ import annotations

from pathlib import Path

import pytest
from class_folders import draw, pairs, touch

from sightline.data.sets.folder import read
from sightline.data.sets.folder_places import Place, Places, a_few
from sightline.errors import UserError


def test_a_level_of_splits_above_the_classes(tmp_path: Path) -> None:
    root = touch(tmp_path, "train/cat/1.png", "train/dog/1.png", "valid/cat/1.png", "valid/dog/1.png", "Test/dog/1.png")
    assert {r.id: r.split for r in read(root)} == {
        "train/cat/1.png": "train",
        "train/dog/1.png": "train",
        "valid/cat/1.png": "val",
        "valid/dog/1.png": "val",
        "Test/dog/1.png": "test",
    }


def test_splits_within_the_classes(tmp_path: Path) -> None:
    root = touch(tmp_path, "cat/Training/1.png", "cat/Testing/2.png", "dog/Training/1.png", "dog/Testing/2.png")
    assert {(r.label, r.split) for r in read(root)} == {("cat", "train"), ("cat", "test"), ("dog", "train"), ("dog", "test")}
    with pytest.raises(UserError, match="train/dog/test: lies in 'train' and in 'test'"):
        read(touch(tmp_path / "b", "train/cat/1.png", "train/dog/test/1.png"))


def test_splits_beside_classes_are_refused_unless_they_are_classes(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"holds the split 'train' beside 'cat', 'eel'\. Put every class into a split, or none"):
        read(touch(tmp_path, "train/cat/1.png", "train/dog/1.png", "cat/1.png", "eel/1.png"))
    assert [r.label for r in read(touch(tmp_path / "b", "train/1.png", "car/1.png", "bus/1.png"))] == ["bus", "car", "train"]


TREES = {
    "in each class": ("cat/images/1.jpg dog/images/1.jpg", "cat/masks/1.png dog/masks/1.png"),
    "a folder within the class": ("cat/1.jpg dog/1.jpg", "cat/GT/1.png dog/GT/1_gt.png"),
    "above the classes": ("images/cat/1.jpg images/dog/1.jpg", "masks/cat/1.png masks/dog/1.png"),
    "img and ann": ("img/cat/1.jpg img/dog/1.jpg", "ann/cat/1.png ann/dog/1.png"),
    "imgs and Annotations": ("imgs/cat/1.jpg imgs/dog/1.jpg", "Annotations/cat/1.png Annotations/dog/1.png"),
    "image and mask": ("image/cat/1.jpg image/dog/1.jpg", "mask/cat/1_mask.png mask/dog/1_mask.png"),
    "beside the classes": ("cat/1.jpg dog/1.jpg", "masks/cat/1.png masks/dog/1.png"),
    "beside the classes, all in one": ("cat/1.jpg dog/2.jpg", "ground_truth/1.png ground_truth/2.png"),
    "below the split": ("train/images/cat/1.jpg test/images/dog/1.jpg", "train/masks/cat/1.png test/masks/dog/1.png"),
    "above the split": ("images/train/cat/1.jpg images/test/dog/1.jpg", "labels/train/cat/1.png labels/test/dog/1.png"),
    "with the split": ("train_images/cat/1.jpg test_images/dog/1.jpg", "train_masks/cat/1.png test_masks/dog/1.png"),
    "with the split, images plain": ("train/cat/1.jpg test/dog/1.jpg", "train_masks/cat/1.png test_masks/dog/1.png"),
    "split in class": ("cat/train/images/1.jpg dog/test/images/1.jpg", "cat/train/segmentations/1.png dog/test/segmentations/1.png"),
    "patients in the classes": ("images/cat/p1/1.jpg images/dog/p1/1.jpg", "masks/cat/p1/1.png masks/dog/p1/1.png"),
}


@pytest.mark.parametrize("tree", TREES)
def test_a_mask_is_known_by_its_folder(tmp_path: Path, tree: str) -> None:
    root = draw(tmp_path, *TREES[tree])
    records = read(root)
    photos, masks = TREES[tree]
    assert pairs(records, root) == {image: [mark] for image, mark in sorted(zip(photos.split(), masks.split(), strict=True))}
    assert [r.label for r in sorted(records, key=lambda r: r.label)] == ["cat", "dog"]
    assert {r.split for r in records} == ({"train", "test"} if "split" in tree else {None})


def test_classes_called_mask_or_label_stay_classes(tmp_path: Path) -> None:
    records = read(draw(tmp_path, "mask/1.jpg mask/2.jpg no_mask/1.jpg no_mask/2.jpg"))
    assert [r.label for r in records] == ["mask"] * 2 + ["no_mask"] * 2
    records = read(draw(tmp_path / "b", "train/label/1.jpg train/logo/1.jpg test/label/1_label.jpg test/logo/1.jpg"))
    assert {(r.split, r.label) for r in records} == {(s, c) for s in ("train", "test") for c in ("label", "logo")}
    assert not any(r.annotations for r in records)


def test_splits_named_like_masks_stay_splits(tmp_path: Path) -> None:
    records = read(draw(tmp_path, "seg_train/seg_train/sea/1.jpg seg_train/seg_train/ice/1.jpg seg_test/seg_test/sea/1.jpg"))
    assert {(r.split, r.label) for r in records} == {("train", "sea"), ("train", "ice"), ("test", "sea")}


def test_a_place_is_split_class_and_what_lies_around_them(tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("ward/train/mel/P1/a.png", "ward/val/nev/b.png", "clinic/train/mel/c.png")]
    places = Places(tmp_path, files, level=2)
    assert [places.of(file) for file in files] == [
        Place("train", "mel", ("P1",), ("ward",)),
        Place("val", "nev", (), ("ward",)),
        Place("train", "mel", (), ("clinic",)),
    ]
    upper = Places(tmp_path, files).of(files[0])
    assert (upper.label, upper.outer) == ("ward", ())
    assert Places(tmp_path, [tmp_path / "a.png"]).of(tmp_path / "a.png") == Place(None, None, ())


def test_folders_of_masks_that_the_user_names(tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("mel/a.png", "mel/outlines 1/a.png", "outlines 2/b.png", "nev/b.png")]
    places = Places(tmp_path, files, masks=["outlines *"])
    assert [places.is_told(file) for file in files] == [places.is_mask(file) for file in files] == [False, True, True, False]
    assert [Places(tmp_path, files, masks=["mel/outlines 1"]).is_told(file) for file in files] == [False, True, False, False]
    for wanted, said in (
        ("lines", r"there is no folder 'lines' with pictures"),
        ("lines*", r"no picture is called 'lines\*', and no folder"),
    ):
        with pytest.raises(UserError, match=rf"data\.options\.masks: {said}"):
            Places(tmp_path, files, masks=[wanted])


def test_a_few_are_taken_from_all_over_a_list() -> None:
    files = [Path(str(number)) for number in range(20)]
    assert list(a_few(files, 4)) == files[::5]
    assert list(a_few(files[:3], 4)) == files[:3]
