"""Boxes over four columns of a table."""

from __future__ import annotations

from pathlib import Path

import pytest
from own_tables import pictures, read_csv, read_json

from sightline.errors import UserError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    pictures(tmp_path, "a.png", "b.png")
    return tmp_path


@pytest.mark.parametrize("options", [{}, {"tags": "all"}])
@pytest.mark.parametrize(
    ("header", "cells"),
    [
        ("xmin,ymin,xmax,ymax", "1,2,10,20"),
        ("ymax,Xmin,bbox_ymin,x_max", "20,1,2,10"),
        ("x1,y1,x2,y2", "1,2,10,20"),
        ("left,top,right,bottom", "1,2,10,20"),
        ("left,top,width,height", "1,2,9,18"),
        ("bbox_x_min [px],bbox_y_min [px],bbox_w,bbox_h", "1,2,9,18"),
    ],
)
def test_four_columns_are_one_box_and_this_is_said(folder: Path, header: str, cells: str, options: dict[str, str]) -> None:
    read = read_csv(folder, f"image,label,{header}\na.png,cat,{cells}\nb.png,dog,,,nan,\n", **options)
    assert [mark.points for mark in read[0].annotations] == [((1, 2, 10, 20),)]
    assert read[1].annotations == ()
    assert not read[0].tags
    (note,) = read.notes
    assert "are read as one box" in note


def test_json_lines_may_have_them_too(folder: Path) -> None:
    rows = [{"image": "a.png", "label": "cat", "xmin": 1, "ymin": 2, "xmax": 10.5, "ymax": 20}, {"image": "b.png", "label": "dog"}]
    assert [[mark.points for mark in record.annotations] for record in read_json(folder, rows)] == [[((1, 2, 10.5, 20),)], []]


@pytest.mark.parametrize("options", [{}, {"tags": "all"}])
@pytest.mark.parametrize(
    ("header", "cells", "message"),
    [
        (
            "x,y,width,height",
            "1,2,9,18",
            "line 1: has the columns x, y, width, height, which do not say .* Put them into one column box as corners",
        ),
        ("box,xmin,ymin,xmax,ymax", ",1,2,10,20", "line 1: has a column box, and also xmin, ymin, xmax, ymax"),
        ("xmin,ymin,xmax,ymax", "1,2,,20", "line 2 box: a box has 4 numbers, not 3"),
        ("xmin,ymin,xmax,ymax", "1,2,ten,20", "line 2 box: 'ten' is not a number"),
        ("left,top,width,height", "1,2,ten,20", "line 2 box: 'ten' is not a number"),
    ],
)
def test_what_is_no_box_is_refused_and_never_called_a_tag(
    folder: Path, header: str, cells: str, message: str, options: dict[str, str]
) -> None:
    with pytest.raises(UserError, match=message) as refusal:
        read_csv(folder, f"image,label,{header}\na.png,cat,{cells}\n", **options)
    assert "tag" not in refusal.value.remedy
