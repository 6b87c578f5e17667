"""Quotes in tables that are opened and not closed: where they open, and whether the cell has swallowed rows."""

from __future__ import annotations

import re
from collections.abc import Sequence


def opening(lines: Sequence[str], delimiter: str) -> int:
    """The place of the line in which the last quoted cell opens that goes on in the next line; else of the last quoted cell.

    >>> opening(['a,"b', 'c",d', 'e,"f', 'g'], ",")
    2
    """
    quoted = closed = False
    fresh, opened, crossing = True, 0, None
    for place, line in enumerate(lines):
        if quoted:
            crossing = opened
        for sign in line:
            if quoted:
                quoted, closed = sign != '"', sign == '"'
                continue
            if sign == '"' and (fresh or closed):  # behind a closing quote it is the second of two, which stand for one
                opened, quoted = opened if closed else place, True
            fresh, closed = sign in (delimiter, "\r", "\n") or (fresh and sign == " "), False
    return opened if crossing is None else crossing


def row_like(cells: Sequence[str]) -> str:
    """What a row's first cell looks like: letters and digits are told apart, but not from one another.

    >>> row_like(["images/mel007.jpg", "melanoma"])
    'a/a0.a'
    """
    first = cells[0].strip() if cells else ""
    return re.sub(r"[^\W\d_]+", "a", re.sub(r"\d+", "0", first))
