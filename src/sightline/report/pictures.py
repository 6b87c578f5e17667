"""Panels and figures as parts of the page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count

import numpy as np
from markupsafe import Markup, escape
from matplotlib.figure import Figure

from sightline.engine.run import Run
from sightline.explain.figures import svg, to_data_uri
from sightline.explain.run_pictures import Cell, Column, columns, grids, rows


@dataclass(frozen=True)
class Picture:
    """A cell of a panel: address, caption, how it is toned (`right`, `wrong` or nothing), alternative text, name of the image."""

    uri: str
    caption: str
    tone: str
    alt: str
    name: str = ""


@dataclass(frozen=True)
class Panel:
    """A grid of pictures: titles of the columns, rows of cells, and the line below."""

    titles: list[str]
    rows: list[list[Picture]]
    caption: str


@dataclass(frozen=True)
class Chart:
    """A drawn figure: SVG, alternative text, and the line below."""

    svg: Markup
    alt: str
    caption: str


class Charts:
    """Numbers the figures of one page, so that the ids inside them differ."""

    def __init__(self) -> None:
        self._number = count(1)

    def __call__(self, figure: Figure, alt: str, caption: str, labels: Mapping[str, str] | None = None) -> Chart:
        """A figure for the page.

        Args:
            labels: name -> how it is written in the figure; where that is shorter, the name is shown under the pointer.
        """
        drawn = svg(figure, prefix=f"f{next(self._number)}-")
        for name, label in (labels or {}).items():
            if name != label:
                drawn = drawn.replace(f">{escape(label)}</text>", f"><title>{escape(name)}</title>{escape(label)}</text>")
        # matplotlib escapes the words inside
        return Chart(Markup(drawn), alt, caption)


def panel(runs: Sequence[Run], split: str, ids: Sequence[str], caption: str, every: bool = False) -> Panel | None:
    """Image, annotation, and the attention of each run (of each map, if `every`). None if there is no image to show."""
    if not ids:
        return None
    shown = columns(runs, split, every)
    found = [[replace(picture(row[0]), name=id), *map(picture, row[1:])] for id, row in zip(ids, rows(shown, split, ids), strict=True)]
    return Panel(["image, label", "annotation", *(_title(c, len(runs)) for c in shown)], found, f"{caption} {grids(shown, split)}".strip())


def _title(column: Column, runs: int) -> str:
    if runs > 1:
        return column.title
    return f"attention ({column.map})" if column.map else "prediction"


def picture(cell: Cell) -> Picture:
    """A cell for the page."""
    tone = "" if cell.right is None else "right" if cell.right else "wrong"
    return Picture(to_data_uri(np.ascontiguousarray(cell.picture), "jpeg"), cell.caption, tone, cell.alt)
