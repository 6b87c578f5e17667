"""The pictures of a table, and where it says that the expert looks at them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from sightline.data import table_cells
from sightline.data.sets.table_columns import canonical
from sightline.data.sets.table_corners import corners_of
from sightline.data.sets.table_units import Column, Found, brief, like_shares
from sightline.data.sheet import read_sheet
from sightline.errors import UserError
from sightline.predict.wanted import Wanted
from sightline.types import Annotation, Record

REGIONS = ("mask", "box", "polygon")  # columns that say where the expert looks
MEASURED: tuple[Column, ...] = ("box", "polygon")  # those of coordinates


def listed(table: Path) -> Iterator[Wanted]:
    """The pictures of a CSV file with a column `image`, row by row.

    Four columns that are a box, such as left, top, width and height, are read as one. A region that cannot be read, or whose coordinates
    look like shares of the image's sides, is a note of its picture.

    Raises:
        UserError: a table that cannot be read, that holds no pictures, or whose four columns may be a corner or the centre of a box.
    """
    sheet = read_sheet(table, lambda name: canonical(name) in ("image", *REGIONS))
    if "image" not in map(canonical, sheet.header):
        named = ", ".join(sheet.header[:5]) or "nothing"
        raise UserError(table, f"has no column `image` (its columns: {named})", "Name the column of the file names `image`.")
    if not sheet.rows:
        raise UserError(table, "holds no rows", "Give a table with a row for each picture.")
    corners = corners_of(sheet.header, f"{table} line {sheet.line}")
    rows = []
    for line, row in sheet.rows:
        cells = dict(zip(sheet.header, row, strict=True))
        content = {canonical(key): cell for key, cell in (corners.row(cells) if corners else cells).items()}
        name = content["image"]
        one = Wanted(name, table.parent / name.replace("\\", "/"))
        try:
            one = replace(one, region=tuple(_measured(content, f"{table} line {line}")))
        except UserError as error:
            one = replace(one, note=str(error))
        rows.append((line, one, content.get("mask", "")))
    shares = _shares([(line, one) for line, one, _ in rows], table)
    for line, one, masks in rows:
        one = replace(one, region=(), note=shares[line]) if line in shares else one
        yield one if one.note else _with_masks(one, masks, table, line)


def _measured(row: Mapping[str, str], where: str) -> Iterator[Annotation]:
    """The boxes and polygons of a row."""
    for points in table_cells.boxes(row.get("box", ""), f"{where} box"):
        yield Annotation("box", points=points)
    for points in table_cells.polygons(row.get("polygon", ""), f"{where} polygon"):
        yield Annotation("polygon", points=points)


def _with_masks(one: Wanted, masks: str, table: Path, line: int) -> Wanted:
    """The picture with its masks, which are looked for when its turn comes: a table may name many, on a slow disk."""
    marks = []
    for name in table_cells.names(masks):
        path = table.parent / name.replace("\\", "/")
        if not path.is_file():
            lost = UserError(f"{table} line {line}", f"mask {name} does not exist", f"File names are relative to {table.parent}.")
            return replace(one, region=(), note=str(lost))
        marks.append(Annotation("mask", path))
    return replace(one, region=(*marks, *one.region))


def _shares(rows: Sequence[tuple[int, Wanted]], table: Path) -> dict[int, str]:
    """Line -> what is said of its region, where that looks like shares and not like pixels."""
    said = {}
    for column in MEASURED:
        marks: list[Found] = [(n, Record(one.name, one.path, ""), mark) for n, one in rows for mark in one.region if mark.kind == column]
        for line, _, mark in like_shares(marks):
            reason = f"holds {brief(mark)}, which looks like shares of the image's sides"
            said[line] = str(UserError(f"{table} line {line} {column}", reason, "Write coordinates in pixels of the original image."))
    return said
