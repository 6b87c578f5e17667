"""Reading of the files that sightline itself has written; all readers of them use this module.

Between writing and reading a file can be lost, cut short, overwritten, or edited by hand. What cannot be read, or does not have the form
that it was written in, is refused in one line; nothing is guessed and no pickle is opened.
"""

from __future__ import annotations

import csv
import io
import json
import zipfile
import zlib
from collections.abc import Collection
from pathlib import Path
from typing import Any, TypeVar, cast

import numpy as np
from pydantic import TypeAdapter, ValidationError

from sightline.data.formulas import from_text
from sightline.errors import UserError
from sightline.yaml_text import parse

T = TypeVar("T")
_WIDEST = 2**27  # characters of one cell; a long id is no reason to lose a table


class Damaged(UserError):
    """A file that sightline wrote is missing or cannot be used. A caller that can write it again may do so."""


def read_bytes(path: Path, remedy: str) -> bytes:
    """The whole file.

    Raises:
        Damaged: it is not there, or is no file that can be read.
    """
    if path.is_dir():
        raise Damaged(path, "is a folder where a file is expected", remedy)
    if not path.exists():
        raise Damaged(path, "is missing", remedy)
    if not path.is_file():  # a pipe would be waited for without end
        raise Damaged(path, "is not a file", remedy)
    try:
        return path.read_bytes()
    except OSError as error:
        raise Damaged(path, f"cannot be read ({error.strerror or error})", remedy) from None


def read_text(path: Path, remedy: str) -> str:
    """UTF-8 text.

    Raises:
        Damaged: no such text can be read.
    """
    found = read_bytes(path, remedy)
    if not found.strip():
        raise Damaged(path, "is empty", remedy)
    try:
        return found.decode("utf-8-sig", "surrogatepass")  # editors of spreadsheets put a mark in front
    except UnicodeDecodeError as error:
        raise Damaged(path, f"is not UTF-8 text (byte {error.start})", remedy) from None


def read_json(path: Path, form: type[T], remedy: str) -> T:
    """A JSON file of a given form.

    Args:
        form: a type that pydantic can check.

    Raises:
        Damaged: it cannot be read, is not JSON, or has another form.
    """
    text = read_text(path, remedy)
    try:
        tree = json.loads(text)
    except (ValueError, RecursionError) as error:
        where = f"line {error.lineno}: {error.msg}" if isinstance(error, json.JSONDecodeError) else type(error).__name__
        raise Damaged(path, f"is not JSON, or cut short ({where})", remedy) from None
    return checked(tree, form, path, remedy)


def checked(tree: Any, form: type[T], path: Path, remedy: str) -> T:
    """The values in their form; refuses what does not have it.

    Raises:
        Damaged: names the first place that does not.
    """
    try:
        return TypeAdapter(form).validate_python(tree, strict=False)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise Damaged(path, f"does not hold what it should ({f'{key}: ' if key else ''}{first['msg']})", remedy) from None


def read_yaml(path: Path, remedy: str) -> dict[str, Any]:
    """The settings of a YAML file.

    Raises:
        Damaged: it cannot be read, is not YAML, or holds no settings.
    """
    text = read_text(path, remedy)
    try:
        tree = parse(text, path)
    except UserError as error:
        raise Damaged(error.where, error.reason, remedy) from None
    if not isinstance(tree, dict) or not all(isinstance(key, str) for key in tree):
        raise Damaged(path, "holds no settings", remedy)
    return cast(dict[str, Any], tree)


class Row(dict[str, str]):
    """A row of a table, which knows its line in the file."""

    line: int = 0


def read_table(path: Path, columns: Collection[str] = (), remedy: str = "Make it again.") -> list[Row]:
    """The rows of a CSV with a header.

    Args:
        columns: that have to be there; there may be others.

    Raises:
        Damaged: it cannot be read, a column is missing, or a row has more or fewer cells than the header.
    """
    text = read_text(path, remedy)
    if "\0" in text:
        raise Damaged(path, "is not a table (it holds zero bytes)", remedy)
    if text and not text.endswith(("\n", "\r")):  # a cut number is a number still
        raise Damaged(path, "ends in the middle of a line: it was cut short", remedy)
    before = csv.field_size_limit(_WIDEST)
    try:
        reader = csv.reader(io.StringIO(text, newline=""), strict=True)
        header = next(reader, [])
        if missing := [name for name in columns if name not in header]:
            raise Damaged(path, f"has no column {missing[0]!r}", remedy)
        found = []
        for cells in reader:
            if len(cells) != len(header):
                raise Damaged(f"{path} line {reader.line_num}", f"has {len(cells)} cells, the header has {len(header)}", remedy)
            row = Row(zip(header, map(from_text, cells), strict=True))
            row.line = reader.line_num
            found.append(row)
    except csv.Error as error:
        raise Damaged(f"{path} line {reader.line_num}", f"is not a row of a table ({error})", remedy) from None
    finally:
        csv.field_size_limit(before)
    return found


def read_arrays(path: Path, remedy: str) -> dict[str, np.ndarray]:
    """All arrays of an NPZ file; none that a pickle would have to be opened for.

    Raises:
        Damaged: it cannot be read whole.
    """
    found = io.BytesIO(read_bytes(path, remedy))
    try:
        with np.load(found, allow_pickle=False) as file:
            return {name: file[name] for name in file.files}
    except _BROKEN as error:
        raise Damaged(path, f"is cut short or damaged ({_first_line(error)})", remedy) from None


def read_array(path: Path, remedy: str) -> np.ndarray:
    """The array of an NPY file.

    Raises:
        Damaged: it cannot be read.
    """
    found = io.BytesIO(read_bytes(path, remedy))
    try:
        array = np.load(found, allow_pickle=False)
    except _BROKEN as error:
        raise Damaged(path, f"is cut short or damaged ({_first_line(error)})", remedy) from None
    if not isinstance(array, np.ndarray):
        raise Damaged(path, "holds several arrays, not one", remedy)
    return array


# what NumPy raises of bytes that are no arrays: a header that is no Python, an archive that is none, a size that no memory holds; it
# reads an archive only when asked for its names, so that a plain array lacks them
_BROKEN = (
    *(OSError, EOFError, ValueError, KeyError, TypeError, AttributeError, SyntaxError, MemoryError, NotImplementedError),
    *(zipfile.BadZipFile, zlib.error, RuntimeError),
)


def _first_line(error: Exception) -> str:
    return next(iter(str(error).splitlines()), "") or type(error).__name__
