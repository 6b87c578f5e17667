"""The chosen images on one sheet, beside where the model looks on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure
from PIL import Image

from sightline.explain.overlay import Range, shown
from sightline.explain.panels import panel
from sightline.explain.run_pictures import SIDE, Cell
from sightline.results.annotations import ChosenImage

SHOWN = 100  # more would not fit on a picture that can be looked at
_CELLS = 8  # in a row of the sheet


@dataclass(frozen=True)
class Chosen:
    """One image of the sheet: its row of `next.csv`, picture (S, S, 3) uint8, raw map (h, w) or None."""

    row: ChosenImage
    picture: np.ndarray
    map: np.ndarray | None


def contact_sheet(chosen: Sequence[Chosen], meaning: Range, total: int, note: str = "") -> Figure:
    """The images in their order, numbered as in `next.csv`; with maps each beside its own.

    Args:
        chosen: the first of them, at most `SHOWN`.
        meaning: of the maps' values.
        total: how many were chosen.
        note: on the probabilities.
    """
    mapped = chosen[0].map is not None
    cells = [cell for one in chosen for cell in _cells(one, meaning)]
    width = min(_CELLS, len(cells))
    blank = Cell(np.full((SIDE, SIDE, 3), 255, np.uint8), "", None, "")
    cells += [blank] * (-len(cells) % width)
    rows = [cells[start : start + width] for start in range(0, len(cells), width)]
    titles = ["image", "where it looks"] * (width // 2) if mapped else ["image"] * width
    left_out = f" Shown are the first {len(chosen)} of {total}." if total > len(chosen) else ""
    what = f"Under each map: the prediction and its probability. {note}".strip() if mapped else "This run has no attention maps."
    return panel(rows, titles, f"Numbered as in next.csv. {what}{left_out}")


def _cells(one: Chosen, meaning: Range) -> list[Cell]:
    row = one.row
    large = np.asarray(Image.fromarray(one.picture).resize((SIDE, SIDE), Image.Resampling.BICUBIC))
    picture = Cell(large, f"{row.rank}. {row.label}", None, f"Image {row.id}, labelled {row.label}.")
    if one.map is None:
        return [picture]
    caption = f"{row.predicted} {row.probability:.2f} {'✓' if row.predicted == row.label else '✗'}"
    alt = f"Attention map for {row.predicted} over image {row.id}."
    return [picture, Cell(shown(large, one.map, meaning), caption, row.predicted == row.label, alt)]
