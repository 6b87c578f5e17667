"""Columns of an owner's CSV file by name, row by row: such tables may hold a million rows, and cells with line breaks."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import islice
from operator import itemgetter
from pathlib import Path

from sightline.data.sheet import LONGEST
from sightline.errors import UserError


def header(table: Path) -> list[str]:
    """The names of the columns.

    Raises:
        UserError: no such file.
    """
    if not table.is_file():
        raise UserError(table, "no such file", "Fetch it again, or check the folder.")
    return next((cells for _, cells in _read(table)), [])


def rows(table: Path, *columns: str) -> Iterator[tuple[int, tuple[str, ...]]]:
    """(line number, the cells of two or more columns) of each row.

    Raises:
        UserError: no such file, a missing column, or a row that is too short.
    """
    names = header(table)
    for column in columns:
        if column not in names:
            raise UserError(table, f"has no column {column!r}", "Fetch the original table again.")
    pick = itemgetter(*(names.index(column) for column in columns))
    for line, row in islice(_read(table), 1, None):
        if row:
            try:
                yield line, pick(row)
            except IndexError:
                reason = f"has {len(row)} cells under {len(names)} columns"
                raise UserError(f"{table} line {line}", reason, "Fetch the original table again.") from None


def _read(table: Path) -> Iterator[tuple[int, list[str]]]:
    """(number of its last line, cells) of each row, read as it is asked for."""
    csv.field_size_limit(LONGEST)
    try:
        with table.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.reader(file)
            for row in reader:
                yield reader.line_num, row
    except UnicodeDecodeError:
        raise UserError(table, "is not UTF-8 text", "Fetch the original table again.") from None
    except csv.Error as error:
        raise UserError(f"{table} line {reader.line_num}", f"cannot be read ({error})", "Fetch the original table again.") from None
    except OSError as error:
        raise UserError(table, f"cannot be read ({error.strerror})", "Check its permissions.") from None


def numbers(table: Path, numeric: Sequence[str], texts: Sequence[str] = ()) -> Iterator[tuple[tuple[str, ...], tuple[float, ...]]]:
    """(the cells of the columns `texts`, the numbers of the columns `numeric`) of each row; an empty cell is not a number (nan).

    Raises:
        UserError: as `rows`, and a cell that holds no number.
    """
    number = cache(float)  # a million samples share a few thousand coordinates, so their floats are shared as well
    for line, cells in rows(table, *texts, *numeric):
        try:
            values = tuple([number(cell or "nan") for cell in cells[len(texts) :]])
        except ValueError as error:
            raise UserError(f"{table} line {line}", str(error), "Fetch the original table again.") from None
        yield cells[: len(texts)], values
