"""Tables of one's own, as CSV and as JSON Lines: every column, and every mistake with its line."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from sightline.data.sets.table import read
from sightline.data.table_cells import polygons
from sightline.errors import UserError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "images").mkdir()
    for name in ("a.png", "b.png", "c (1).png", "m1.png", "m2.png"):
        Image.new("L", (8, 6)).save(tmp_path / "images" / name)
    (tmp_path / "gaze.csv").write_bytes(b"x,y,duration\r\n1.5,2,0.1\r\n,,0.3\r\n,,\r\n-3,2,0.2\r\n")
    return tmp_path


def csv_file(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "table.csv"
    path.write_bytes(text.encode(encoding))
    return path


def json_file(folder: Path, *rows: dict[str, Any]) -> Path:
    path = folder / "table.jsonl"
    path.write_text("\n".join(json.dumps({"image": "images/a.png", "label": "cat"} | row) for row in rows) + "\n", encoding="utf-8")
    return path


def test_a_plain_table_with_carriage_returns_and_byte_order_mark(folder: Path) -> None:
    text = "image,label,id,group,split,tag:ruler,tag:age,tag:device\r\n"
    text += 'images/a.png,cat,one,p1,Training,true,55,"Gazepoint, GP3"\r\n\r\nimages/c (1).png,dog,,,validation,,,\r\n'
    first, second = read(csv_file(folder, text, "utf-8-sig"))
    assert (first.id, first.label, first.group, first.split) == ("one", "cat", "p1", "train")
    assert dict(first.tags) == {"ruler": True, "age": 55, "device": "Gazepoint, GP3"}
    assert (second.id, second.group, second.split, dict(second.tags)) == ("images/c (1).png", None, "val", {})
    assert second.annotations == second.avoid == ()


def test_every_kind_of_annotation_in_csv(folder: Path) -> None:
    header = "image,label,mask,heatmap,box,polygon,gaze,avoid_mask,avoid_box"
    row = "images/a.png,cat,images/m1.png; images/m2.png,images/m1.png,0 0 2 2; 1 1 8 6.5,0 0 4 0 4 4,gaze.csv,images/m2.png,1 1 2 2"
    (record,) = read(csv_file(folder, f"{header}\n{row}\n"))
    assert [mark.kind for mark in record.annotations] == ["mask", "mask", "heatmap", "box", "box", "polygon", "gaze"]
    assert record.annotations[1].source == folder / "images/m2.png"
    assert record.annotations[4].points == ((1, 1, 8, 6.5),)
    assert record.annotations[5].points == ((0, 0), (4, 0), (4, 4))
    first, blink, outside = record.annotations[6].points
    assert first == (1.5, 2, 0.1)
    assert all(math.isnan(value) for value in blink[:2])
    assert outside == (-3, 2, 0.2)
    assert [mark.kind for mark in record.avoid] == ["mask", "box"]


def test_nothing_is_an_annotation_and_an_empty_cell_is_none(folder: Path) -> None:
    first, second = read(csv_file(folder, "image,label,nothing\nimages/a.png,cat,true\nimages/b.png,dog,\n"))
    assert [mark.kind for mark in first.annotations] == ["nothing"]
    assert second.annotations == ()


def test_json_lines_with_lists(folder: Path) -> None:
    row = {"label": 3, "box": [[0, 0, 2, 2], [1, 1, 3, 3]], "polygon": [[0, 0], [4, 0], [4, 4]], "gaze": [[1, 2], [None, None]]}
    row |= {"mask": ["images/m1.png"], "tag:ruler": False, "avoid_box": [1, 1, 2, 2], "group": None}
    (record,) = read(json_file(folder, row))
    assert record.label == "3"
    assert record.group is None
    assert record.tags["ruler"] is False
    assert [mark.kind for mark in record.annotations] == ["mask", "box", "box", "polygon", "gaze"]
    assert record.annotations[2].points == ((1, 1, 3, 3),)
    assert record.annotations[3].points == ((0, 0), (4, 0), (4, 4))
    assert record.annotations[4].points[0] == (1, 2)
    assert math.isnan(record.annotations[4].points[1][0])
    assert record.avoid[0].points == ((1, 1, 2, 2),)


def test_spellings_of_shapes() -> None:
    numbers, triangle = [0.0, 0.0, 4.0, 0.0, 4.0, 4.0], ((0.0, 0.0), (4.0, 0.0), (4.0, 4.0))
    for cell in ("0 0 4 0 4 4", "0,0 4,0 4,4", "[0, 0, 4, 0, 4, 4]", numbers, [[0, 0], [4, 0], [4, 4]], [numbers]):
        assert polygons(cell, "") == [triangle]
    for cell in ("0 0 4 0 4 4; 0 0 4 0 4 4;", [numbers, numbers], [[[0, 0], [4, 0], [4, 4]], [[0, 0], [4, 0], [4, 4]]]):
        assert polygons(cell, "") == [triangle, triangle]


BAD_CSV = {
    "image,label,boxs\nimages/a.png,cat,\n": r"line 1: unknown column 'boxs'\. Did you mean \"box\"\?",
    "image,label,label\nimages/a.png,cat,dog\n": "line 1: has the column 'label' twice",
    "image,label\nimages/a.png,cat,dog\n": "line 2: has 3 cells under 2 columns",
    "image,label\nimages/a.png,cat\nimages/z.png,dog\n": r"line 3: image file .*z\.png does not exist\. File names are relative to",
    "image,label,mask\nimages/a.png,cat,images/z.png\n": r"line 2: mask file .*z\.png does not exist",
    "image,label,gaze\nimages/a.png,cat,z.csv\n": r"line 2: gaze file .*z\.csv does not exist",
    "image,label\nimages/a.png,cat\nimages/b.png,dog\n./images/a.png,dog\n": "line 4: names the image ./images/a.png of line 2 again, "
    "as 'cat' and as 'dog'",
    "image,label\nimages/a.png,cat\nimages/a.png,cat\n": "line 3: names the image images/a.png of line 2 again, both times as 'cat'",
    "image,label\nimages/a.png,\n": "line 2: has no label",
    "image,label\n,cat\n": "line 2: has no image",
    "label\ncat\n": "line 1: has no column 'image'",
    "image,label\n": r"table\.csv: holds no rows",
    "": r"table\.csv: holds no rows",
    "image,label,box\nimages/a.png,cat,1 2 3\n": "line 2 box: a box has 4 numbers, not 3",
    "image,label,box\nimages/a.png,cat,1 2 3 x\n": "line 2 box: 'x' is not a number",
    "image,label,avoid_box\nimages/a.png,cat,1 2 3 nan\n": "line 2 avoid_box: 'nan' is not a number",
    "image,label,polygon\nimages/a.png,cat,1 2 3 4\n": "line 2 polygon: a polygon has x and y of at least 3 points, not 4 numbers",
    "image,label,nothing\nimages/a.png,cat,perhaps\n": "line 2 nothing: 'perhaps' is neither true nor false",
    "image,label,nothing,box\nimages/a.png,cat,yes,0 0 1 1\n": "line 2: says that nothing is to be seen, but gives a box",
}


@pytest.mark.parametrize("text", BAD_CSV)
def test_a_mistake_in_a_csv_table_is_named_with_its_line(folder: Path, text: str) -> None:
    with pytest.raises(UserError, match=BAD_CSV[text]):
        read(csv_file(folder, text))


def test_a_mistake_in_json_lines_is_named_with_its_line(folder: Path) -> None:
    for row, message in [
        ({"boxes": [1, 2, 3, 4]}, r"line 2: unknown column 'boxes'\. Did you mean \"box\""),
        ({"gaze": [[1, 2], [1, 2, 3]]}, r"line 2 gaze: is not a list of \[x, y\] or of"),
        ({"gaze": [1, 2, 3]}, "line 2 gaze: is not a list"),
        ({"gaze": [["left", 2]]}, "line 2 gaze: 'left' is not a number"),
        ({"image": "images/z.png"}, "line 2: image file"),
    ]:
        with pytest.raises(UserError, match=message):
            read(json_file(folder, {"image": "images/b.png"}, row))
    path = folder / "table.jsonl"
    for text, message in [('{"image": ', "line 1: is not JSON"), ("[1, 2]", "line 1: is not a JSON object")]:
        path.write_text(text, encoding="utf-8")
        with pytest.raises(UserError, match=message):
            read(path)


def test_a_mistake_in_a_gaze_file_is_named(folder: Path) -> None:
    table = csv_file(folder, "image,label,gaze\nimages/a.png,cat,gaze.csv\n")
    (folder / "gaze.csv").write_text("1,2\n3,4\n", encoding="utf-8")
    with pytest.raises(UserError, match=r"gaze\.csv: has no columns x and y, but 1, 2\. Name them"):
        read(table)
    (folder / "gaze.csv").write_text("x,y\n3,4\nleft,4\n", encoding="utf-8")
    with pytest.raises(UserError, match=r"gaze\.csv line 3: 'left' is not a number"):
        read(table)


def test_a_file_that_is_no_table_is_named(folder: Path) -> None:
    with pytest.raises(UserError, match=r"`root=...`: is not given\. Expected: a \.csv, \.tsv or \.jsonl file with the columns image and"):
        read(None)
    with pytest.raises(UserError, match="no such file or folder"):
        read(folder / "absent.csv")
    with pytest.raises(UserError, match=r"is a folder, not a table\. Expected"):
        read(folder)
    with pytest.raises(UserError, match=r"is not UTF-8 text: line 2 holds the byte 0xf6\. Save it as UTF-8"):
        read(csv_file(folder, "image,label\nimages/a.png,größe\n", "latin-1"))
