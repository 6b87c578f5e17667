"""Pictures in rows and columns, with titles, captions, a colour bar and a note, at the width of a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import matplotlib
import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure

from sightline.explain.colours import INK, MUTED, RIGHT, WRONG, scheme
from sightline.explain.figure.words import LINE, wrapped
from sightline.explain.run_pictures import Cell
from sightline.explain.style import STYLE

PAGE = 7.2  # inches, the width of two columns of text
NARROW, WIDE = 1.12, 1.75  # of a cell
TITLE, CAPTION = 9.0, 8.0  # points
_GAP = 0.06


@dataclass(frozen=True)
class ColourBar:
    """The key of the colours of a grid.

    Attributes:
        colours: as (256, 3) in [0, 1], from the lowest value to the highest.
        label: what the values are.
        ticks: at the lowest and at the highest.
    """

    colours: np.ndarray
    label: str
    ticks: tuple[str, str] = ("0", "1")


def bar_of(cmap: str, label: str, ticks: tuple[str, str] = ("0", "1")) -> ColourBar:
    """The key of a colour scheme of the house."""
    return ColourBar(matplotlib.colormaps[scheme(cmap).name](np.linspace(0, 1, 256))[:, :3], label, ticks)


def grid(
    cells: Sequence[Sequence[Cell | None]],
    titles: Sequence[str],
    *,
    sides: Sequence[str] = (),
    bar: ColourBar | None = None,
    note: str = "",
) -> Figure:
    """A grid that is as wide as a page, or wider where its cells would become too small to read.

    Args:
        cells: rows, equally long; None: an empty place.
        titles: of the columns; empty: none.
        sides: of the rows, on the left; empty: none.
        note: a line below, for what the reader must know.
    """
    columns = len(cells[0])
    left = 0.28 if sides else 0.0
    cell = min(WIDE, max(NARROW, (PAGE - left - _GAP * (columns - 1)) / columns))
    page = left + columns * cell + (columns - 1) * _GAP
    captions = [[wrapped(c.caption, cell, CAPTION) if c else "" for c in row] for row in cells]
    heads = [wrapped(title, cell, TITLE, bold=True, lines=3) for title in titles]
    footnote = wrapped(note, page, CAPTION, lines=6)
    shape = max(c.picture.shape[0] / c.picture.shape[1] for row in cells for c in row if c)
    under = [_lines(row, CAPTION) + 0.07 for row in captions]  # inches below each row of pictures
    head, key, foot = _lines(heads, TITLE) + 0.1, 0.55 if bar else 0.0, _lines([footnote], CAPTION) + 0.04 if note else 0.0
    height = head + len(cells) * cell * shape + sum(under) + key + foot
    with rc_context(STYLE):
        figure = Figure(figsize=(page, height))
        top = height - head
        middles = [left + column * (cell + _GAP) + cell / 2 for column in range(columns)]
        for x, text in zip(middles, heads, strict=False):
            _write(figure, x, top + 0.05, text, va="bottom", fontsize=TITLE, fontweight="bold", color=INK)
        for line, row in enumerate(cells):
            bottom = top - cell * shape
            _row(figure, row, captions[line], middles, bottom, (cell, cell * shape))
            if sides:
                text, middle = wrapped(sides[line], cell * shape, TITLE, bold=True, lines=1), (top + bottom) / 2
                _write(figure, 0.02, middle, text, rotation=90, ha="left", va="center", fontsize=TITLE, fontweight="bold", color=INK)
            top = bottom - under[line]
        if bar:
            _key(figure, bar, foot + 0.36)
        if note:
            _write(figure, page / 2, 0.02, footnote, va="bottom", fontsize=CAPTION, color=MUTED)
    return figure


def _row(
    figure: Figure,
    cells: Sequence[Cell | None],
    captions: Sequence[str],
    middles: Sequence[float],
    bottom: float,
    size: tuple[float, float],
) -> None:
    """Pictures side by side with a caption below each; `size` is the width and the height of a picture."""
    for x, cell, caption in zip(middles, cells, captions, strict=True):
        if cell is not None:
            _picture(_axes(figure, x - size[0] / 2, bottom, *size), cell)
            tone = MUTED if cell.right is None else RIGHT if cell.right else WRONG
            _write(figure, x, bottom - 0.03, caption, va="top", fontsize=CAPTION, color=tone, linespacing=1.1)


def _axes(figure: Figure, x: float, y: float, width: float, height: float) -> Axes:
    """Axes at a place in inches from the lower left corner."""
    page_width, page_height = figure.get_size_inches()
    return figure.add_axes((x / page_width, y / page_height, width / page_width, height / page_height))


def _write(figure: Figure, x: float, y: float, text: str, *, ha: str = "center", **style: Any) -> None:
    """A text at a place in inches from the lower left corner."""
    figure.text(x / figure.get_figwidth(), y / figure.get_figheight(), text, ha=ha, **style)


def _lines(texts: Sequence[str], size: float) -> float:
    """Inches that the tallest of the texts takes."""
    rows = max((text.count("\n") + 1 for text in texts if text), default=0)
    return rows * size * LINE / 72


def _picture(axes: Axes, cell: Cell) -> None:
    axes.imshow(cell.picture, interpolation="lanczos")
    axes.set_axis_off()


def _key(figure: Figure, bar: ColourBar, bottom: float) -> None:
    page = figure.get_figwidth()
    length = min(3.2, page * 0.6)
    axes = _axes(figure, (page - length) / 2, bottom, length, 0.1)
    axes.imshow(np.linspace(0, 1, 256)[None], aspect="auto", cmap=ListedColormap(bar.colours.tolist()))
    axes.set_yticks([])
    axes.set_xticks([0, 255], bar.ticks, fontsize=CAPTION)
    axes.tick_params(length=0, pad=2)
    axes.set_xlabel(bar.label, fontsize=CAPTION, labelpad=-7 if len(bar.label) < 45 else 1)
    axes.spines[:].set_visible(False)
    axes.grid(False)
