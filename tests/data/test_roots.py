"""Where a data set lies, and what its images are called from there."""

from __future__ import annotations

from pathlib import Path

import pytest

from sightline.data.frames import Frame
from sightline.data.roots import existing, existing_folder, image_name, nested
from sightline.data.sets.phantom import read as phantom
from sightline.errors import UserError
from sightline.types import Record


def test_a_root_that_is_not_there_says_what_is_expected(tmp_path: Path) -> None:
    assert existing(tmp_path, "a folder", "By its owner.") == existing_folder(tmp_path, "a folder", "By its owner.") == tmp_path
    (tmp_path / "a.csv").touch()
    assert existing(tmp_path / "a.csv", "a table", "") == tmp_path / "a.csv"
    for call in (existing, existing_folder):
        with pytest.raises(UserError, match=r"`root=...`: is not given\. Expected: a folder\. By its owner\."):
            call(None, "a folder", "By its owner.")
        with pytest.raises(UserError, match=r"gone: no such file or folder\. Expected: a folder\. By its owner\."):
            call(tmp_path / "gone", "a folder", "By its owner.")
    with pytest.raises(UserError, match=r"a\.csv: is not a folder\. Expected: a folder\. By its owner\."):
        existing_folder(tmp_path / "a.csv", "a folder", "By its owner.")


def test_an_archive_may_be_unpacked_into_a_folder_of_its_name(tmp_path: Path) -> None:
    assert nested(tmp_path / "X") == tmp_path / "X"
    (tmp_path / "X").mkdir()
    (tmp_path / "X/X").touch()
    assert nested(tmp_path / "X") == tmp_path / "X"
    (tmp_path / "Y/Y").mkdir(parents=True)
    assert nested(tmp_path / "Y") == tmp_path / "Y/Y"


def test_images_are_named_from_the_folder_of_the_data(tmp_path: Path) -> None:
    (tmp_path / "t.csv").touch()
    inside, outside = Record("a", tmp_path / "img/a.png", "mel"), Record("b", Path("/far/b.png"), "mel")
    for root in (tmp_path, tmp_path / "t.csv"):
        assert (image_name(inside, root), image_name(outside, root)) == ("img/a.png", "/far/b.png")
    assert image_name(inside, None) == (tmp_path / "img/a.png").as_posix()
    assert image_name(Record("c", Frame(tmp_path / "v.nii", 3), "mel"), tmp_path) == "v.nii#4"
    drawn = phantom(None, size=32, train=2, val=0, test=0)[0]
    assert image_name(drawn, tmp_path) == drawn.id
