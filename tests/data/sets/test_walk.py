"""What lies below a folder: pictures, other files, hidden things, and links."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from class_folders import touch
from dicoms import write_dicom

from sightline.data.sets.folder import read
from sightline.data.sets.walk import is_hidden, kinds, some, walk
from sightline.errors import UserError


@pytest.mark.parametrize("hidden", [".ipynb_checkpoints/1-copy.png", "__MACOSX/cat/._1.png", ".cache/2.png", "._1.png", "Thumbs.db"])
def test_hidden_files_and_folders_are_left_out_at_every_level(tmp_path: Path, hidden: str) -> None:
    root = touch(tmp_path, "cat/1.png", "dog/1.png", "cat/deep/3.png")
    for folder in (root, root / "cat/deep"):
        (folder / hidden).parent.mkdir(parents=True, exist_ok=True)
        (folder / hidden).write_bytes((root / "cat/1.png").read_bytes())
    assert [r.id for r in read(root)] == ["cat/1.png", "cat/deep/3.png", "dog/1.png"]


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


def test_dicom_files_of_any_name_are_read(tmp_path: Path) -> None:
    for number, name in enumerate(("cat/IM0001", "cat/1.2.840.113619", "dog/scan.IMA", "dog/x.dcm")):
        write_dicom(tmp_path / name, np.full((8, 8), 100 * number))
    (tmp_path / "dog/README").write_text("no picture", encoding="utf-8")
    records = read(tmp_path)
    assert {record.id for record in records} == {"cat/IM0001", "cat/1.2.840.113619", "dog/scan.IMA", "dog/x.dcm"}
    assert records.notes == ("1 file of other kinds left out: no suffix 1",)


def test_everything_below_a_folder_is_sorted_into_its_kind(tmp_path: Path) -> None:
    for name in ("b.PNG", "deep/a.jpg", "notes.txt", ".git/x.png", "deep/._a.jpg", ".hidden.txt", "deep/v.nii.gz"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"")
    found = walk(tmp_path)

    def names(paths: tuple[Path, ...]) -> list[str]:
        return [path.relative_to(tmp_path).as_posix() for path in paths]

    assert names(found.pictures) == ["b.PNG", "deep/a.jpg"]
    assert names(found.others) == ["deep/v.nii.gz", "notes.txt"]
    assert names(found.hidden) == [".git", "deep/._a.jpg"]
    assert names(found.folders) == ["deep"]


def test_volumes_and_arrays_are_pictures_only_where_there_are_no_others(tmp_path: Path) -> None:
    for name in ("a.npy", "b.nii.gz", "c.txt"):
        (tmp_path / name).write_bytes(b"")
    assert [path.name for path in walk(tmp_path).pictures] == ["a.npy", "b.nii.gz"]
    (tmp_path / "d.png").write_bytes(b"")
    assert [path.name for path in walk(tmp_path).pictures] == ["d.png"]
    with pytest.raises(UserError, match=r"gone: cannot be opened \(No such file"):
        walk(tmp_path / "gone")


def test_names_and_kinds_are_counted_for_messages(tmp_path: Path) -> None:
    files = [Path(name) for name in ("a.GIF", "b.gif", "c.nii.gz", "README")]
    assert kinds([*files, tmp_path]) == ".gif 2, .nii.gz 1, no suffix 1, not a regular file 1"
    assert [name for name in (".a", "._b.jpg", "__MACOSX", "Thumbs.db", "a.b") if not is_hidden(name)] == ["a.b"]
    assert (some(["a", "b", "c"]), some(range(4)), some("ab", most=1), some([])) == ("a, b, c", "0, 1, 2 and 1 more", "a and 1 more", "")
