"""Gaze of a table: a file of each image, or one of all."""

from __future__ import annotations

from pathlib import Path

import pytest
from own_tables import pictures, read_csv

from sightline.errors import UserError

ROWS = "image,label,id,gaze\nimg/a.png,cat,one,g.csv\nimg/b.png,dog,two,./g.csv\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    pictures(tmp_path, "img/a.png", "img/b.png")
    return tmp_path


def test_of_one_file_each_image_takes_its_own_samples(folder: Path) -> None:
    for a, b in (("a.png", "b.png"), ("A", "B"), ("img/a.png", "/home/me/img/b.png"), ("one", "two"), ("a.dcm", "b.dcm")):
        (folder / "g.csv").write_text(f"image,x,y\n{a},1,2\n{b},3,4\n{b},5,6\nother.png,7,8\n,9,9\n", encoding="utf-8")
        read = read_csv(folder, ROWS)
        assert [record.annotations[0].points for record in read] == [((1, 2),), ((3, 4), (5, 6))]
        assert "gaze: 2 images share a file; each gets its own samples by the column 'image' of the file" in read.notes
        assert "gaze: 2 samples of these files belong to no image of the table" in read.notes


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x,y\n1,2\n", r"line 2 gaze: names the file g\.csv, as 1 more rows do; it does not say to which image"),
        ("image,x,y\na.png,1,2\nc.png,3,4\n", r"line 3 gaze: .* no sample belongs to this image: its column 'image' says 'a.png', 'c.png'"),
    ],
)
def test_a_file_that_does_not_say_whose_its_samples_are_is_refused(folder: Path, text: str, message: str) -> None:
    (folder / "g.csv").write_text(text, encoding="utf-8")
    with pytest.raises(UserError, match=message):
        read_csv(folder, ROWS)


def test_samples_that_may_be_of_two_images_are_refused(folder: Path) -> None:
    pictures(folder, "more/a.png")
    (folder / "g.csv").write_text("image,x,y\na.png,1,2\n", encoding="utf-8")
    with pytest.raises(UserError, match=r"line 3 gaze: .* whose 'a\.png' may be this image as well as that of line 2"):
        read_csv(folder, "image,label,gaze\nimg/a.png,cat,g.csv\nmore/a.png,dog,g.csv\n")


def test_a_file_of_one_image_may_call_it_otherwise(folder: Path) -> None:
    (folder / "g.csv").write_text("stimulus,x,y\nslide 7,1,2\n", encoding="utf-8")
    (folder / "h.csv").write_text("x,y\n1,2\n", encoding="utf-8")
    read = read_csv(folder, "image,label,gaze\nimg/a.png,cat,g.csv\nimg/b.png,dog,h.csv\n")
    assert [record.annotations[0].points for record in read] == [((1, 2),), ((1, 2),)]
    assert list(read.notes) == ["gaze: 1 file whose column 'stimulus' names the image differently than the table"]


def test_samples_in_the_very_corner_are_said_since_trackers_write_lost_ones_so(folder: Path) -> None:
    (folder / "g.csv").write_text("x,y\n10,12\n0,0\n11,13\n0.0,0.0\n", encoding="utf-8")
    read = read_csv(folder, "image,label,gaze\nimg/a.png,cat,g.csv\nimg/b.png,dog,\n")
    assert "gaze: 50% of the samples are exactly 0 0, as some trackers write lost ones; if so, leave these out" in read.notes
    (folder / "g.csv").write_text("x,y\n10,12\n0,1\n", encoding="utf-8")
    assert not [note for note in read_csv(folder, "image,label,gaze\nimg/a.png,cat,g.csv\nimg/b.png,dog,\n").notes if "0 0" in note]
