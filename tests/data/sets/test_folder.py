"""One folder per class."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from sightline.data.sets.folder import read
from sightline.errors import UserError


def touch(root: Path, *names: str) -> Path:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (4, 4)).save(path)
    return root


def test_classes_masks_and_odd_names(tmp_path: Path) -> None:
    root = touch(tmp_path, "cat/a (1).png", "cat/a (1)_mask.png", "cat/a (1)_mask_1.png", "cat/b.c.JPG", "dog/deep/er/x.tif", "dog/y.webp")
    (root / "cat" / "notes.txt").write_text("not an image")
    (root / ".cache").mkdir()
    records = read(root)
    assert [(r.id, r.label, len(r.annotations), r.split) for r in records] == [
        ("cat/a (1).png", "cat", 2, None),
        ("cat/b.c.JPG", "cat", 0, None),
        ("dog/deep/er/x.tif", "dog", 0, None),
        ("dog/y.webp", "dog", 0, None),
    ]


def test_a_level_of_splits_above_the_classes(tmp_path: Path) -> None:
    root = touch(tmp_path, "train/cat/1.png", "train/dog/1.png", "valid/cat/1.png", "valid/dog/1.png", "Test/dog/1.png")
    assert {r.id: r.split for r in read(root)} == {
        "train/cat/1.png": "train",
        "train/dog/1.png": "train",
        "valid/cat/1.png": "val",
        "valid/dog/1.png": "val",
        "Test/dog/1.png": "test",
    }


def test_one_class_is_not_enough(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"holds only the class folder 'cat'\. A classifier needs at least two"):
        read(touch(tmp_path, "cat/1.png"))
    with pytest.raises(UserError, match="holds only the class folder 'cat'"):
        read(touch(tmp_path / "split", "train/cat/1.png", "val/cat/1.png"))


def test_no_classes_an_empty_class_and_a_lonely_mask_are_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="holds no class folders"):
        read(tmp_path)
    touch(tmp_path, "cat/1.png", "dog/1.png")
    (tmp_path / "eel").mkdir()
    with pytest.raises(UserError, match="eel: holds no images"):
        read(tmp_path)
    touch(tmp_path, "eel/1.png", "eel/2_mask.png")
    with pytest.raises(UserError, match=r"2_mask\.png: is a mask, but there is no image '2' beside it"):
        read(tmp_path)


def test_the_root_must_be_a_folder(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"data\.root: is not given\. Expected: <class>/\*\.png"):
        read(None)
    with pytest.raises(UserError, match="no such file or folder"):
        read(tmp_path / "absent")
    (tmp_path / "table.csv").write_text("image,label\n")
    with pytest.raises(UserError, match=r"is not a folder\. .* For a table use data\.name=table"):
        read(tmp_path / "table.csv")
