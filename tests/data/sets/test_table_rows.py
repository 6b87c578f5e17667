"""From the file of a table to its rows: what kinds of file are read, and which cells give nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from own_tables import pictures, read_csv, read_json

from sightline.data.sets.table import read
from sightline.data.sets.table_rows import Rows, rows_of
from sightline.errors import UserError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    pictures(tmp_path, "a.png", "b.png", "c.png", "d.png")
    return tmp_path


@pytest.mark.parametrize("word", ["", "nan", "NaN", "N/A", "none", "NULL", "-", "<NA>", "Unknown", "?"])
def test_a_word_for_nothing_is_no_group_and_no_split(folder: Path, word: str) -> None:
    rows = f"a.png,cat,{word},{word}\nb.png,cat,{word},train\nc.png,dog,p1,train\n"
    records = read_csv(folder, f"image,label,group,split\n{rows}")
    assert [(r.group, r.split) for r in records] == [(None, None), (None, "train"), ("p1", "train")]
    how = f" ({word!r})" if word else ""
    assert f"group: 2 of 3 rows give none{how}; each of these images is a group of its own" in records.notes
    assert f"split: 1 of 3 rows give none{how}; data.split divides these images" in records.notes


def test_a_word_for_nothing_is_no_annotation_and_no_tag(folder: Path) -> None:
    text = "image,label,id,mask,box,polygon,gaze,nothing,avoid_box,tag:age\na.png,cat,nan,nan,nan,NaN,n/a,nan,None,nan\n"
    (record,) = records = read_csv(folder, text)
    assert (record.id, record.annotations, record.avoid, dict(record.tags)) == ("a.png", (), (), {})
    assert "box: 1 of 1 rows say 'nan', which counts as a missing value" in records.notes
    (record,) = read_json(folder, [{"image": "a.png", "label": "cat", "group": float("nan"), "box": None, "mask": []}])
    assert (record.group, record.annotations) == (None, ())


def test_a_row_without_label_or_image_is_refused_with_the_number_of_them(folder: Path) -> None:
    with pytest.raises(UserError, match=r"line 3: has no label but says 'NaN', nor have 1 more rows\. Every .* If 'NaN' is a class, give"):
        read_csv(folder, "image,label\na.png,cat\nb.png,NaN\nc.png,\n")
    with pytest.raises(UserError, match=r"line 2: has no image but says 'nan'\. Every row"):
        read_csv(folder, "image,label\nnan,cat\n")
    with pytest.raises(UserError, match=r"line 2: has no label"):
        read_json(folder, [{"image": "a.png", "label": "cat"}, {"image": "b.png", "label": None}])


@pytest.mark.parametrize("name", ["t.xlsx", "t.json", "t.parquet", "t.csv.gz"])
def test_files_of_other_programs_are_named_with_the_way_out(folder: Path, name: str) -> None:
    (folder / name).write_bytes(b"PK\x03\x04")
    with pytest.raises(UserError, match=r"CSV|\.jsonl"):
        read(folder / name)
    (folder / "t.csv").write_bytes(b"PK\x03\x04")
    with pytest.raises(UserError, match=r"is a workbook of Excel"):
        read(folder / "t.csv")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[\n{"image": "a.png"}]', "line 1: is not JSON: .* not one document over several lines"),
        ('{"image": "a.png", "label": "a", "label": "b"}', "line 1: has 'label' twice"),
        ('{"image": ["a.png"], "label": "a"}', "line 1 image: holds list, not text"),
        ('{"image": "a.png", "label": {"name": "a"}}', "line 1 label: holds dict, not text"),
        ('{"image": "a.png", "label": "a", "box": [true, 1, 2, 3]}', "line 1 box: True is not a number"),
        ('{"image": "a.png", "label": "a", "box": [1' + "0" * 400 + ", 1, 2, 3]}", "line 1 box: 1.* is not a number"),
        ('{"image": "a.png", "label": "a", "box": ' + "9" * 5000 + "}", "line 1: is not JSON: "),
        ('{"image": "a.png", "label": "a", "box": ' + "[" * 100_000 + "}", "line 1: holds lists that are nested too deeply"),
        ('{"image": "a.png", "label": "a", "box": ' + "[" * 300 + "]" * 300 + "}", "line 1 box: holds lists within lists"),
    ],
)
def test_json_lines_that_cannot_be_meant_are_named(folder: Path, text: str, message: str) -> None:
    (folder / "t.jsonl").write_text(text, encoding="utf-8")
    with pytest.raises(UserError, match=message):
        read(folder / "t.jsonl")


def test_json_lines_of_old_macs_are_read(folder: Path) -> None:
    (folder / "t.jsonl").write_bytes(b'{"image": "a.png", "Label": "x"}\r{"image": "b.png", "label": 1}\r')
    assert [r.label for r in read(folder / "t.jsonl")] == ["x", "1"]


def test_a_folder_that_holds_the_table_names_it(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"is a folder, not a table\. Expected"):
        read(tmp_path)
    (tmp_path / "my.csv").write_text("image,label\n", encoding="utf-8")
    (tmp_path / "gaze.csv").write_text("x,y\n", encoding="utf-8")
    with pytest.raises(UserError, match=r"is a folder, not a table. It holds my\.csv: name this file"):
        read(tmp_path)
    (tmp_path / "other.tsv").write_text("image\tlabel\n", encoding="utf-8")
    with pytest.raises(UserError, match=r"It holds my\.csv, other\.tsv: name one of these"):
        read(tmp_path)


WORDS = [
    "n.a.",
    "k.A.",
    "#REF!",
    "#VALUE!",
    "(blank)",
    "\\N",
    "not known",
    "not recorded",
    "unbekannt",
    "inconnu",
    "-9",
    "-999",
    "anonymous",
]


@pytest.mark.parametrize("word", WORDS)
def test_a_word_for_none_given_is_no_patient(tmp_path: Path, word: str) -> None:
    pictures(tmp_path, "a.png", "b.png", "c.png")
    read = read_csv(tmp_path, f"image,label,group\na.png,cat,{word}\nb.png,dog,{word}\nc.png,dog,P1\n")
    assert [record.group for record in read] == [None, None, "P1"]
    assert read.notes == (f"group: 2 of 3 rows give none ({word!r}); each of these images is a group of its own",)


@pytest.mark.parametrize("cell", ["4,12E+11", "4.12E+11", "4E+11"])
def test_a_number_that_a_spreadsheet_has_rounded_is_refused(tmp_path: Path, cell: str) -> None:
    pictures(tmp_path, "a.png", "b.png")
    with pytest.raises(UserError, match=r"line 2 group: holds '4.*E\+11', as 1 more rows do: a spreadsheet has rounded"):
        read_csv(tmp_path, f"image;label;group\na.png;cat;{cell}\nb.png;dog;{cell}\n")


def rows(folder: Path, text: str, name: str = "t.csv", **options: Any) -> Rows:
    (folder / name).write_text(text, encoding="utf-8")
    return rows_of(folder / name, options.get("tags", "named"), options.get("labels", "auto"), "a table")


def test_rows_have_their_line_and_the_cells_that_give_something(tmp_path: Path) -> None:
    found = rows(tmp_path, "Image,label,group,tag:age\na.png,mel,P1,\n\nb.png,nev,unknown,40\n")
    assert found.rows == [(2, {"image": "a.png", "label": "mel", "group": "P1"}), (4, {"image": "b.png", "label": "nev", "tag:age": "40"})]
    assert found.columns == {"image", "label", "group", "tag:age"}
    assert found.findings == ()
    assert found.notes == [
        "t.csv: 'Image' is read as image",
        "group: 1 of 2 rows give none ('unknown'); each of these images is a group of its own",
    ]


def test_json_lines_give_the_same_rows(tmp_path: Path) -> None:
    lines = '{"Image": " a.png ", "label": "mel"}\n\n{"image": "b.png", "label": "nev", "group": null, "box": [1, 2, 3, 4]}\n'
    found = rows(tmp_path, lines, "t.jsonl")
    assert found.rows == [(1, {"image": "a.png", "label": "mel"}), (3, {"image": "b.png", "label": "nev", "box": [1, 2, 3, 4]})]
    assert found.columns == {"image", "label", "group", "box"}
    assert found.notes[0] == "t.jsonl: 'Image' is read as image"


def test_columns_of_findings_take_the_place_of_the_label(tmp_path: Path) -> None:
    found = rows(tmp_path, "image,effusion,nodule\na.png,1,0\nb.png,,1\n")
    assert found.findings == ("effusion", "nodule")
    assert len(found.rows) == 2


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("t.xlsx", "is a workbook of a spreadsheet program. Export its sheet as CSV"),
        ("t.parquet", "is packed data, not a table as text"),
        ("t.json", "is one JSON document, not JSON Lines"),
        ("t.doc", r"is neither \.csv nor \.jsonl\. Expected: a table"),
        ("t.csv", r"holds no rows\. Expected: a table"),
        ("t.jsonl", r"holds no rows\. Expected: a table"),
    ],
)
def test_a_file_of_another_kind_or_without_rows_is_named(tmp_path: Path, name: str, said: str) -> None:
    with pytest.raises(UserError, match=said):
        rows(tmp_path, "", name)
