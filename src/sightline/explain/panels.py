"""Pictures side by side, as a figure: rows are images, columns are the picture, its annotation and where each run looks.

Sources: grids of input, expert's region and attention (000-36), of several networks (000-37), of the gates of several networks (003-28).
"""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib import rc_context
from matplotlib.figure import Figure

from sightline.engine.run import Run
from sightline.explain.choose import choose
from sightline.explain.colours import INK, MUTED, RIGHT, WRONG
from sightline.explain.run_pictures import Cell, columns, of_probabilities, rows
from sightline.explain.style import STYLE

__all__ = ["attention_panel", "choose", "compare_grid", "panel"]

_WIDTH, _CAPTION, _HEAD = 1.75, 0.3, 0.32  # inches of a cell, of its caption, of the head line


def panel(cells: Sequence[Sequence[Cell]], titles: Sequence[str], note: str = "") -> Figure:
    """A grid of pictures with their captions.

    Args:
        cells: one row per image, equally long.
        titles: of the columns.
        note: a line below, for what the reader must know.
    """
    height, width = len(cells) * (_WIDTH + _CAPTION), len(titles) * _WIDTH
    foot = 0.3 if note else 0.05
    with rc_context(STYLE):
        figure = Figure(figsize=(width, height + _HEAD + foot))
        grid = figure.subplots(len(cells), len(titles), squeeze=False)
        total = height + _HEAD + foot
        spacing = {"hspace": _CAPTION / _WIDTH, "wspace": 0.04}
        figure.subplots_adjust(left=0.01, right=0.99, top=1 - _HEAD / total, bottom=(foot + _CAPTION) / total, **spacing)
        for axes, title in zip(grid[0], titles, strict=True):
            axes.set_title(title, fontsize=9.5, fontweight="bold", color=INK, pad=6)
        for line, row in zip(grid, cells, strict=True):
            for axes, cell in zip(line, row, strict=True):
                axes.imshow(cell.picture, interpolation="lanczos")
                axes.set_axis_off()
                tone = MUTED if cell.right is None else RIGHT if cell.right else WRONG
                axes.text(0.5, -0.035, cell.caption, transform=axes.transAxes, ha="center", va="top", fontsize=8.5, color=tone)
        if note:
            figure.text(0.5, 0.09 / total, note, ha="center", va="bottom", fontsize=7.5, color=MUTED)
    return figure


def attention_panel(run: Run, split: str, ids: Sequence[str], cmap: str = "default") -> Figure:
    """One run: picture, annotation, and each of its maps."""
    shown = columns([run], split, every=True)
    titles = [column.title.removeprefix(f"{run.name}: ") for column in shown]
    return panel(rows(shown, split, ids, cmap), ["image", "annotation", *titles], of_probabilities([run]))


def compare_grid(runs: Sequence[Run], split: str, ids: Sequence[str], cmap: str = "default") -> Figure:
    """Several runs: picture, annotation, and the first map of each run, on its own scale, since runs have no common one."""
    shown = columns(runs, split)
    return panel(rows(shown, split, ids, cmap), ["image", "annotation", *(column.title for column in shown)], of_probabilities(runs))
