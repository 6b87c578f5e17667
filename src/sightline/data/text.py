"""The text of other people's files: its encoding is told by the first bytes, and what is no text is named."""

from __future__ import annotations

import codecs
from pathlib import Path

from sightline.errors import UserError

MARKS = {  # longest first: the mark of UTF-32 begins like that of UTF-16
    codecs.BOM_UTF32_LE: "UTF-32",
    codecs.BOM_UTF32_BE: "UTF-32",
    codecs.BOM_UTF8: "UTF-8-sig",
    codecs.BOM_UTF16_LE: "UTF-16",
    codecs.BOM_UTF16_BE: "UTF-16",
}
BINARY = {
    b"PK\x03\x04": "a workbook of Excel or LibreOffice, or a zip archive",
    b"\xd0\xcf\x11\xe0": "a workbook of an old Excel",
    b"\x1f\x8b": "compressed (gzip)",
    b"PAR1": "a Parquet file",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
}


def text_of(path: Path, *, lenient: bool = False) -> tuple[str, str]:
    """A file's text, and the name of its encoding.

    UTF-8 with or without its mark, UTF-16 and UTF-32 are read. Every other encoding would be a guess.

    Args:
        lenient: whether what is not UTF-8 counts as Latin-1, which is right as long as only digits and ASCII names are taken from it.

    Raises:
        UserError: the file cannot be opened, is no text, or is text of an unknown encoding; with the line.
    """
    raw = bytes_of(path)
    for start, what in BINARY.items():
        if raw.startswith(start):
            raise UserError(path, f"is {what}, not a table as text", "Export it as CSV in UTF-8 (Excel: Save as, CSV UTF-8).")
    encoding = next((name for mark, name in MARKS.items() if raw.startswith(mark)), None) or _unmarked(raw)
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError as error:
        if not lenient or encoding != "UTF-8":
            line = raw[: error.start].count(b"\n") + 1
            name = encoding.removesuffix("-sig")
            reason = f"is not {name} text: line {line} holds the byte 0x{raw[error.start]:02x}"
            raise UserError(path, reason, "Save it as UTF-8 (Excel: Save as, CSV UTF-8).") from None
        encoding, text = "Latin-1", raw.decode("latin-1")
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        raise UserError(f"{path} line {line}", "holds a NUL character, so it is cut, damaged or no text", "Export the file again as UTF-8.")
    return text, encoding.removesuffix("-sig")


def bytes_of(path: Path) -> bytes:
    """What a regular file holds.

    Raises:
        UserError: it is a folder, a pipe or another thing that is no file, or it cannot be opened.
    """
    try:
        if not path.is_file():
            raise UserError(path, "is no file", "Name a file.")
        return path.read_bytes()
    except OSError as error:
        raise UserError(path, f"cannot be read ({error.strerror})", "Check the path and its permissions.") from None


def _unmarked(raw: bytes) -> str:
    """UTF-16 without its mark shows in ASCII text as a NUL in every second place."""
    start = raw[:2000]
    for name, zeros in (("UTF-16-LE", start[1::2]), ("UTF-16-BE", start[::2])):
        if len(zeros) > 2 and zeros.count(0) > 0.8 * len(zeros):
            return name
    return "UTF-8"
