"""What the settings say of annotations that a reader has found: which levels of a mask are inside, and on which pixels they were made.

Photographs are turned upright as their EXIF tag says. Tools that pass over the tag make masks and points on the pixels as stored; these
are turned here as their photograph is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from sightline.config import Mask
from sightline.data.frames import MaskFrame
from sightline.data.heat import open_heat
from sightline.data.images import image_size, orientation
from sightline.data.mask_levels import Levels, open_mask
from sightline.data.sets.mask_files import LevelMask
from sightline.errors import UserError
from sightline.types import Annotation, Picture, Record


def as_set(records: Sequence[Record], mask: Mask, annotated_on: str) -> list[Record]:
    """The records with their annotations as the settings `data.mask` and `data.annotated_on` say that they are to be read."""
    levels = Levels(mask.levels, mask.least) if mask.levels or mask.least is not None else None
    if levels:
        records = [_changed(record, lambda mark: levelled(mark, levels)) for record in records]
    if annotated_on == "stored":
        records = [_upright(record) for record in records]
    return list(records)


def levelled(mark: Annotation, levels: Levels) -> Annotation:
    """A mask in a file of its own, or a slice of one, with these levels inside."""
    if isinstance(mark.source, MaskFrame):
        values = tuple(level for level in levels.are if not isinstance(level, str))
        return replace(mark, source=replace(mark.source, levels=values, least=levels.least))
    if mark.kind != "mask" or not isinstance(mark.source, Path):
        return mark
    return replace(mark, source=LevelMask(mark.source, levels))


def _changed(record: Record, change: Callable[[Annotation], Annotation]) -> Record:
    regions = {name: tuple(map(change, marks)) for name, marks in record.regions.items()}
    return replace(record, annotations=tuple(map(change, record.annotations)), avoid=tuple(map(change, record.avoid)), regions=regions)


def _upright(record: Record) -> Record:
    if not isinstance(record.image, Path) or not (record.annotations or record.avoid or record.regions):
        return record
    try:
        turn, (height, width) = orientation(record.image), image_size(record.image)
    except UserError:  # the survey lists it
        return record
    stored = (width, height) if turn >= 5 else (height, width)
    return record if turn == 1 else _changed(record, lambda mark: turned(mark, turn, stored))


def turned(mark: Annotation, turn: int, size: tuple[int, int]) -> Annotation:
    """An annotation made on the stored pixels, brought to the upright picture.

    Args:
        turn: EXIF orientation of the picture, 1 to 8.
        size: (H, W) as stored.
    """
    if mark.size is not None and turn >= 5:
        mark = replace(mark, size=mark.size[::-1])
    if mark.source is not None:
        return replace(mark, source=TurnedPicture(mark.source, mark.kind == "mask", turn))
    if mark.kind == "box":
        (x0, y0, x1, y1), *_ = mark.points
        (ax, ay), (bx, by) = (_moved(x, y, turn, size) for x, y in ((x0, y0), (x1, y1)))
        return replace(mark, points=((min(ax, bx), min(ay, by), max(ax, bx), max(ay, by)),))
    if mark.kind == "gaze":  # a sample names a pixel, so it goes by the middle of that
        moved = [(_moved(x + 0.5, y + 0.5, turn, size), rest) for x, y, *rest in mark.points]
        return replace(mark, points=tuple((x - 0.5, y - 0.5, *rest) for (x, y), rest in moved))
    return replace(mark, points=tuple(_moved(x, y, turn, size) for x, y in mark.points))


def _moved(x: float, y: float, turn: int, size: tuple[int, int]) -> tuple[float, float]:
    height, width = size
    across, down = (width - x if turn in (2, 3, 7, 8) else x), (height - y if turn in (3, 4, 6, 7) else y)
    return (down, across) if turn >= 5 else (across, down)


@dataclass(frozen=True)
class TurnedPicture:
    """A mask or heat map made on the stored pixels of a photograph, turned as that is.

    Attributes:
        source: the mask or heat map.
        mask: it is a mask.
        turn: EXIF orientation of the photograph.
    """

    source: Picture
    mask: bool
    turn: int

    @property
    def key(self) -> str:
        return f"turned {self.turn} {self.mask} {self._state()}"

    @property
    def path(self) -> Path | None:
        """The file, for messages."""
        return self.source if isinstance(self.source, Path) else getattr(self.source, "path", None)

    def _state(self) -> str:
        if not isinstance(self.source, Path):
            return self.source.key
        status = self.source.stat() if self.source.exists() else None  # drawing a missing file says what is wrong, in words
        return f"{self.source.absolute()} {status and (status.st_mtime_ns, status.st_size)}"

    def draw(self) -> np.ndarray:
        """(H, W) uint8 of the upright picture."""
        pixels = np.where(open_mask(self.source), np.uint8(255), np.uint8(0)) if self.mask else open_heat(self.source)
        pixels = pixels[:, ::-1] if self.turn in (2, 3, 7, 8) else pixels
        pixels = pixels[::-1] if self.turn in (3, 4, 6, 7) else pixels
        return np.ascontiguousarray(pixels.T if self.turn >= 5 else pixels)
