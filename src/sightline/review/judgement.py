"""What a reviewer says of a case, and the shapes that they draw on it.

Coordinates are (x right, y down) in pixels of the original picture, origin in its top-left corner, as everywhere in sightline.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import Annotated, Literal, Self

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, field_validator

from sightline.data.annotation import Size, box_map, polygon_map
from sightline.data.sets.rle import mask_of, runs_of
from sightline.errors import UserError

Verdict = Literal["right", "wrong", "unsure"]
Coordinate = Annotated[float, Field(allow_inf_nan=False, ge=-1e6, le=1e6)]
Point = tuple[Coordinate, Coordinate]
LONGEST_NAME, LONGEST_COMMENT = 60, 4000  # characters


class Frozen(BaseModel):
    """An immutable object without further fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Polygon(Frozen):
    """An outline: its corners in order; the last one is joined to the first."""

    kind: Literal["polygon"] = "polygon"
    points: Annotated[tuple[Point, ...], Field(min_length=3, max_length=10_000)]


class Box(Frozen):
    """A box (x0, y0, x1, y1) with exclusive ends."""

    kind: Literal["box"] = "box"
    box: tuple[Coordinate, Coordinate, Coordinate, Coordinate]


class Mask(Frozen):
    """A painted region, as a compressed text of runs over the whole picture, see `data.sets.rle`."""

    kind: Literal["mask"] = "mask"
    counts: Annotated[str, Field(pattern="^[0-o]*$", max_length=2_000_000)]


Shape = Annotated[Polygon | Box | Mask, Field(discriminator="kind")]


class Judgement(Frozen):
    """What a reviewer says of a case.

    Attributes:
        map: whether the attention map looks where it should; None: not said.
        label_doubted: the reviewer doubts the label.
        unusable: the picture cannot be judged.
        comment: free text.
        shapes: what should be looked at; they are united.
    """

    map: Verdict | None = None
    label_doubted: bool = False
    unusable: bool = False
    comment: Annotated[str, Field(max_length=LONGEST_COMMENT)] = ""
    shapes: Annotated[tuple[Shape, ...], Field(max_length=200)] = ()

    @property
    def empty(self) -> bool:
        """Whether nothing is said, as after everything was taken back."""
        return self == Judgement()

    @field_validator("comment")
    @classmethod
    def _comment(cls, text: str) -> str:
        return text.replace("\r\n", "\n").strip()

    def within(self, size: Size) -> Self:
        """The same, with corners that lie outside of the picture moved to its border.

        Args:
            size: (H, W) of the picture.

        Raises:
            UserError: a shape that covers no pixel, or the mask of another picture.
        """
        return self.model_copy(update={"shapes": tuple(_within(shape, size) for shape in self.shapes)})


def _within(shape: Polygon | Box | Mask, size: Size) -> Polygon | Box | Mask:
    if isinstance(shape, Mask):
        found: Polygon | Box | Mask = shape
    else:
        points = shape.points if isinstance(shape, Polygon) else (shape.box[:2], shape.box[2:])
        moved = [(_held(x, size[1]), _held(y, size[0])) for x, y in points]
        found = Polygon(points=tuple(moved)) if isinstance(shape, Polygon) else Box(box=_sorted(moved))
    if not region((found,), size).any():
        raise UserError(f"a {shape.kind}", "covers no pixel of the picture", "Draw it again, larger or inside of the picture.")
    return found


def _held(value: float, end: int) -> float:
    return round(min(max(value, 0.0), float(end)), 2)


def _sorted(corners: Sequence[Point]) -> tuple[float, float, float, float]:
    (x0, y0), (x1, y1) = corners
    return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)


def region(shapes: Sequence[Polygon | Box | Mask], size: Size) -> np.ndarray:
    """The union of shapes, (H, W) bool.

    Args:
        size: (H, W) of the picture.

    Raises:
        UserError: the mask of another picture.
    """
    found = np.zeros(size, dtype=bool)
    for shape in shapes:
        found |= _drawn(shape, size)
    return found


def _drawn(shape: Polygon | Box | Mask, size: Size) -> np.ndarray:
    if isinstance(shape, Mask):
        return mask_of(runs_of(shape.counts), size, "a mask") > 0
    try:
        soft = polygon_map(shape.points, size, "a polygon") if isinstance(shape, Polygon) else box_map(shape.box, size, "a box")
    except UserError:  # it lies outside, or is empty
        return np.zeros(size, dtype=bool)
    drawn: np.ndarray = soft >= 0.5
    return drawn


def reviewer_name(text: str) -> str:
    """A reviewer's name, as it is kept.

    >>> reviewer_name("  Ana  Ruiz ")
    'Ana Ruiz'

    Raises:
        UserError: it is empty, too long, or holds characters that cannot be seen.
    """
    name = " ".join(unicodedata.normalize("NFC", text).split())
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise UserError("reviewer", f"is not a name of 1 to {LONGEST_NAME} characters that can be seen", "Give another name.")
    return name
