"""The text of other people's files, and the names of files that are none."""

from __future__ import annotations

from pathlib import Path

import pytest

from sightline.data.text import bytes_of, text_of
from sightline.errors import UserError

TEXT = "image,label\na.png,größe\n"


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("utf-8", "UTF-8"),
        ("utf-8-sig", "UTF-8"),
        ("utf-16", "UTF-16"),
        ("utf-16-le", "UTF-16-LE"),
        ("utf-16-be", "UTF-16-BE"),
        ("utf-32", "UTF-32"),
    ],
)
def test_encodings_are_told_by_the_first_bytes(tmp_path: Path, encoding: str, name: str) -> None:
    (tmp_path / "t.csv").write_bytes(TEXT.encode(encoding))
    assert text_of(tmp_path / "t.csv") == (TEXT, name)


def test_another_encoding_is_refused_with_its_line_unless_only_ascii_counts(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes(TEXT.encode("latin-1"))
    with pytest.raises(UserError, match=r"t\.csv: is not UTF-8 text: line 2 holds the byte 0xf6\. Save it as UTF-8"):
        text_of(tmp_path / "t.csv")
    assert text_of(tmp_path / "t.csv", lenient=True) == (TEXT, "Latin-1")
    (tmp_path / "t.csv").write_bytes(b"\xff\xfea\0\n\0\x00")
    with pytest.raises(UserError, match="is not UTF-16 text: line"):
        text_of(tmp_path / "t.csv", lenient=True)


@pytest.mark.parametrize(
    ("start", "said"),
    [
        (b"PK\x03\x04", "is a workbook of Excel or LibreOffice, or a zip archive, not a table"),
        (b"\xd0\xcf\x11\xe0", "is a workbook of an old Excel"),
        (b"\x1f\x8b", r"is compressed \(gzip\)"),
        (b"PAR1", "is a Parquet file"),
        (b"\x89PNG", "is a picture"),
        (b"\xff\xd8\xff", "is a picture"),
        (b"a\nb\0c", r"t\.csv line 2: holds a NUL character"),
    ],
)
def test_what_is_no_text_is_named(tmp_path: Path, start: bytes, said: str) -> None:
    (tmp_path / "t.csv").write_bytes(start)
    with pytest.raises(UserError, match=said):
        text_of(tmp_path / "t.csv")


def test_an_empty_file_is_text_and_a_folder_is_none(tmp_path: Path) -> None:
    (tmp_path / "t.csv").touch()
    assert (text_of(tmp_path / "t.csv"), bytes_of(tmp_path / "t.csv")) == (("", "UTF-8"), b"")
    for path in (tmp_path, tmp_path / "gone.csv"):
        with pytest.raises(UserError, match="is no file"):
            bytes_of(path)
    with pytest.raises(UserError, match=r"cannot be read \(File name too long\)"):
        bytes_of(tmp_path / ("a" * 300))
