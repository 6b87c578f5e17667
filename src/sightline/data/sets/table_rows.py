"""From the file of a table, CSV or JSON Lines, to its rows: what stands in each column of ours, and how it was read."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from sightline.data.sets.table_columns import COLUMNS, Tags, canonical, check_needed, columns_of, known, needed_of
from sightline.data.sets.table_corners import Corners, corners_of
from sightline.data.sets.table_findings import Labels, Told, says_nothing, told
from sightline.data.sheet import read_sheet
from sightline.data.text import text_of
from sightline.errors import UserError

CSV, JSON = (".csv", ".tsv", ".tab", ".txt"), (".jsonl", ".ndjson")
WORDS = (
    "unknown, unk, ?, ??, missing, not available, not known, not given, not recorded, not specified, unspecified, undefined, no id, "
    "anonymous, anonym, anonymised, anonymized, anon, -1, -9, -99, -999, -9999, n. a., k. a., keine angabe, unbekannt, nicht bekannt, "
    "inconnu, inconnue, desconocido, sconosciuto, onbekend, okänd"
)
MANY = 100  # files of a folder that are looked into for a table
UNKNOWN = set(WORDS.split(", "))  # in the columns group and split
ROUNDED = re.compile(r"\d([.,]\d+)?[eE]\+\d+")  # as spreadsheets write long numbers
OTHER = {
    ".json": ("is one JSON document, not JSON Lines", "Write one object per line in a .jsonl file; for a COCO file use `data.name=coco`."),
    **dict.fromkeys(
        (".xlsx", ".xls", ".xlsm", ".ods", ".numbers"),
        ("is a workbook of a spreadsheet program", "Export its sheet as CSV in UTF-8 (Excel: Save as, CSV UTF-8)."),
    ),
    **dict.fromkeys(
        (".parquet", ".feather", ".pkl", ".pickle", ".h5", ".gz", ".zip"),
        ("is packed data, not a table as text", "Write it as CSV, for example with pandas' to_csv(..., index=False)."),
    ),
}


@dataclass(frozen=True)
class Rows:
    """A table's rows.

    Attributes:
        rows: (line number, column -> cell, for the cells that give something) of each.
        columns: those that the table has.
        notes: how it was read, in sentences.
        findings: names of the findings that an image can have; empty: each image has one label.
    """

    rows: list[tuple[int, dict[str, Any]]] = field(default_factory=list)
    columns: set[str] = field(default_factory=set)
    notes: list[str] = field(default_factory=list)
    findings: tuple[str, ...] = ()


def rows_of(table: Path, tags: Tags, labels: Labels, layout: str) -> Rows:
    """Reads a table; cells that say in some word that there is nothing are left out, and counted in the notes.

    Args:
        tags: see `columns_of`.
        labels: see `table_findings.told`.
        layout: what is expected, for messages.

    Raises:
        UserError: a file of another kind, a column or a line that cannot be read, no rows, or a row without image or label.
    """
    suffix = table.suffix.lower()
    if table.is_dir():
        raise UserError(table, "is a folder, not a table", _tables_in(table) or f"Expected: {layout}.")
    if suffix not in CSV + JSON:
        reason, remedy = OTHER.get(suffix, ("is neither .csv nor .jsonl", f"Expected: {layout}."))
        raise UserError(table, reason, remedy)
    found = (_csv if suffix in CSV else _json_lines)(table, tags, labels)
    if not found.rows:
        raise UserError(table, "holds no rows", f"Expected: {layout}.")
    filled = []
    said: dict[str, list[tuple[int, str]]] = {}  # column -> (line, what its cell says in place of nothing)
    for line, row in found.rows:
        given = {column: cell for column, cell in row.items() if not _nothing(column, cell, found.findings)}
        for column in row.keys() - given.keys():
            said.setdefault(column, []).append((line, "" if row[column] in (None, []) else str(row[column])))
        filled.append((line, given))
    _check_given(table, filled, said)
    _check_rounded(table, filled)
    notes = [note for column in sorted(said) if (note := _note(column, said[column], len(filled)))]
    return Rows(filled, found.columns, found.notes + notes, found.findings)


def _tables_in(folder: Path) -> str:
    """What to name in place of a folder."""
    files = sorted(path for path in folder.iterdir() if path.suffix.lower() in CSV + JSON)
    found = [path.name for path in files[:MANY] if path.suffix.lower() in JSON or _names_images(path)]
    named = ", ".join(found[:3]) + (f" and {len(found) - 3} more" if len(found) > 3 else "")
    return f"It holds {named}: name {'one of these' if len(found) > 1 else 'this file'}." if found else ""


def _names_images(path: Path) -> bool:
    try:
        names = set(map(canonical, read_sheet(path, known).header))
        return set(needed_of(names)) <= names
    except UserError:
        return False


def _csv(table: Path, tags: Tags, labels: Labels) -> Rows:
    sheet = read_sheet(table, known)
    if not sheet.header:
        return Rows()
    where = f"{table} line {sheet.line}"
    several = told(sheet.header, [dict(zip(sheet.header, row, strict=True)) for _, row in sheet.rows], labels, tags == "named", where)
    names = [several.columns.get(name, name) for name in sheet.header]
    header, boxed = _boxed(names, where)
    columns, notes = columns_of(header, tags, where)
    check_needed(columns.values(), header, where)
    contents = [(line, dict(zip(names, row, strict=True))) for line, row in sheet.rows]
    rows = [(line, {columns[name]: cell for name, cell in (boxed.row(row) if boxed else row).items()}) for line, row in contents]
    said = [*sheet.notes, *_said(several), *notes, *([boxed.note] if boxed else [])]
    return Rows(rows, set(columns.values()), [f"{table.name}: {note}" for note in said], several.names)


def _said(several: Told) -> list[str]:
    return [several.note] if several.names else []


def _boxed(header: Sequence[str], where: str) -> tuple[list[str], Corners | None]:
    """The header, and the four of its columns that are one in it."""
    corners = corners_of(header, where)
    return (corners.header(header) if corners else list(header)), corners


def _json_lines(table: Path, tags: Tags, labels: Labels) -> Rows:
    text, encoding = text_of(table)
    objects = list(_objects(table, text))
    every = list(dict.fromkeys(name for _, content in objects for name in content))
    several = told(every, [content for _, content in objects], labels, tags == "named", str(table))
    encoded = [] if encoding == "UTF-8" else [f"encoded as {encoding}"]
    notes = dict.fromkeys(f"{table.name}: {note}" for note in (*encoded, *_said(several)))
    headers: dict[tuple[str, ...], tuple[dict[str, str], Corners | None]] = {}
    rows = []
    for line, given in objects:
        content = {several.columns.get(name, name): cell for name, cell in given.items()}
        where, header = f"{table} line {line}", tuple(content)
        if header not in headers:
            names, boxed = _boxed(header, where)
            columns, said = columns_of(names, tags, where)
            headers[header] = columns, boxed
            notes |= dict.fromkeys(f"{table.name}: {note}" for note in [*said, *([boxed.note] if boxed else [])])
        columns, boxed = headers[header]
        rows.append((line, {columns[name]: _plain(cell) for name, cell in (boxed.row(content) if boxed else content).items()}))
    return Rows(rows, {column for columns, _ in headers.values() for column in columns.values()}, list(notes), several.names)


def _objects(table: Path, text: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """(line number, object) of each line that is not blank."""
    for line, row in enumerate(re.split(r"\r\n|\r|\n", text), start=1):
        if not row.strip():
            continue
        where = f"{table} line {line}"
        try:
            content = json.loads(row, object_pairs_hook=partial(_once, where))
        except RecursionError:
            raise UserError(where, "holds lists that are nested too deeply", "Write one object per line.") from None
        except ValueError as error:
            reason = f"is not JSON: {error.msg if isinstance(error, json.JSONDecodeError) else error}"
            list_of_rows = row.strip() in ("[", "{") and line == 1
            remedy = "Write one object per line, not one document over several lines." if list_of_rows else "Write one object per line."
            raise UserError(where, reason, remedy) from None
        if not isinstance(content, dict):
            raise UserError(where, "is not a JSON object", 'Write one row per line, for example {"image": "a.png", "label": "cat"}.')
        yield line, content


def _once(where: str, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content = dict(pairs)
    if len(content) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise UserError(where, f"has {twice!r} twice", "Keep the right one; several annotations go into one list.")
    return content


def _plain(cell: Any) -> Any:
    return cell.strip() if isinstance(cell, str) else cell


def _nothing(column: str, cell: Any, findings: Sequence[str]) -> bool:
    return says_nothing(column, cell, findings) or (column in ("group", "split") and str(cell).lower() in UNKNOWN)


def _check_given(table: Path, rows: list[tuple[int, dict[str, Any]]], said: dict[str, list[tuple[int, str]]]) -> None:
    for column in needed_of(column for _, row in rows for column in row):
        without = [line for line, row in rows if column not in row]
        if not without:
            continue
        line, word = next(((line, word) for line, word in said.get(column, []) if line == without[0]), (without[0], ""))
        more = f", nor have {len(without) - 1} more rows" if len(without) > 1 else ""
        saying = f" but says {word!r}" if word else ""
        remedy = "Every row needs an image and a label."
        remedy += f" If {word!r} is a class, give it another name." if word and column == "label" else ""
        raise UserError(f"{table} line {line}", f"has no {column}{saying}{more}", remedy)
    for line, row in rows:
        for column in COLUMNS:
            if isinstance(row.get(column), dict) or (isinstance(row.get(column), list) and column in ("image", "id", "group", "split")):
                raise UserError(f"{table} line {line} {column}", f"holds {type(row[column]).__name__}, not text", "Write one name.")


def _check_rounded(table: Path, rows: list[tuple[int, dict[str, Any]]]) -> None:
    for column in ("group", "id"):
        rounded = [(line, row[column]) for line, row in rows if isinstance(row.get(column), str) and ROUNDED.fullmatch(row[column])]
        if rounded:
            (line, cell), more = rounded[0], f", as {len(rounded) - 1} more rows do" if len(rounded) > 1 else ""
            reason = f"holds {cell!r}{more}: a spreadsheet has rounded a long number, so that different ones look alike"
            raise UserError(f"{table} line {line} {column}", reason, "Export the table again, with the column formatted as text.")


def _note(column: str, said: list[tuple[int, str]], rows: int) -> str | None:
    """A note on the missing values of a column."""
    words = ", ".join(repr(word) for word in dict.fromkeys(word for _, word in said) if word)
    how = f" ({words})" if words else ""
    if column == "group":
        return f"group: {len(said)} of {rows} rows give none{how}; each of these images is a group of its own"
    if column == "split":
        return f"split: {len(said)} of {rows} rows give none{how}; data.split divides these images" if len(said) < rows else None
    written = sum(bool(word) for _, word in said)
    return f"{column}: {written} of {rows} rows say {words}, which counts as a missing value" if written else None
