"""Tables for terminals of any width.

Figures are never cut, and names are always there. Where a terminal is too narrow, intervals go below their values; where that does not
help, figures break between words; and where that does not help either, the table comes in parts, each with the first column. The middle of
a very long name is left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich import box
from rich.console import JustifyMethod
from rich.table import Table

from sightline.errors import plain

_LONGEST = 120  # letters of a cell; ids can be as long as their author likes


@dataclass(frozen=True)
class Column:
    """Heading and cells of a column.

    Attributes:
        first: whether it holds the names of the rows.
    """

    cells: tuple[str, ...]
    first: bool

    @property
    def figures(self) -> bool:
        """Whether it holds figures alone."""
        return not self.first and all(not cell or cell[0] in "0123456789+-<" for cell in self.cells[1:])

    @property
    def word(self) -> int:
        """Length of its longest word."""
        return max(len(word) for cell in self.cells for word in (cell.split() or [""]))

    @property
    def line(self) -> int:
        """Length of its longest line."""
        return max(len(line) for cell in self.cells for line in cell.split("\n"))


def grids(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]], width: int) -> Iterator[Table]:
    """A table, or its parts, for a terminal with so many columns; the first part has the title."""
    heads, cells = [plain(name) for name in columns], [[_cell(cell) for cell in row] for row in rows]
    form = _fitting(heads, cells, width)
    narrow = any(column.figures for column in form) and _width(form) > width
    for number, part in enumerate(_parts(form, width) if narrow else [form]):
        yield _grid(plain(title) if number == 0 else None, part, narrow)


def _grid(title: str | None, columns: Sequence[Column], narrow: bool) -> Table:
    grid = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, collapse_padding=narrow, pad_edge=not narrow)
    for column in columns:
        side: JustifyMethod = "right" if column.figures else "left"
        wide = column.word if narrow and column.figures else None
        grid.add_column(column.cells[0], justify=side, no_wrap=column.first and not narrow, overflow="fold", width=wide)
    for row in zip(*(column.cells[1:] for column in columns), strict=True):
        grid.add_row(*row)
    return grid


def _parts(columns: Sequence[Column], width: int) -> Iterator[list[Column]]:
    """Columns that fit beside the first one, in their order; a column is as wide as its longest word, the first as its longest line."""
    first = min(width // 2, columns[0].line)
    part, used = [columns[0]], first + 2
    for column in columns[1:]:
        if len(part) > 1 and used + column.word + 2 > width:
            yield part
            part, used = [columns[0]], first + 2
        part.append(column)
        used += column.word + 2
    yield part


def _fitting(heads: Sequence[str], rows: Sequence[Sequence[str]], width: int) -> list[Column]:
    """The first form of a table that fits: as it is, with intervals below their values, with headings broken as well; else as it is."""
    folded = [[cell.replace(" [", "\n[") for cell in row] for row in rows]
    broken = [name.replace(" ", "\n") for name in heads]
    forms = [_columns(*form) for form in ((heads, rows), (heads, folded), (broken, folded))]
    return next((form for form in forms if _width(form) <= width), forms[0])


def _columns(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[Column]:
    return [Column(cells, first=i == 0) for i, cells in enumerate(zip(heads, *rows, strict=True))]


def _width(columns: Sequence[Column]) -> int:
    """Of a table in which no cell is broken but at its line ends, with three signs between columns."""
    return sum(3 + column.line for column in columns) + 1


def _cell(text: str) -> str:
    shown = plain(text)
    return shown if len(shown) <= _LONGEST else f"{shown[: _LONGEST // 2]}…{shown[-_LONGEST // 2 :]}"
