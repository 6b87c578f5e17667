"""Paths in tables: whatever system wrote them, and what is nearly there."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from own_tables import pictures, read_csv

from sightline.errors import UserError


def test_backslashes_are_read_in_every_column_of_files(tmp_path: Path) -> None:
    pictures(tmp_path, "img/a.png", "masks/a.png")
    (tmp_path / "gaze").mkdir()
    (tmp_path / "gaze/a.csv").write_text("x,y\n3,4\n", encoding="utf-8")
    (record,) = read_csv(tmp_path, "image,label,mask,gaze\nimg\\a.png,cat,masks\\a.png,.\\gaze\\a.csv\n")
    assert (record.id, record.image) == ("img/a.png", tmp_path / "img/a.png")
    assert [mark.kind for mark in record.annotations] == ["mask", "gaze"]


def test_accents_may_be_one_or_two_characters(tmp_path: Path) -> None:
    pictures(tmp_path, unicodedata.normalize("NFD", "größe.png"))
    assert len(read_csv(tmp_path, f"image,label\n{unicodedata.normalize('NFC', 'größe.png')},cat\n")) == 1


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("img/A.PNG", r"There is img/a\.png: upper and lower case differ"),
        ("img/a.jpg", r"There is img/a\.png: the ending differs"),
        ("img/a", r"There is img/a\.png: the ending differs"),
        ("img/case.7", r"There is img/case\.7\.png: the ending differs"),
        ("a.png", r"There is img/a\.png: it lies in another folder"),
        ("A", r"There is img/a\.png: it lies in another folder, and the ending differs"),
        ("C:\\data\\img\\a.png", r"There is img/a\.png: it lies in another folder"),
        ("/home/me/deep/b.png", r"There is deep/b\.png: it lies in another folder"),
        ("img/b%201.png", r"There is img/b 1\.png: upper and lower case differ|There is img/b 1\.png"),
        ("tables/x.png", r"the name is relative to the folder above the table's"),
        ("img/zebra.png", r"does not exist\. File names are relative to"),
        ("img", r"is no file"),
    ],
)
def test_a_file_that_is_not_there_is_named_with_what_nearly_is(tmp_path: Path, written: str, message: str) -> None:
    folder = tmp_path / "tables"
    pictures(folder, "img/a.png", "img/b 1.png", "img/case.7.png", "deep/b.png", "other/b.png", "x.png")
    with pytest.raises(UserError, match=message):
        read_csv(folder, f"image,label\n{written},cat\n")


def test_a_whole_column_that_is_wrong_is_said_once(tmp_path: Path) -> None:
    pictures(tmp_path, *(f"{i}.png" for i in range(5)))
    rows = "".join(f"{i}.{'png' if i == 0 else 'PNG'},cat,\n" for i in range(5))
    with pytest.raises(
        UserError, match=r"line 3: image file .*1\.PNG does not exist, nor do those of 3 more cells of this column\. There is 1"
    ):
        read_csv(tmp_path, f"image,label,mask\n{rows}")
    with pytest.raises(UserError, match=r"line 2: mask file .*m\.png does not exist, nor do those of 1 more cells"):
        read_csv(tmp_path, "image,label,mask\n0.png,cat,m.png;n.png\n")


def test_a_name_that_no_file_can_have_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"line 2: image file 'a+\.\.\.' cannot be looked up \(File name too long\)"):
        read_csv(tmp_path, f"image,label\n{'a' * 5000},cat\n")


def test_leading_zeros_that_a_spreadsheet_has_lost_are_named(tmp_path: Path) -> None:
    pictures(tmp_path, "0000.png", "0010.png", "img/0007.png")
    for written, there in (("0", "0000"), ("10.png", "0010"), ("7", "img/0007")):
        with pytest.raises(UserError, match=rf"There is {there}\.png: leading zeros are lost"):
            read_csv(tmp_path, f"image,label\n{written},cat\n")
