"""Objects outlined in a COCO file, drawn when they are needed."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import numpy as np

from sightline.data.annotation import Size, polygon_map
from sightline.data.sets.rle import mask_of, runs_of
from sightline.errors import UserError
from sightline.types import Drawable

# part of every key: raise it when the same outline comes to be drawn differently, so that no cache serves old pixels
_EDITION = 1


@dataclass(frozen=True)
class PolygonsMask:
    """The union of the polygons of one object.

    Attributes:
        where: names the object in messages.
        size: (H, W) of the image.
        polygons: each x, y, x, y, ...
    """

    where: str
    size: Size
    polygons: tuple[tuple[float, ...], ...]

    @property
    def key(self) -> str:
        return _key("polygons", self.size, self.polygons)

    def draw(self) -> np.ndarray:
        """(H, W) uint8, 0 or 255. A piece too thin to hold the centre of a pixel marks the pixels of its corners.

        Raises:
            UserError: the object lies outside the image.
        """
        inside = np.zeros(self.size, bool)
        for polygon in self.polygons:
            corners = tuple(zip(polygon[::2], polygon[1::2], strict=False))
            try:
                inside |= polygon_map(corners, self.size) > 0
            except UserError:
                _mark_pixels(inside, corners)
        if not inside.any():
            height, width = self.size
            reason = f"its outline lies outside the image of {width} x {height} pixels"
            raise UserError(self.where, reason, "Correct the outline, or remove it.")
        return np.where(inside, np.uint8(255), np.uint8(0))


@dataclass(frozen=True)
class RunsMask:
    """A run-length encoded mask, see `rle`.

    Attributes:
        where: names the object in messages.
        size: (H, W).
        counts: the runs, or the text that holds them compressed.
    """

    where: str
    size: Size
    counts: tuple[int, ...] | str

    @property
    def key(self) -> str:
        return _key("runs", self.size, self.counts)

    def draw(self) -> np.ndarray:
        """(H, W) uint8, 0 or 255.

        Raises:
            UserError: the runs do not cover the image exactly.
        """
        return mask_of(runs_of(self.counts) if isinstance(self.counts, str) else self.counts, self.size, self.where)


def outline(segmentation: Any, size: Size, where: str) -> Drawable | None:
    """What an annotation's `segmentation` draws: polygons, or runs; None where there is none.

    Args:
        size: (H, W) of the image; runs bring their own.
    """
    match segmentation:
        case {"size": [height, width], "counts": str() as text}:
            return RunsMask(where, (height, width), text)
        case {"size": [height, width], "counts": [*runs]}:
            return RunsMask(where, (height, width), tuple(runs))
        case [list(), *_] as polygons:
            return PolygonsMask(where, size, tuple(tuple(map(float, polygon)) for polygon in polygons))
    return None


def _mark_pixels(inside: np.ndarray, points: tuple[tuple[float, ...], ...]) -> None:
    height, width = inside.shape
    for x, y in np.floor(points).astype(int):
        if 0 <= x < width and 0 <= y < height:
            inside[y, x] = True


def _key(what: str, size: Size, content: object) -> str:
    return f"coco{_EDITION}-{what}-{size[0]}x{size[1]}-{hashlib.sha256(repr(content).encode()).hexdigest()}"
