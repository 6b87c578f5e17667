"""A table as text, as spreadsheets and programs write it: its delimiter is told by the header, and no row is shifted."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sightline.data.text import text_of
from sightline.errors import UserError

DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "vertical bars"}
ALONE = 3  # rows from which a first column of row numbers that the header passes over is known as such
BLANK = " "  # divides a table only if nothing else does
LONGEST = 2**31 - 1  # characters of a cell: an outline of many points is longer than the csv module's 131,072

Row = tuple[int, list[str]]


@dataclass(frozen=True)
class Sheet:
    """The cells of a table, without surrounding blanks.

    Attributes:
        line: the number of the line that names the columns.
        header: the columns' names.
        rows: (number of its first line, as many cells as there are names) of each row that is not empty.
        notes: how it was read, in phrases.
    """

    line: int
    header: list[str]
    rows: list[Row]
    notes: list[str]


def read_sheet(path: Path, known: Callable[[str], bool], *, lenient: bool = False) -> Sheet:
    """Reads a table whose first line names its columns.

    Columns without a name are left out if they hold nothing, or if the first one holds row numbers.

    Args:
        known: whether a column is one of those looked for; the delimiter is the one that shows most of them. Without any, no rows are read.
        lenient: see `text_of`.

    Raises:
        UserError: no text; a quote that is not closed; a row with more or with fewer cells than there are columns; a column
            without a name that holds something.
    """
    text, encoding = text_of(path, lenient=lenient)
    lines = list(io.StringIO(text, newline=""))  # divided by \n, \r\n or the \r of old Macs, and by nothing else
    start, delimiter = _beginning(lines, known)
    records = list(_records(path, lines, start, delimiter))
    if not records:
        return Sheet(1, [], [], [])
    (line, names), *rest = records
    names = [name.strip("\ufeff\u200b \t\u00a0") for name in names]
    notes = [] if delimiter == "," else [f"columns separated by {_named(delimiter)}"]
    notes += [] if encoding in ("UTF-8", "Latin-1") else [f"encoded as {encoding}"]
    if not any(map(known, names)):
        return Sheet(line, names, [], notes)  # it has no header, or one of something else: the names are what there is to say
    names = [""] * _numbered(names, rest) + names
    rows = _rectangular(path, names, rest, delimiter)
    left_out = {i: why for i, name in enumerate(names) if _nameless(name) for why in [_left_out(path, i, name, rows)]}
    for why in dict.fromkeys(left_out.values()):
        columns = ", ".join(str(i + 1) for i in left_out if left_out[i] == why)
        notes.append(f"column {columns} without a name left out, since it holds {why}")
    kept = [i for i in range(len(names)) if i not in left_out]
    return Sheet(line, [names[i] for i in kept], [(number, [cells[i] for i in kept]) for number, cells in rows], notes)


def _beginning(lines: Sequence[str], known: Callable[[str], bool]) -> tuple[int, str]:
    """(place of the first line that holds something, delimiter). Excel tells the delimiter in a first line `sep=;`."""
    start = next((i for i, line in enumerate(lines) if line.strip()), len(lines))
    first = lines[start] if start < len(lines) else ""
    if told := re.match(r'"?sep=(.)"?', first.strip("\r\n"), re.IGNORECASE):
        return start + 1, told[1]

    def found(delimiter: str) -> tuple[int, int]:
        names = next(csv.reader([first], delimiter=delimiter, skipinitialspace=True), [])
        return sum(known(name.strip()) for name in names), len(names)

    best = max(DELIMITERS, key=found)  # the comma, where nothing speaks for another
    return start, BLANK if not found(best)[0] and found(BLANK)[0] > 1 else best


def _records(path: Path, lines: Sequence[str], start: int, delimiter: str) -> Iterator[Row]:
    """(number of its first line, cells) of each record that holds something."""
    csv.field_size_limit(LONGEST)
    reader = csv.reader(lines[start:], delimiter=delimiter, skipinitialspace=True, strict=True)
    usual: set[str] = set()  # what the first cells of rows look like
    several: list[tuple[int, int]] = []  # (place of the first line, of the line after the last) of records with line ends in their cells
    found: list[Row] = []
    while True:
        first = start + reader.line_num
        try:
            record = [cell.strip() for cell in next(reader)]
        except StopIteration:
            break
        except csv.Error:
            raise _unclosed(path, lines, first, start + reader.line_num, delimiter) from None
        last = start + reader.line_num
        if last - first > 1:
            several.append((first, last))
        if found and record and not re.search(r"[\r\n]", record[0]):
            usual.add(row_like(record))
        if any(record):
            found.append((first + 1, record))
    for first, last in several:
        for inner in lines[first + 1 : last]:
            cells = next(csv.reader([inner], delimiter=delimiter), [])
            if len(cells) == len(found[0][1]) and row_like(cells) in usual:
                raise _unclosed(path, lines, first, last, delimiter)
    yield from found


def _unclosed(path: Path, lines: Sequence[str], first: int, last: int, delimiter: str) -> UserError:
    opened = first + opening(lines[first:last], delimiter)
    if last - first > 1:
        reason = "opens a quote that is not closed in this line, so that the next rows would count as one cell"
    else:
        reason = "holds a quote that is not closed, or text behind a closing quote"
    return UserError(f"{path} line {opened + 1}", reason, 'Remove the quote, or write it twice within a quoted cell: "5"" long".')


def _rectangular(path: Path, names: Sequence[str], rows: Sequence[Row], delimiter: str) -> list[Row]:
    """The rows with as many cells as there are names; empty cells beyond them are cut."""
    least = max((i + 1 for i, name in enumerate(names) if not _nameless(name)), default=0)
    short = [(line, len(cells)) for line, cells in rows if len(cells) < least]
    for line, cells in rows:
        if any(cells[len(names) :]):
            remedy = f"Put cells that hold {_named(delimiter)} in quotes."
            remedy += " Numbers have a decimal point, not a comma." if delimiter == "," else ""
            if all(len(cells) == len(names) + 1 for _, cells in rows):
                remedy += " If each row begins with its name, as R writes it: write.table(..., row.names = FALSE)."
            raise UserError(f"{path} line {line}", f"has {len(cells)} cells under {len(names)} columns", remedy)
    if short:
        line, held = short[0]
        reason = f"has {held} cells under {least} columns" + (f", as do {len(short) - 1} more rows" if len(short) > 1 else "")
        remedy = "Write an empty cell for what is not known, so that no cell stands under another's name."
        raise UserError(f"{path} line {line}", reason, remedy)
    return [(line, [*cells, *[""] * len(names)][: len(names)]) for line, cells in rows]


def _numbered(names: Sequence[str], rows: Sequence[Row]) -> bool:
    """Whether each row begins with its number, for which the header has no cell: so R's write.table writes it."""
    if len(rows) < ALONE or any(len(cells) != len(names) + 1 for _, cells in rows):
        return False
    return any([cells[0] for _, cells in rows] == [str(i + first) for i in range(len(rows))] for first in (0, 1))


def _named(delimiter: str) -> str:
    return (DELIMITERS | {BLANK: "blanks"}).get(delimiter, repr(delimiter))


def _nameless(name: str) -> bool:
    return not name or re.fullmatch(r"unnamed: \d+(\.\d+)?", name.lower()) is not None


def _left_out(path: Path, column: int, name: str, rows: Sequence[Row]) -> str:
    """What a column without a name holds that may be left out."""
    held = [(line, cells[column]) for line, cells in rows if cells[column]]
    if not held:
        return "nothing"
    if (column == 0 or name.lower().startswith("unnamed: 0")) and all(re.fullmatch(r"\d+(\.0)?", cell) for _, cell in held):
        return "row numbers"
    line, cell = held[0]
    remedy = "Give it a name, or remove it."
    raise UserError(f"{path} line {line}", f"holds {cell!r} in column {column + 1}, which has no name", remedy)


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
