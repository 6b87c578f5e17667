"""Own data, the general way: a table with one image a row, as CSV or JSON Lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sightline.data import table_cells
from sightline.data.problems import each, refuse
from sightline.data.roots import existing
from sightline.data.sets.table_columns import COLUMNS, Tags
from sightline.data.sets.table_files import Files, posix
from sightline.data.sets.table_gaze import Gazes
from sightline.data.sets.table_rows import rows_of
from sightline.data.sets.table_units import Column, Unit, in_pixels
from sightline.data.splits import meant_split, split_name
from sightline.errors import UserError
from sightline.types import Annotation, Record, Records

WHERE = "This is a table of your own."
LAYOUT = f"a .csv, .tsv or .jsonl file with the columns image and label, and any of {', '.join(COLUMNS[2:])}, tag:<name>"


def read(root: Path | None, *, tags: Tags = "named", units: Unit | dict[Column, Unit] = "pixels") -> Records:
    """The rows of a table; file names are relative to the table.

    Columns: `image`, `label`; `id` (default: the image as written, with slashes), `group`, `split`; where to look: `mask`, `heatmap`
    (file names), `box` (x0 y0 x1 y1, ends exclusive), `polygon` (x y x y ...), `gaze` (a CSV with x, y and perhaps duration; JSON: or
    the list itself), `nothing` (true: the expert found nothing to mark); where not to look: `avoid_mask`, `avoid_box`; `tag:<name>`.
    Several of a kind are divided by `;` (JSON: a list). A row without annotation is unknown.

    Args:
        tags: `named`: a column that is none of these is refused; `all`: it is a tag.
        units: of the coordinates: `pixels` of the original image, `share` (0..1) or `percent` of its sides; or column -> units.

    Raises:
        UserError: an unknown column, a missing file, a cell that cannot be read, an image named twice; with the line number.
    """
    table = existing(root, LAYOUT, WHERE)
    found = rows_of(table, tags, LAYOUT)
    files = Files(table)
    gazes = Gazes(files, found.rows)
    facts = _tags(found.rows)
    seen: dict[Path, tuple[int, str]] = {}

    def made(place: int) -> tuple[int, Record] | None:
        line, row = found.rows[place]
        record = _record(row, facts[place], gazes, line)
        if record is None:
            return None
        assert isinstance(record.image, Path)
        earlier, label = seen.setdefault(record.image.resolve(), (line, record.label))
        if earlier != line:
            labels = f"as {label!r} and as {record.label!r}" if label != record.label else f"both times as {label!r}"
            reason = f"names the image {row['image']} of line {earlier} again, {labels}"
            raise UserError(
                f"{table} line {line}", reason, "Keep one row per image; several annotations go into one cell, separated by `;`."
            )
        return line, record

    problems: list[UserError] = []
    kept = [one for one in each(made, range(len(found.rows)), problems) if one]
    problems += files.problems()
    records, unit_notes = [record for _, record in kept], list[str]()
    try:
        records, unit_notes = in_pixels(records, [line for line, _ in kept], table, units)
    except UserError as error:
        problems.append(error)
    notes = [*found.notes, *gazes.notes(), *unit_notes]
    whole = Records(records, [*notes, *_further_test_sets(records), *_unused(records)])
    refuse(problems, whole)
    return whole


def _record(row: Mapping[str, Any], tags: Mapping[str, Any], gazes: Gazes, line: int) -> Record | None:
    """The record of a row, or None where its image is missing, which the files remember."""
    files = gazes.files
    where = f"{files.table} line {line}"

    def pictures(kind: Any, column: str) -> list[Annotation]:
        paths = [files.find(name, column, line) for name in table_cells.names(row.get(column, ""))]
        return [Annotation(kind, path) for path in paths if path]

    def boxes(column: str) -> list[Annotation]:
        return [Annotation("box", points=points) for points in table_cells.boxes(row.get(column, ""), f"{where} {column}")]

    marks = pictures("mask", "mask") + pictures("heatmap", "heatmap") + boxes("box")
    marks += [Annotation("polygon", points=points) for points in table_cells.polygons(row.get("polygon", ""), f"{where} polygon")]
    marks += gazes.marks(row, line)
    if table_cells.flag(row.get("nothing", ""), f"{where} nothing"):
        if given := [column for column in ("mask", "heatmap", "box", "polygon", "gaze") if column in row]:
            raise UserError(where, f"says that nothing is to be seen, but gives a {given[0]}", "Clear one of the two cells.")
        marks.append(Annotation("nothing"))
    avoid = pictures("mask", "avoid_mask") + boxes("avoid_box")
    image = files.find(str(row["image"]), "image", line)
    if image is None:
        return None
    return Record(
        id=str(row.get("id", posix(str(row["image"])))),
        image=image,
        label=_label(row["label"], where),
        group=str(row["group"]) if "group" in row else None,
        split=_split(str(row["split"]), where) if "split" in row else None,
        annotations=tuple(marks),
        avoid=tuple(avoid),
        tags=tags,
    )


def _label(cell: Any, where: str) -> str:
    if isinstance(cell, list):
        raise UserError(
            where, f"has several labels: {cell}", "A classifier of sightline gives each image one label: choose the one to learn."
        )
    return str(cell).lower() if isinstance(cell, bool) else str(cell)


def _split(cell: str, where: str) -> str:
    if meant := meant_split(cell):
        reason = f"is of the split {cell!r}, which would be a test set of its own"
        raise UserError(where, reason, f'Did you mean "{meant}"? The splits are train, val and test; a further test set has another name.')
    return split_name(cell)


def _tags(rows: Sequence[tuple[int, Mapping[str, Any]]]) -> list[dict[str, Any]]:
    """The tags of each row; the cells of a column are read alike."""
    tags: list[dict[str, Any]] = [{} for _ in rows]
    for column in sorted({column for _, row in rows for column in row if column.startswith("tag:")}):
        holding = [i for i, (_, row) in enumerate(rows) if column in row]
        for i, fact in zip(holding, table_cells.facts([rows[i][1][column] for i in holding]), strict=True):
            tags[i][column.removeprefix("tag:")] = fact
    return tags


def _further_test_sets(records: Sequence[Record]) -> list[str]:
    names = Counter(record.split for record in records if record.split not in (None, "train", "val", "test"))
    return [f"split: {name!r} ({count} images) is a further test set" for name, count in names.items()]


def _unused(records: Sequence[Record]) -> list[str]:
    """A note on the tags that no part of sightline looks at: those that are not true or false."""
    names = {name: None for record in records for name in record.tags}
    unused = [name for name in names if not all(isinstance(r.tags.get(name, False), bool) for r in records)]
    if not unused:
        return []
    return [f"tags that nothing uses, since they are not true or false throughout: {', '.join(unused)}"]
