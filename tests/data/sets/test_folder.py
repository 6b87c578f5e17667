"""One folder per class."""

from __future__ import annotations

from pathlib import Path

import pytest
from class_folders import touch

from sightline.data.sets.folder import read
from sightline.errors import UserError


def test_classes_masks_and_odd_names(tmp_path: Path) -> None:
    root = touch(tmp_path, "cat/a (1).png", "cat/a (1)_mask.png", "cat/a (1)_mask_1.png", "cat/b.c.JPG", "dog/deep/er/x.tif", "dog/y.webp")
    (root / "cat" / "notes.txt").write_text("not an image", encoding="utf-8")
    (root / ".cache").mkdir()
    records = read(root)
    assert [(r.id, r.label, len(r.annotations), r.split) for r in records] == [
        ("cat/a (1).png", "cat", 2, None),
        ("cat/b.c.JPG", "cat", 0, None),
        ("dog/deep/er/x.tif", "dog", 0, None),
        ("dog/y.webp", "dog", 0, None),
    ]


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
    with pytest.raises(UserError, match=r"`root=...`: is not given\. Expected: <class>/\*\.png"):
        read(None)
    with pytest.raises(UserError, match="no such file or folder"):
        read(tmp_path / "absent")
    (tmp_path / "table.csv").write_text("image,label\n", encoding="utf-8")
    with pytest.raises(UserError, match=r"is not a folder\. .* For a table use data\.name=table"):
        read(tmp_path / "table.csv")


def test_what_is_left_out_is_counted_and_named(tmp_path: Path) -> None:
    root = touch(tmp_path, "cat/1.jfif", "cat/2.jpe", "cat/3.pgm", "dog/1.png", "top.png")
    for name in ("cat/a.gif", "cat/b.GIF", "dog/c.gif", "cat/d.heic", "dog/e.txt", "dog/README", ".ipynb_checkpoints/f.png"):
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_bytes(b"")
    records = read(root)
    assert [r.id for r in records] == ["cat/1.jfif", "cat/2.jpe", "cat/3.pgm", "dog/1.png"]
    assert records.notes == (
        "1 picture outside of the class folders left out: top.png",
        "6 files of other kinds left out: .gif 3, .heic 1, no suffix 1, .txt 1",
        "Hidden files and folders left out: 1 (.ipynb_checkpoints)",
    )
    (root / "eel").mkdir()
    (root / "eel/1.gif").write_bytes(b"")
    with pytest.raises(UserError, match=r"eel: holds no images that can be read, but \.gif 1"):
        read(root)


@pytest.mark.parametrize("other", ["Cat", "cat ", "CAT"])
def test_classes_that_differ_only_in_spelling_are_refused(tmp_path: Path, other: str) -> None:
    with pytest.raises(UserError, match="differ only in how they are spelled"):
        read(touch(tmp_path, "train/cat/1.png", "train/dog/1.png", f"test/{other}/1.png"))


def test_folders_within_classes_are_told(tmp_path: Path) -> None:
    records = read(touch(tmp_path, "lesion/mel/1.png", "lesion/bcc/1.png", "healthy/1.png"))
    assert {r.label for r in records} == {"lesion", "healthy"}
    assert records.notes == ("The folders in lesion (bcc, mel) count as lesion",)
    with pytest.raises(UserError, match=r"only the class folder 'data'.* If the classes are cat, dog, give the folder data as data\.root"):
        read(touch(tmp_path / "b", "data/cat/1.png", "data/dog/1.png"))


@pytest.mark.parametrize("suffix", [".mat", ".mha.gz"])
def test_files_of_other_kinds_are_named_where_there_are_no_images(tmp_path: Path, suffix: str) -> None:
    for name in ("cat/1", "dog/2"):
        (tmp_path / name).parent.mkdir()
        (tmp_path / f"{name}{suffix}").write_bytes(b"")
    with pytest.raises(UserError, match=rf"holds no class folders.*2 files of other kinds lie there \({suffix} 2\): save images as PNG"):
        read(tmp_path)
