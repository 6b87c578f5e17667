"""Text in the tables that sightline writes: a spreadsheet would take a cell that begins with `=` for a formula and carry it out."""

from __future__ import annotations

from typing import TypeVar

from sightline.data.table_cells import NUMBER

T = TypeVar("T")
STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def as_text(cell: T) -> T | str:
    """A cell as it is written: text that begins like a formula, or with an apostrophe, gets an apostrophe in front. Numbers stay.

    >>> [as_text(cell) for cell in ("=1+1", "-1", "a=b", "'a", 0.5)]
    ["'=1+1", '-1', 'a=b', "''a", 0.5]
    """
    risky = isinstance(cell, str) and cell.startswith((*STARTS, "'")) and not NUMBER.fullmatch(cell)
    return f"'{cell}" if risky else cell


def from_text(cell: str) -> str:
    """What `as_text` was given, from what is read.

    >>> [from_text(cell) for cell in ("'=1+1", "-1", "''a", "'a")]
    ['=1+1', '-1', "'a", "'a"]
    """
    return cell[1:] if cell.startswith("'") and cell[1:].startswith((*STARTS, "'")) else cell
