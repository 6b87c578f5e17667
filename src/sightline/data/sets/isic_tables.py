"""Tables of the ISIC challenges and of the archive: one row per image, found by its id."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from pathlib import Path

from sightline.errors import UserError

CHALLENGE = "Distributed by the ISIC challenge site (https://challenge.isic-archive.com/data)"
ID = re.compile(r"ISIC_\d{7}")


def parts_of(sets: Mapping[str, str], patterns: Mapping[str, str]) -> dict[str, str]:
    """The parts of each set of a challenge, for `data check`.

    >>> parts_of({"Training": "train", "Test": "test"}, {"{0}_Data/*.jpg": "images"})
    {'Training_Data/*.jpg': 'images, train', 'Test_Data/*.jpg': 'images, test'}
    """
    return {pattern.format(name): f"{holds}, {split}" for name, split in sets.items() for pattern, holds in patterns.items()}


def table_of(root: Path, name: str) -> Path:
    """`<name>.csv` in `root` or in a folder of its own name, however often that is nested; where there is none, its place in `root`."""
    places = [root.joinpath(*[name] * depth, f"{name}.csv") for depth in range(3)]
    return next((place for place in places if place.is_file()), places[0])


def rows(table: Path, id: str, *columns: str, header: bool = True) -> list[tuple[int, dict[str, str]]]:
    """(line number, row) of each image, cells without surrounding blanks; columns without a name are passed over.

    Args:
        id: the column of the image's id.
        columns: further columns that have to be there; others may be.
        header: the first line names the columns. Without one, the columns are `id` and `columns`, in this order.

    Raises:
        UserError: no table in UTF-8, a column missing, an id that a spreadsheet has renumbered.
    """
    try:
        with table.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file, None if header else [id, *columns])
            for column in (id, *columns):
                if column not in (reader.fieldnames or ()):
                    raise UserError(table, f"has no column {column!r}", "Fetch the original table again.")
            found = [(reader.line_num, {c: (cell or "").strip() for c, cell in row.items() if c}) for row in reader]
    except UnicodeDecodeError:
        raise UserError(table, "is not UTF-8 text", "Fetch the original table again.") from None
    for line, row in found:
        if not ID.fullmatch(row[id]):
            reason = f"{row[id]!r} is not an id of the form ISIC_0000000"
            raise UserError(f"{table} line {line}", reason, "A spreadsheet may have re-saved it: fetch the original table again.")
    return found
