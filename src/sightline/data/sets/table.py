"""Own data, the general way: a table with one image a row, as CSV or JSON Lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from sightline.data import table_cells
from sightline.data.findings import label_of
from sightline.data.problems import each, refuse
from sightline.data.roots import existing
from sightline.data.sets.slices import Part, Slicing, numbered, sliced, split_number
from sightline.data.sets.table_columns import COLUMNS, OF_FINDING, Tags
from sightline.data.sets.table_files import Files, posix
from sightline.data.sets.table_findings import Labels, findings_of
from sightline.data.sets.table_gaze import Gazes
from sightline.data.sets.table_rows import rows_of
from sightline.data.sets.table_units import Column, Unit, in_pixels
from sightline.data.splits import meant_split, split_name
from sightline.data.volumes import Plane
from sightline.errors import UserError
from sightline.settings import Count
from sightline.types import Annotation, Record, Records

WHERE = "This is a table of your own."
LAYOUT = f"a .csv, .tsv or .jsonl file with the columns image and label, and any of {', '.join(COLUMNS[2:])}, tag:<name>, finding:<name>"


def read(
    root: Path | None,
    *,
    labels: Labels = "auto",
    tags: Tags = "named",
    units: Unit | dict[Column, Unit] = "pixels",
    plane: Plane = "axial",
    every: Count = 1,
    part: Part | None = None,
) -> Records:
    """The rows of a table; file names are relative to the table.

    Columns: `image`, `label`; `id` (default: the image as written, with slashes), `group`, `split`; where to look: `mask`, `heatmap`
    (file names), `box` (x0 y0 x1 y1, ends exclusive), `polygon` (x y x y ...), `gaze` (a CSV with x, y and perhaps duration; JSON: or
    the list itself), `nothing` (true: the expert found nothing to mark); where not to look: `avoid_mask`, `avoid_box`; `tag:<name>`.
    Several of a kind are divided by `;` (JSON: a list). A row without annotation is unknown.

    Images with several findings have them in the column label, divided by `;`, or a column for each in place of it, with 1, 0 or nothing;
    `mask_effusion`, `box_effusion` and so on say where one finding is to be seen.

    An image may be a NIfTI volume or a DICOM file with several frames: each slice is an image then. `FILE#7` is the seventh slice alone.

    Args:
        labels: whether the column label holds `one` label or `several`; `auto`: several if any cell does.
        tags: `named`: a column that is none of these is refused; `all`: it is a tag.
        units: of the coordinates: `pixels` of the original image, `share` (0..1) or `percent` of its sides; or column -> units.
        plane, every, part: of volumes, see `folder`.

    Raises:
        UserError: an unknown column, a missing file, a cell that cannot be read, an image named twice; with the line number.
    """
    table = existing(root, LAYOUT, WHERE)
    found = rows_of(table, tags, labels, LAYOUT)
    files = Files(table)
    gazes = Gazes(files, found.rows)
    facts = _tags(found.rows)
    seen: dict[str, tuple[int, str]] = {}
    slicing = Slicing(plane, every, part or (0, 1))

    def made(place: int) -> tuple[int, Record] | None:
        line, row = found.rows[place]
        record = _record(row, facts[place], gazes, line, found.findings)
        if record is None:
            return None
        number = split_number(str(row["image"]))[1]
        assert isinstance(record.image, Path)
        earlier, label = seen.setdefault(f"{record.image.resolve()}#{number}", (line, record.label))
        if earlier != line:
            labels = f"as {label!r} and as {record.label!r}" if label != record.label else f"both times as {label!r}"
            reason = f"names the image {row['image']} of line {earlier} again, {labels}"
            raise UserError(
                f"{table} line {line}", reason, "Keep one row per image; several annotations go into one cell, separated by `;`."
            )
        return line, record if number is None else numbered(record, number, plane)

    problems: list[UserError] = []
    kept = [one for one in each(made, range(len(found.rows)), problems) if one]
    problems += files.problems()
    records, unit_notes = [record for _, record in kept], list[str]()
    try:
        records, unit_notes = in_pixels(records, [line for line, _ in kept], table, units)
    except UserError as error:
        problems.append(error)
    cut: list[str] = []
    try:
        records, cut = sliced(records, slicing)
    except UserError as error:
        problems.append(error)
    notes = [*found.notes, *cut, *gazes.notes(), *unit_notes]
    whole = Records(records, [*notes, *_further_test_sets(records), *_unused(records)])
    refuse(problems, whole)
    return whole


def _record(row: Mapping[str, Any], tags: Mapping[str, Any], gazes: Gazes, line: int, names: Sequence[str]) -> Record | None:
    """The record of a row, or None where its image is missing, which the files remember."""
    files = gazes.files
    where = f"{files.table} line {line}"
    marks = [*_marks(row, files, line), *gazes.marks(row, line)]
    if _says_nothing(row, where):
        marks.append(Annotation("nothing"))
    for name in names:
        marks += _marks(row, files, line, name)
        if _says_nothing(row, where, name):
            marks.append(Annotation("nothing", finding=name))
    avoid = _pictures(row, files, line, "mask", "avoid_mask") + _boxes(row, files, line, "avoid_box")
    findings = findings_of(row, names, where) if names else {}
    image = files.find(split_number(str(row["image"]))[0], "image", line)
    if image is None:
        return None
    return Record(
        id=str(row.get("id", posix(str(row["image"])))),
        image=image,
        label=label_of(findings) if findings else _label(row["label"], where),
        group=str(row["group"]) if "group" in row else None,
        split=_split(str(row["split"]), where) if "split" in row else None,
        annotations=tuple(marks),
        avoid=tuple(avoid),
        tags=tags,
        findings=findings,
    )


def _marks(row: Mapping[str, Any], files: Files, line: int, finding: str | None = None) -> list[Annotation]:
    """Where to look, from the columns of one finding (`mask:effusion`), or of none (`mask`)."""
    column = {kind: kind if finding is None else f"{kind}:{finding}" for kind in OF_FINDING}
    marks = [mark for kind in ("mask", "heatmap") for mark in _pictures(row, files, line, kind, column[kind])]
    marks += _boxes(row, files, line, column["box"])
    outlines = table_cells.polygons(row.get(column["polygon"], ""), f"{files.table} line {line} {column['polygon']}")
    marks += [Annotation("polygon", points=points) for points in outlines]
    return [replace(mark, finding=finding) for mark in marks]


def _pictures(row: Mapping[str, Any], files: Files, line: int, kind: Any, column: str) -> list[Annotation]:
    paths = [files.find(name, column, line) for name in table_cells.names(row.get(column, ""))]
    return [Annotation(kind, path) for path in paths if path]


def _boxes(row: Mapping[str, Any], files: Files, line: int, column: str) -> list[Annotation]:
    return [Annotation("box", points=points) for points in table_cells.boxes(row.get(column, ""), f"{files.table} line {line} {column}")]


def _says_nothing(row: Mapping[str, Any], where: str, finding: str | None = None) -> bool:
    """Whether the expert looked and found nothing to mark.

    Raises:
        UserError: something is marked all the same.
    """
    end = "" if finding is None else f":{finding}"
    if not table_cells.flag(row.get(f"nothing{end}", ""), f"{where} nothing{end}"):
        return False
    marking = [*OF_FINDING[:-1], *([] if finding else ["gaze"])]
    if given := [kind for kind in marking if f"{kind}{end}" in row]:
        raise UserError(where, f"says that nothing is to be seen, but gives a {given[0]}", "Clear one of the two cells.")
    return True


def _label(cell: Any, where: str) -> str:
    if isinstance(cell, list):
        raise UserError(where, f"has several labels: {cell}", "Choose the one to learn, or set data.options.labels=several.")
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
    """A note on the tags that are looked at only where groups are asked for: those that are not true or false."""
    names = {name: None for record in records for name in record.tags}
    unused = [name for name in names if not all(isinstance(r.tags.get(name, False), bool) for r in records)]
    if not unused:
        return []
    return [f"tags that are not true or false throughout, by which groups can be scored (`by={unused[0]}`): {', '.join(unused)}"]
