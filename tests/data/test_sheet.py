"""Tables as spreadsheets and other programs write them: delimiters, encodings, quotes, line ends, columns without a name."""

from __future__ import annotations

from pathlib import Path

import pytest

from sightline.data.sheet import Sheet, read_sheet
from sightline.errors import UserError

HEAD, ROWS = "image,label,note", [["a.png", "cat", "x"], ["b.png", "dog", ""]]


def sheet(folder: Path, text: str | bytes, encoding: str = "utf-8", *, lenient: bool = False) -> Sheet:
    path = folder / "t.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
    return read_sheet(path, lambda name: name.lower() in ("image", "label", "note"), lenient=lenient)


@pytest.mark.parametrize(("delimiter", "word"), [(",", None), (";", "semicolons"), ("\t", "tabs"), ("|", "vertical bars")])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_the_header_tells_the_delimiter_and_any_line_end_is_read(tmp_path: Path, delimiter: str, word: str | None, end: str) -> None:
    text = end.join([HEAD, "a.png,cat,x", "", 'b.png,"dog",', ""]).replace(",", delimiter)
    found = sheet(tmp_path, text)
    assert found.header == ["image", "label", "note"]
    assert found.rows == [(2, ROWS[0]), (4, ROWS[1])]
    assert found.notes == ([f"columns separated by {word}"] if word else [])


def test_semicolons_within_cells_do_not_divide_a_table_with_commas(tmp_path: Path) -> None:
    assert sheet(tmp_path, "image,label;x,note\na.png,cat,1;2;3\n").rows == [(2, ["a.png", "cat", "1;2;3"])]
    assert sheet(tmp_path, "image;label;note\na.png;cat;1,2,3\n").rows == [(2, ["a.png", "cat", "1,2,3"])]


def test_excels_first_line_and_empty_first_lines(tmp_path: Path) -> None:
    for first in ("sep=;\r\n", '"sep=;"\n', "\n\nSEP=;\n", "\n\n"):
        found = sheet(tmp_path, first + "image;label;note\na.png;cat;x\n")
        assert (found.header, found.rows[0][1]) == (["image", "label", "note"], ROWS[0])
        assert found.rows[0][0] == first.count("\n") + 2


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_encodings_that_can_be_told_are_read(tmp_path: Path, encoding: str) -> None:
    found = sheet(tmp_path, "image,label,note\na.png,Größe,x\n", encoding)
    assert found.rows == [(2, ["a.png", "Größe", "x"])]
    assert found.notes == ([] if encoding == "utf-8-sig" else [f"encoded as {encoding.upper()}"])


def test_other_encodings_are_refused_unless_only_ascii_counts(tmp_path: Path) -> None:
    for encoding in ("latin-1", "cp1252", "mac-roman"):
        with pytest.raises(UserError, match="is not UTF-8 text: line 2 holds the byte"):
            sheet(tmp_path, "image,label,note\na.png,Größe,x\n", encoding)
        assert sheet(tmp_path, "image,label,note\na.png,Größe,x\n", encoding, lenient=True).rows[0][1][0] == "a.png"


def test_files_that_are_no_text_are_named(tmp_path: Path) -> None:
    for start, what in [
        (b"PK\x03\x04", "workbook"),
        (b"\xd0\xcf\x11\xe0", "old Excel"),
        (b"\x1f\x8b", "compressed"),
        (b"\x89PNG", "picture"),
    ]:
        with pytest.raises(UserError, match=what):
            sheet(tmp_path, start + b"\0" * 20)
    with pytest.raises(UserError, match="line 2: holds a NUL character"):
        sheet(tmp_path, b"image,label,note\na.p\0ng,cat,x\n")
    with pytest.raises(UserError, match="is no file"):
        read_sheet(tmp_path, bool)


def test_only_line_ends_end_a_line(tmp_path: Path) -> None:
    for sign in "\x0b\x0c\x1c\x85\u2028":
        assert sheet(tmp_path, f"image,label,note\na.png,cat,one{sign}two\n").rows[0][1][2] == f"one{sign}two"


SWALLOWED = {
    "to the end": ('a.png,cat,"5 mm\nb.png,dog,6 mm\nc.png,dog,x\n', 2),
    "to another mistake": ('a.png,cat,y\nb.png,dog,"5 mm\nc.png,dog,x\nd.png,dog,"6 mm\ne.png,dog,x\n', 3),
    "to a closing quote": ('a.png,cat,y\nb.png,dog,"5 mm\nc.png,dog,x\nd.png,dog,6 mm"\ne.png,dog,x\n', 3),
    "to a closing quote before another": ('a.png,cat,y\nb.png,"dog\nc.png,dog,x\nd.png,dog","x"\n', 3),
    "behind a note of two lines": ('a.png,cat,"one\ntwo"\nb.png,dog,"5 mm\nc.png,dog,x\n', 4),
    "in one line": ('a.png,cat,x\nb.png,dog,"5" mm"\n', 3),
    "in the first cell": ('a.png,cat,y\n"b.png,dog,x\nc.png,dog,x\n', 3),
}


