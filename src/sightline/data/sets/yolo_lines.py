"""What the lines of a whole data set of YOLO tell of each other: numbers that are no centre and size, and no outline."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sightline.data.sets import shapes
from sightline.errors import UserError

SLACK = 0.01  # beyond 0 and 1: tools round
FEW = 3  # lines: so many triangles by chance
MANY = 40  # numbers; box and key points of one line have no more


def refuse_other_shapes(top: Path, lines: Sequence[Sequence[float]]) -> None:
    """Refuses boxes that are two corners, and outlines that are a box and key points.

    Args:
        top: the folder of the data set.
        lines: the numbers after the class, of every line.

    Raises:
        UserError: some boxes leave the image, read as centre and size, but none does as two corners; outlines of one length whose first
            numbers are a box, while many cross themselves, as outlines do not.
    """
    boxes = [line for line in lines if len(line) in (4, 5)]
    if any(not _is_box(line) for line in boxes) and all(_is_corners(line) for line in boxes):
        reason = "has boxes that leave their images, and would fit them as two corners x0, y0, x1, y1"
        raise UserError(top, reason, "YOLO's boxes are x, y of the centre, width, height: export them so.")
    outlines = [line for line in lines if len(line) > 5]
    if _are_box_and_points(outlines):
        reason = f"has lines of {len(outlines[0])} numbers, which are odd as outlines, and may be a box with key points"
        remedy = "Write their kpt_shape into data.yaml, as [2, 2] for two points of x and y; if they are outlines, draw them anew."
        raise UserError(top, reason, remedy)


def _are_box_and_points(outlines: Sequence[Sequence[float]]) -> bool:
    """All have one length and begin with a box, and a tenth of them cross themselves, or all are triangles."""
    lengths = set(map(len, outlines))
    if len(lengths) != 1 or max(lengths) > MANY or not all(map(_is_box, outlines)):
        return False
    if lengths == {6}:
        return len(outlines) >= FEW and all(_holds(line) for line in outlines)
    crossing = [shapes.crosses_itself(tuple(zip(line[::2], line[1::2], strict=True))) for line in outlines]
    return sum(crossing) >= max(1, len(outlines) / 10)


def _holds(line: Sequence[float]) -> bool:
    """Its point lies in its box."""
    x, y, width, height, column, row = line
    return abs(column - x) <= width / 2 + SLACK and abs(row - y) <= height / 2 + SLACK


def _is_box(line: Sequence[float]) -> bool:
    """It stays in the image, read as centre and size."""
    x, y, width, height = line[:4]
    return min(x - width / 2, y - height / 2) >= -SLACK and max(x + width / 2, y + height / 2) <= 1 + SLACK


def _is_corners(line: Sequence[float]) -> bool:
    return line[0] < line[2] <= 1 + SLACK and line[1] < line[3] <= 1 + SLACK
