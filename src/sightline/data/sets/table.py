"""Own data, the general way: a table with one image a row, as CSV or JSON Lines."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sightline.data import cells
from sightline.data.roots import existing
from sightline.data.splits import SPLIT_NAMES
from sightline.errors import UserError, nearest
from sightline.types import Annotation, Record

WHERE = "This is a table of your own."
COLUMNS = ("image", "label", "id", "group", "split", "mask", "heatmap", "box", "polygon", "gaze", "nothing", "avoid_mask", "avoid_box")
LAYOUT = f"a .csv or .jsonl file with the columns image and label, and any of {', '.join(COLUMNS[2:])}, tag:<name>"


def read(root: Path | None) -> list[Record]:
    """The rows of a table; file names are relative to the table.

    Columns: `image`, `label`; `id` (default: the image as written), `group`, `split`; where to look: `mask`, `heatmap` (file names),
    `box` (x0 y0 x1 y1, ends exclusive), `polygon` (x y x y ...), `gaze` (a CSV with x, y and perhaps duration; JSON: or the list
    itself), `nothing` (true: the expert found nothing to mark); where not to look: `avoid_mask`, `avoid_box`; `tag:<name>`. Several of
    a kind are divided by `;` (JSON: a list). A row without annotation is unknown.

    Raises:
        UserError: an unknown column, a missing file, a cell that cannot be read, an image named twice; with the line number.
    """
    table = existing(root, LAYOUT, WHERE)
    if table.suffix.lower() not in (".csv", ".jsonl"):
        raise UserError(table, "is neither .csv nor .jsonl", f"Expected: {LAYOUT}.")
    records: list[Record] = []
    seen: dict[Path, tuple[int, str]] = {}
    for line, row in _rows(table):
        record = _record(row, table.parent, f"{table} line {line}")
        assert isinstance(record.image, Path)
        earlier, label = seen.setdefault(record.image.resolve(), (line, record.label))
        if earlier != line:
            labels = f"as {label!r} and as {record.label!r}" if label != record.label else f"both times as {label!r}"
            reason = f"names the image {row['image']} of line {earlier} again, {labels}"
            raise UserError(f"{table} line {line}", reason, "Keep one row per image; several annotations go into one cell, divided by `;`.")
        records.append(record)
    if not records:
        raise UserError(table, "holds no rows", f"Expected: {LAYOUT}.")
    return records


def _rows(table: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """(line number, the cells that are not empty) of each row."""
    try:
        text = table.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise UserError(table, "is not UTF-8 text", "Save it as UTF-8.") from None
    for line, row in _csv(table, text) if table.suffix.lower() == ".csv" else _json_lines(table, text):
        _check_columns(list(row), f"{table} line {line}")
        filled = {k: v.strip() if isinstance(v, str) else v for k, v in row.items()}
        yield line, {k: v for k, v in filled.items() if v is not None and v != "" and v != []}


def _csv(table: Path, text: str) -> Iterator[tuple[int, dict[str, Any]]]:
    reader = csv.reader(text.splitlines(keepends=True))
    header = [name.strip() for name in next(reader, [])]
    _check_columns(header, f"{table} line 1")
    if twice := {name for name in header if header.count(name) > 1}:
        raise UserError(f"{table} line 1", f"has the column {min(twice)!r} twice", "Several annotations go into one cell, divided by `;`.")
    for row in reader:
        if len(row) > len(header):
            reason = f"has {len(row)} cells under {len(header)} columns"
            raise UserError(f"{table} line {reader.line_num}", reason, "Put cells with commas in quotes.")
        if any(row):
            yield reader.line_num, dict(zip(header, row, strict=False))


def _json_lines(table: Path, text: str) -> Iterator[tuple[int, dict[str, Any]]]:
    for line, row in enumerate(text.split("\n"), start=1):
        if row.strip():
            try:
                content = json.loads(row)
            except json.JSONDecodeError as error:
                raise UserError(f"{table} line {line}", f"is not JSON: {error.msg}", "Write one object per line.") from None
            if not isinstance(content, dict):
                raise UserError(f"{table} line {line}", "is not a JSON object", 'Write for example {"image": "a.png", "label": "cat"}.')
            yield line, content


def _check_columns(columns: list[str], where: str) -> None:
    for column in columns:
        if column not in COLUMNS and not column.startswith("tag:"):
            raise UserError(where, f"unknown column {column!r}", nearest(column, (*COLUMNS, "tag:<name>")))


def _record(row: dict[str, Any], folder: Path, where: str) -> Record:
    for column in ("image", "label"):
        if column not in row:
            raise UserError(where, f"has no {column}", "Every row needs an image and a label.")

    def file(name: str, column: str) -> Path:
        if not (folder / name).is_file():
            raise UserError(where, f"{column} file {folder / name} does not exist", f"File names are relative to {folder}.")
        return folder / name

    def pictures(column: str) -> list[Path]:
        return [file(name, column) for name in cells.names(row.get(column, ""))]

    def shapes(column: str) -> list[list[float]]:
        return cells.shapes(row.get(column, ""), f"{where} {column}")

    marks = [Annotation("mask", path) for path in pictures("mask")]
    marks += [Annotation("heatmap", path) for path in pictures("heatmap")]
    marks += [Annotation("box", points=cells.box(s, f"{where} box")) for s in shapes("box")]
    marks += [Annotation("polygon", points=cells.polygon(s, f"{where} polygon")) for s in shapes("polygon")]
    gaze = row.get("gaze", "")
    if isinstance(gaze, list):
        marks.append(Annotation("gaze", points=cells.gaze_list(gaze, f"{where} gaze")))
    else:
        marks += [Annotation("gaze", points=cells.gaze_file(file(name, "gaze"))) for name in cells.names(gaze)]
    if cells.flag(row.get("nothing", ""), f"{where} nothing"):
        if marks:
            raise UserError(where, f"says that nothing is to be seen, but gives a {marks[0].kind}", "Clear one of the two cells.")
        marks.append(Annotation("nothing"))
    avoid = [Annotation("mask", path) for path in pictures("avoid_mask")]
    avoid += [Annotation("box", points=cells.box(s, f"{where} avoid_box")) for s in shapes("avoid_box")]
    split = str(row["split"]) if "split" in row else None
    return Record(
        id=str(row.get("id", row["image"])),
        image=file(str(row["image"]), "image"),
        label=str(row["label"]),
        group=str(row["group"]) if "group" in row else None,
        split=SPLIT_NAMES.get(split.lower(), split) if split else None,
        annotations=tuple(marks),
        avoid=tuple(avoid),
        tags={k.removeprefix("tag:"): cells.tag(v) for k, v in row.items() if k.startswith("tag:")},
    )
