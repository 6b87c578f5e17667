"""The lists of a VOC data set: which images belong to it, and to which split."""

from __future__ import annotations

from pathlib import Path

import pytest
from voc_files import lists, thing, voc_year, write

from sightline.data.sets.voc import read
from sightline.data.sets.voc_lists import Lists
from sightline.data.sets.walk import walk
from sightline.errors import UserError


@pytest.fixture
def year(tmp_path: Path) -> Path:
    return voc_year(tmp_path)


def test_lists_whatever_their_case_and_spelling(year: Path) -> None:
    for file in (year / "ImageSets/Main").iterdir():
        file.unlink()
    lists(year, Train=["JPEGImages/000005.jpg", "000007 1"], Validation=["\ufeff000009"], TEST=["000017.jpg "], default=["000005"])
    records = read(year)
    assert [(r.id, r.split) for r in records] == [("000005", "train"), ("000007", "train"), ("000009", "val"), ("000017", "test")]
    assert "2 images on no list left out (000012.jpg, 000016.jpg)" in records.notes
    lists(year, testing=["000005"])
    with pytest.raises(UserError, match=r"(testing|Train)\.txt: lists '000005', and so does (testing|Train)\.txt"):
        read(year)


def test_names_with_blanks_on_lists(tmp_path: Path) -> None:
    write(tmp_path / "JPEGImages", tmp_path / "Annotations", "benign (1)", thing("a", (1, 1, 2, 2)))
    lists(tmp_path, train=["benign (1)"])
    assert [(r.id, r.split) for r in read(tmp_path)] == [("benign (1)", "train")]


def test_a_list_says_the_split_of_each_image_at_its_place(tmp_path: Path) -> None:
    lists(tmp_path / "VOC2007", trainval=["1", "2", "3"], train=["1"], val=["JPEGImages/2.jpg 1"], dog_train=["9"], default=["8"])
    found = Lists(walk(tmp_path))
    assert [found.split(("VOC2007",), stem) for stem in "123"] == ["train", "val", "train"]
    assert found.split(("VOC2012",), "1") is None, "there are no lists"
    with pytest.raises(KeyError):
        found.split(("VOC2007",), "9")


def test_names_on_lists_may_hold_folders_and_any_case(tmp_path: Path) -> None:
    lists(tmp_path, train=["\ufeffsub/Cat (1).PNG", "", "b.c  -1"], test=["other\\Cat (1)"])
    found = Lists(walk(tmp_path))
    assert found.split(("sub",), "cat (1)") == "train"
    assert found.split(("other",), "Cat (1)") == "test"
    assert found.split((), "B.C") == "train"
    found.refuse_unused()


def test_images_on_two_lists_or_without_a_file_are_refused(tmp_path: Path) -> None:
    lists(tmp_path, train=["1"], val=["2"])
    found = Lists(walk(tmp_path))
    assert found.split((), "1") == "train"
    with pytest.raises(UserError, match=r"val\.txt: lists '2', but there is no such image\. Add the image, or take it off"):
        found.refuse_unused()
    lists(tmp_path, val=["1"])
    with pytest.raises(UserError, match=r"lists '1', and so does \w+\.txt\. Keep every image on the list of one split"):
        Lists(walk(tmp_path))
