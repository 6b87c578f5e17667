"""Coordinates in pixels, or as shares or percents of the image's sides."""

from __future__ import annotations

from pathlib import Path

import pytest
from own_tables import pictures, read_csv, read_json

from sightline.errors import UserError

HEAD = "image,label,box"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    pictures(tmp_path, *(f"{i}.png" for i in range(12)), size=(400, 200))
    (tmp_path / "shares.csv").write_text("x,y,duration\n0.5,0.25,200\n0,0,50\n-0.2,0.75,300\n,,\n", encoding="utf-8")
    (tmp_path / "pixels.csv").write_text("x,y,duration\n200,50,200\n0.5,0.5,5\n", encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("columns", "cell"),
    [
        ("box", "0.25 0.3 0.7 0.8"),
        ("box", "0 0 1 1"),
        ("box", "-0.01 0.5 1.0001 0.9"),
        ("avoid_box", "0.1 0.1 0.2 0.2"),
        ("polygon", "0 0 1 0 1 1"),
        ("polygon", "0.5 0.1 0.6 0.2 0.4 0.9"),
        ("gaze", "shares.csv"),
    ],
)
def test_coordinates_that_look_like_shares_are_refused(folder: Path, columns: str, cell: str) -> None:
    with pytest.raises(UserError, match=rf"line 2 {columns}: holds .* within 0\.\.1, .*`data.options={{units: share}}`"):
        read_csv(folder, f"image,label,{columns}\n0.png,cat,{cell}\n1.png,dog,\n")


def test_pixels_are_taken_as_they_are(folder: Path) -> None:
    records = read_csv(folder, f"{HEAD},gaze\n0.png,cat,0 0 1 1,pixels.csv\n1.png,dog,100 20 300 150.5,\n")
    assert [r.annotations[0].points for r in records] == [((0, 0, 1, 1),), ((100, 20, 300, 150.5),)]
    pictures(folder, "dot.png", size=(2, 2))
    assert len(read_csv(folder, f"{HEAD}\ndot.png,cat,0 0 1 1\n")) == 1


def test_a_table_in_two_units_is_refused(folder: Path) -> None:
    with pytest.raises(UserError, match=r"line 3 box: holds 0\.2 0\.2 0\.5 0\.5: 1 of 2 entries have coordinates within 0\.\.1"):
        read_csv(folder, f"{HEAD}\n0.png,cat,20 20 50 50\n1.png,dog,0.2 0.2 0.5 0.5\n")


@pytest.mark.parametrize(("units", "whole"), [("share", 1), ("percent", 100)])
def test_shares_and_percents_become_pixels_of_each_image(folder: Path, units: str, whole: int) -> None:
    pictures(folder, "0.png", size=(100, 50))

    def cell(*shares: float) -> str:
        return " ".join(str(share * whole) for share in shares)

    sample = f"{0.5 * whole},{0.25 * whole},200"
    (folder / "g.csv").write_text(f"image,x,y,duration\n0,{sample}\n1,{sample}\n", encoding="utf-8")
    row = f"{cell(0.5, 0.5, 1, 1)},{cell(0, 0, 1, 0, 1, 0.5)},g.csv,{cell(0, 0, 0.5, 0.5)}"
    records = read_csv(folder, f"image,label,box,polygon,gaze,avoid_box\n0.png,cat,{row}\n1.png,cat,{row}\n", units=units)
    small, large = records
    assert [mark.points for mark in small.annotations] == [((50, 25, 100, 50),), ((0, 0), (100, 0), (100, 25)), ((50, 12.5, 200),)]
    assert [mark.points for mark in large.annotations] == [((200, 100, 400, 200),), ((0, 0), (400, 0), (400, 100)), ((200, 50, 200),)]
    assert small.avoid[0].points == ((0, 0, 50, 25),)
    assert {mark.size for mark in (*small.annotations, *small.avoid)} == {(50, 100)}
    assert f"gaze: {units} of the image's sides, turned into pixels" in records.notes


def test_units_of_one_column_alone(folder: Path) -> None:
    row = {"image": "0.png", "label": "cat", "box": [20, 20, 50, 50], "gaze": [[0.5, 0.5], [None, None]]}
    (record,) = read_json(folder, [row], units={"gaze": "share"})
    assert record.annotations[0].points == ((20, 20, 50, 50),)
    assert record.annotations[1].points[0] == (200, 100)


def test_units_that_cannot_be_right_are_refused(folder: Path) -> None:
    with pytest.raises(UserError, match=r"line 2 box: holds 20 20 50 50, which is no share"):
        read_csv(folder, f"{HEAD}\n0.png,cat,20 20 50 50\n", units="share")
    with pytest.raises(UserError, match=r"line 2 box: holds 20 20 250 50, which is no percent"):
        read_csv(folder, f"{HEAD}\n0.png,cat,20 20 250 50\n", units="percent")
    with pytest.raises(UserError, match=r"look like shares, not percents"):
        read_csv(folder, f"{HEAD}\n0.png,cat,0.2 0.2 0.3 0.3\n", units="percent")


def test_marks_that_all_lie_in_one_corner_are_said(folder: Path) -> None:
    rows = "".join(f"{i}.png,cat,10 10 {80 + i} 90\n" for i in range(12))
    assert any("Percents are read with data.options={units: percent}" in note for note in read_csv(folder, f"{HEAD}\n{rows}").notes)
    rows += "\n".replace("\n", "")
    centred = rows.replace("10 10", "150 50").replace(" 90\n", " 150\n").replace("150 50 8", "150 50 28").replace("150 50 9", "150 50 29")
    assert not any("Percents" in note for note in read_csv(folder, f"{HEAD}\n{centred}").notes)


def test_a_broken_image_is_left_to_the_survey(folder: Path) -> None:
    (folder / "0.png").write_bytes(b"no picture")
    assert len(read_csv(folder, f"{HEAD}\n0.png,cat,0.1 0.1 0.2 0.2\n", units="share")) == 1
