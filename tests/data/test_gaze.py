"""Gaze recordings in files of other programs."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from sightline.data.gaze import gaze_file
from sightline.errors import UserError


def written(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    (folder / "g.csv").write_bytes(text.encode(encoding))
    return folder / "g.csv"


@pytest.mark.parametrize(
    "text",
    [
        "x,y,duration\n5,6,0.5\n",
        "duration;y;x\n0.5;6;5\n",
        "X\tY\tDuration\n5\t6\t0.5\n",
        "x [px],y [px],duration (s)\n5,6,0.5\n",
        '"gaze_x","gaze_y","dur","who"\n"5","6","0.5","Müller"\n',
        "n|fixation x|fixation y|fixation_duration\n1|5|6|0.5\n",
        "sep=;\nx;y;duration\n5;6;0.5\n",
        "x,y,gaze_x,gaze_y,duration\n5,6,1,1,0.5\n",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1"])
def test_delimiters_encodings_and_spellings(tmp_path: Path, text: str, encoding: str) -> None:
    assert gaze_file(written(tmp_path, text, encoding)).points == ((5, 6, 0.5),)


def test_what_was_read_otherwise_is_said(tmp_path: Path) -> None:
    assert gaze_file(written(tmp_path, "gaze_x;y\n5;6\n")).notes == ["columns separated by semicolons", "with 'gaze_x' as x"]


def test_blinks_in_any_spelling(tmp_path: Path) -> None:
    points = gaze_file(written(tmp_path, "x,y,duration\n.,.,1\nNaN,nan,1\n,,1\n-,-,1\n")).points
    assert len(points) == 4
    assert all(math.isnan(value) for x, y, _ in points for value in (x, y))


@pytest.mark.parametrize(
    ("header", "phrase"),
    [
        ("x,y,dwell_time_ms", "with 'dwell_time_ms' as duration"),
        ("x,y,Gaze event duration (ms)", "with 'Gaze event duration (ms)' as duration"),
        ("x,y,FixationDuration", "with 'FixationDuration' as duration"),
        ("x,y,pupil", "with further columns, which are not used: 'pupil'"),
    ],
)
def test_a_column_that_changes_the_meaning_is_read_and_any_other_is_said(tmp_path: Path, header: str, phrase: str) -> None:
    read = gaze_file(written(tmp_path, f"{header}\n5,6,700\n"))
    assert read.notes == [phrase]
    assert read.points == (((5, 6),) if "pupil" in header else ((5, 6, 700),))


def test_start_and_end_give_a_duration(tmp_path: Path) -> None:
    read = gaze_file(written(tmp_path, "start_ms,end_ms,x,y\n0,200,5,6\n200,,7,8\n"))
    assert read.points[0] == (5, 6, 200)
    assert math.isnan(read.points[1][2])
    assert read.notes == ["with the time from 'start_ms' to 'end_ms' as duration"]


def test_samples_that_are_not_valid_are_left_out(tmp_path: Path) -> None:
    read = gaze_file(written(tmp_path, "x,y,validity\n5,6,1\n-1,-1,0\n7,8,\n"))
    assert read.points == ((5, 6),)
    assert read.notes == ["without the samples that are not valid"]
    assert gaze_file(written(tmp_path, "x,y,valid\n5,6,1\n7,8,1\n")).notes == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x,y\n10,5,20,7\n", "line 2: has 4 cells under 2 columns. .* a decimal point"),
        ("x;y\n10,5;20,7\n", "line 2: '10,5' has a decimal comma"),
        ("x,y\n5\n", "line 2: has 1 cells under 2 columns"),
        ("gaze_x,fix_x,y\n5,6,7\n", "has several columns that may be x: 'gaze_x', 'fix_x'"),
        ("FPOGX,FPOGY\n0.5,0.5\n", "has no columns x and y, but FPOGX, FPOGY"),
        ("", "has no columns x and y, but nothing"),
        ("x,y,duration\n5,6,0.2\n7,8,-0.2\n", "line 3: has a duration of -0.2"),
        ('x,y\n5,"6\n7,8\n', "line 2: opens a quote"),
        ("x,y,start,end\n5,6,9,3\n", "line 2: has a duration of -6"),
        ("x,y,validity\n5,6,0\n7,8,4\n", "line 3: has the validity '4', which is neither 1 .valid. nor 0"),
        ("x,y,validity\n5,6,0\n7,8,0\n", "has no valid sample: none says 1 in its column 'validity'"),
    ],
)
def test_a_gaze_that_cannot_be_read_is_named(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(UserError, match=message):
        gaze_file(written(tmp_path, text))