@pytest.mark.parametrize("name", SWALLOWED)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_quote_that_is_not_closed_is_named_where_it_opens(tmp_path: Path, name: str, end: str) -> None:
    rows, line = SWALLOWED[name]
    with pytest.raises(UserError, match=rf"line {line}: (opens a quote that|holds a quote that)"):
        sheet(tmp_path, f"{HEAD}\n{rows}".replace("\n", end))


def test_cells_of_several_lines_and_quotes_within_cells_are_read(tmp_path: Path) -> None:
    rows = 'a.png,cat,"Large, round,\nred, itching, since May\n"\nb.png,dog,"12"" long"\nc.png,dog,12" long\n'
    found = sheet(tmp_path, f"{HEAD}\n{rows}")
    assert [line for line, _ in found.rows] == [2, 5, 6]
    assert [cells[2] for _, cells in found.rows] == ["Large, round,\nred, itching, since May", '12" long', '12" long']


def test_every_row_may_have_a_cell_of_several_lines(tmp_path: Path) -> None:
    rows = "".join(f'{i}.png,cat,"one, a\ntwo, b, c\nthree"\n' for i in range(3))
    assert len(sheet(tmp_path, f"{HEAD}\n{rows}").rows) == 3


def test_a_table_without_a_header_has_no_rows(tmp_path: Path) -> None:
    for text in ("a.png,cat,x\nb.png,dog\n", "# written by hand\nimage,label,note\n", '"image,label"\n"a.png,cat"\n'):
        assert sheet(tmp_path, text).rows == []


def test_rows_of_another_length_are_not_shifted(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"line 3: has 2 cells under 3 columns, as do 1 more rows"):
        sheet(tmp_path, f"{HEAD}\na.png,cat,x\nb.png,dog\nc.png,dog\n")
    with pytest.raises(UserError, match=r"line 2: has 4 cells under 3 columns"):
        sheet(tmp_path, f"{HEAD}\na.png,cat,x,y\n")
    assert sheet(tmp_path, f"{HEAD}\na.png,cat,x,,\n,,,,,\n  \n").rows == [(2, ROWS[0])]


@pytest.mark.parametrize("name", ["", "Unnamed: 0", '""'])
def test_row_numbers_and_empty_columns_without_a_name_are_left_out(tmp_path: Path, name: str) -> None:
    found = sheet(tmp_path, f"{name},image,label,,note,,\n0,a.png,cat,,x,,\n2,b.png,dog,,,,\n")
    assert (found.header, [cells for _, cells in found.rows]) == (["image", "label", "note"], ROWS)
    assert found.notes == [
        "column 1 without a name left out, since it holds row numbers",
        "column 4, 6, 7 without a name left out, since it holds nothing",
    ]


def test_a_column_without_a_name_that_holds_something_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"line 3: holds 'left' in column 3, which has no name"):
        sheet(tmp_path, "image,label,\na.png,cat,\nb.png,dog,left\n")
    with pytest.raises(UserError, match=r"line 2: holds 'p1' in column 1, which has no name"):
        sheet(tmp_path, ",image,label\np1,a.png,cat\n")


def test_a_cell_may_be_longer_than_the_csv_modules_limit(tmp_path: Path) -> None:
    assert len(sheet(tmp_path, f"{HEAD}\na.png,cat,{'1 2 ' * 50_000}\n").rows[0][1][2]) == 199_999


R = [f"image{i}.png" for i in range(4)]


def test_row_names_of_r_are_left_out(tmp_path: Path) -> None:
    for delimiter, said in ((",", []), (" ", ["columns separated by blanks"])):
        lines = [f'"{i + 1}"{delimiter}"{name}"{delimiter}"basal cell"' for i, name in enumerate(R)]
        path = tmp_path / "r.txt"
        path.write_text("\n".join([f'"image"{delimiter}"label"', *lines]) + "\n", encoding="utf-8")
        sheet = read_sheet(path, {"image", "label"}.__contains__)
        assert sheet.header == ["image", "label"]
        assert [row for _, row in sheet.rows] == [[name, "basal cell"] for name in R]
        assert sheet.notes == [*said, "column 1 without a name left out, since it holds row numbers"]


def test_row_names_that_are_no_numbers_are_refused_with_what_r_needs(tmp_path: Path) -> None:
    (tmp_path / "r.csv").write_text("image,label\n" + "".join(f"{name[5:]},{name},cat\n" for name in R), encoding="utf-8")
    with pytest.raises(UserError, match=r"line 2: has 3 cells under 2 columns.*row\.names = FALSE"):
        read_sheet(tmp_path / "r.csv", {"image", "label"}.__contains__)


def test_blanks_divide_only_what_nothing_else_divides(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("image,label id\na.png,big cat\n", encoding="utf-8")
    sheet = read_sheet(tmp_path / "t.csv", {"image", "label", "id"}.__contains__)
    assert sheet.header == ["image", "label id"]
