"""A box over four columns of a table, such as xmin, ymin, xmax and ymax: read as one, where the names say what the numbers are."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sightline.data import table_cells
from sightline.data.sets.table_columns import canonical
from sightline.errors import UserError

CORNERS = ("xmin ymin xmax ymax", "x0 y0 x1 y1", "x1 y1 x2 y2", "left top right bottom", "xstart ystart xend yend")
SIZED = ("left top width height", "left top w h", "xmin ymin width height", "xmin ymin w h")
OPEN = ("x y width height", "x y w h", "cx cy width height", "cx cy w h", "xcenter ycenter width height", "xcenter ycenter w h")


@dataclass(frozen=True)
class Corners:
    """Four columns that are a box.

    Attributes:
        names: as the header writes them.
        sized: the last two are width and height, not a corner.
    """

    names: tuple[str, ...]
    sized: bool

    @property
    def note(self) -> str:
        return f"{', '.join(self.names)} are read as one box" + ("" if self.sized else ", ends exclusive")

    def header(self, names: Sequence[str]) -> list[str]:
        """The header with one column in place of the four."""
        return [*(name for name in names if name not in self.names), "box"]

    def row(self, content: Mapping[str, Any]) -> dict[str, Any]:
        """The cells of a row with one in place of the four; empty where none is given."""
        four = [content.get(name) for name in self.names]
        given = [str(cell) for cell in four if not table_cells.missing(cell)]
        if self.sized and len(given) == len(four):
            given = _ends(given)
        return {name: cell for name, cell in content.items() if name not in self.names} | {"box": " ".join(given)}


def corners_of(header: Sequence[str], where: str) -> Corners | None:
    """The four columns of a header that are a box.

    Raises:
        UserError: x, y, width and height, which do not say whether x and y are a corner or the centre; or there is a column box, too.
    """
    plain = {_plain(name): name for name in reversed(header)}

    def among(sets: Sequence[str]) -> tuple[str, ...] | None:
        return next((tuple(plain[word] for word in words.split()) for words in sets if plain.keys() >= set(words.split())), None)

    corners, sized, unsure = among(CORNERS), among(SIZED), among(OPEN)
    found = corners or sized
    if found and any(canonical(name) == "box" for name in header):
        raise UserError(where, f"has a column box, and also {', '.join(found)}", "Keep the right one.")
    if found:
        return Corners(found, sized=not corners)
    if unsure:
        reason = f"has the columns {', '.join(unsure)}, which do not say whether the first two are a corner or the centre of a box"
        remedy = "Put them into one column box as corners: x0 y0 x1 y1, where x1 = x0 + width and y1 = y0 + height."
        raise UserError(where, reason, remedy)
    return None


def _plain(name: str) -> str:
    """`xmin` for "x_min", "bbox_xmin", "Box Xmin [px]" and the like."""
    squeezed = re.sub(r"[^a-z0-9]", "", re.sub(r"[\[(].*[\])]", "", name.lower()))
    return re.sub(r"^(bbox|bndbox|boundingbox|box)(?=.)", "", squeezed)


def _ends(four: list[str]) -> list[str]:
    """Corner and size as two corners; what is no number stays, and is refused as part of the box."""
    try:
        left, top, width, height = (table_cells.number(cell, "") for cell in four)
    except UserError:
        return four
    return [f"{value!r}" for value in (left, top, left + width, top + height)]
