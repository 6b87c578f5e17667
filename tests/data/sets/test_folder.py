"""One folder per class."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from dicoms import write_dicom
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


@pytest.mark.parametrize("hidden", [".ipynb_checkpoints/1-copy.png", "__MACOSX/cat/._1.png", ".cache/2.png", "._1.png", "Thumbs.db"])
def test_hidden_files_and_folders_are_left_out_at_every_level(tmp_path: Path, hidden: str) -> None:
    root = touch(tmp_path, "cat/1.png", "dog/1.png", "cat/deep/3.png")
    for folder in (root, root / "cat/deep"):
        (folder / hidden).parent.mkdir(parents=True, exist_ok=True)
        (folder / hidden).write_bytes((root / "cat/1.png").read_bytes())
    assert [r.id for r in read(root)] == ["cat/1.png", "cat/deep/3.png", "dog/1.png"]


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


def test_loops_pipes_and_links_to_nothing(tmp_path: Path) -> None:
    root = touch(tmp_path, "cat/1.png", "dog/1.png")
    (root / "cat/loop").symlink_to(root)
    (root / "cat/self.png").symlink_to(root / "cat/self.png")
    (root / "dog/gone.png").symlink_to(root / "nowhere.png")
    os.mkfifo(root / "dog/pipe.png")
    records = read(root)
    assert [r.id for r in records] == ["cat/1.png", "cat/self.png", "dog/1.png", "dog/gone.png"]
    assert records.notes == ("1 file of other kinds left out: not a regular file 1",)


@pytest.mark.skipif(os.getuid() == 0, reason="nothing is closed to root")
def test_a_folder_that_cannot_be_opened_is_named(tmp_path: Path) -> None:
    root = touch(tmp_path, "cat/1.png", "dog/1.png", "dog/closed/2.png")
    (root / "dog/closed").chmod(0)
    with pytest.raises(UserError, match=r"closed: cannot be opened \(Permission denied\)"):
        read(root)
    (root / "dog/closed").chmod(0o700)


@pytest.mark.parametrize("other", ["Cat", "cat ", "CAT"])
def test_classes_that_differ_only_in_spelling_are_refused(tmp_path: Path, other: str) -> None:
    with pytest.raises(UserError, match="differ only in how they are spelled"):
        read(touch(tmp_path, "train/cat/1.png", "train/dog/1.png", f"test/{other}/1.png"))


def test_splits_within_the_classes(tmp_path: Path) -> None:
    root = touch(tmp_path, "cat/Training/1.png", "cat/Testing/2.png", "dog/Training/1.png", "dog/Testing/2.png")
    assert {(r.label, r.split) for r in read(root)} == {("cat", "train"), ("cat", "test"), ("dog", "train"), ("dog", "test")}
    with pytest.raises(UserError, match="train/dog/test: lies in 'train' and in 'test'"):
        read(touch(tmp_path / "b", "train/cat/1.png", "train/dog/test/1.png"))


def test_splits_beside_classes_are_refused_unless_they_are_classes(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"holds the split 'train' beside 'cat', 'eel'\. Put every class into a split, or none"):
        read(touch(tmp_path, "train/cat/1.png", "train/dog/1.png", "cat/1.png", "eel/1.png"))
    assert [r.label for r in read(touch(tmp_path / "b", "train/1.png", "car/1.png", "bus/1.png"))] == ["bus", "car", "train"]


def test_folders_within_classes_are_told(tmp_path: Path) -> None:
    records = read(touch(tmp_path, "lesion/mel/1.png", "lesion/bcc/1.png", "healthy/1.png"))
    assert {r.label for r in records} == {"lesion", "healthy"}
    assert records.notes == ("The folders in lesion (bcc, mel) count as lesion",)
    with pytest.raises(UserError, match=r"only the class folder 'data'.* If the classes are cat, dog, give the folder data as data\.root"):
        read(touch(tmp_path / "b", "data/cat/1.png", "data/dog/1.png"))


def test_annotation_files_that_another_reader_reads_are_said(tmp_path: Path) -> None:
    root = touch(tmp_path, "cat/1.png", "dog/1.png")
    (root / "cat/1.json").write_text('{"version": "5", "shapes": [], "imagePath": "1.png", "imageData": null}')
    (root / "dog/1.txt").write_text("0 0.5 0.5 0.25 1\n1 0.5 0.5 0.1 0.1\n")
    (root / "dog/1.xml").write_text('<?xml version="1.0"?><annotation><filename>1.png</filename></annotation>')
    (root / "all.xml").write_text("<annotations><image name='1.png'/></annotations>")
    (root / "coco.json").write_text('{"images": [{"id": 1, "file_name": "1.png"}], "annotations": []}')
    (root / "notes.txt").write_text("1 2 3 4 5\n")
    (root / "other.json").write_text("{}")
    assert sorted(note for note in read(root).notes if "data=" in note) == [
        "Annotations that folder does not read lie among the .json files (1.json): data=labelme reads them",
        "Annotations that folder does not read lie among the .json files (coco.json): data=coco reads them",
        "Annotations that folder does not read lie among the .txt files (1.txt): data=yolo reads them",
        "Annotations that folder does not read lie among the .xml files (1.xml): data=voc reads them",
        "Annotations that folder does not read lie among the .xml files (all.xml): data=cvat reads them",
    ]


def test_annotation_files_are_said_where_there_are_no_classes(tmp_path: Path) -> None:
    root = touch(tmp_path, "1.png", "2.png")
    (root / "1.json").write_text('{"version": "5", "shapes": [], "imagePath": "1.png", "imageData": null}')
    with pytest.raises(UserError, match=r"holds no class folders.*data=labelme reads them\.$"):
        read(root)


def test_dicom_files_of_any_name_are_read(tmp_path: Path) -> None:
    for number, name in enumerate(("cat/IM0001", "cat/1.2.840.113619", "dog/scan.IMA", "dog/x.dcm")):
        write_dicom(tmp_path / name, np.full((8, 8), 100 * number))
    (tmp_path / "dog/README").write_text("no picture")
    records = read(tmp_path)
    assert {record.id for record in records} == {"cat/IM0001", "cat/1.2.840.113619", "dog/scan.IMA", "dog/x.dcm"}
    assert records.notes == ("1 file of other kinds left out: no suffix 1",)


@pytest.mark.parametrize("suffix", [".mat", ".mha.gz"])
def test_files_of_other_kinds_are_named_where_there_are_no_images(tmp_path: Path, suffix: str) -> None:
    for name in ("cat/1", "dog/2"):
        (tmp_path / name).parent.mkdir()
        (tmp_path / f"{name}{suffix}").write_bytes(b"")
    with pytest.raises(UserError, match=rf"holds no class folders.*2 files of other kinds lie there \({suffix} 2\): save images as PNG"):
        read(tmp_path)


@pytest.mark.parametrize("name", ["{}_overlay.png", "{}-thumb.png", "{} - Copy.png", "{}_superpixels_200.png", "{} (copy).png"])
def test_pictures_that_are_called_as_made_of_others_are_said(tmp_path: Path, name: str) -> None:
    root = touch(tmp_path, "cat/a_1.png", "cat/2.png", "dog/3.png", "dog/x_y.png", "dog/x.png", "dog/7_left.png", "dog/8_left.png")
    assert not any("have the name of another image" in note for note in read(root, masks="none").notes)
    touch(root, *(name.format(stem) for stem in ("cat/a_1", "cat/2", "dog/3")))
    ending = name.format("").removesuffix(".png")
    note = f"3 pictures have the name of another image with a word added (3 with {ending!r}): if they were made from the others"
    assert any(said.startswith(note) for said in read(root, masks="none").notes)
