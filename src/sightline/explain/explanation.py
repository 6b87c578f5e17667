"""The answer of a classifier to one picture, with its maps, in memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image

from sightline.engine.files import write_whole
from sightline.errors import UserError, nearest
from sightline.explain.colours import scheme
from sightline.explain.overlay import Range, shown
from sightline.explain.window import Window
from sightline.short import short_repr


@dataclass(frozen=True)
class Found:
    """A map of one picture: name of the map, class explained (None: of no class), raw values (h, w) and their scale."""

    name: str
    explained: str | None
    raw: np.ndarray
    range: Range
    __repr__ = short_repr


@dataclass(frozen=True)
class Explanation:
    """One picture explained.

    Attributes:
        pixels: (H, W, 3) uint8.
        prediction: the class that is decided for.
        probabilities: class -> probability, calibrated where a run keeps a calibration.
        found: the maps.
        where: which part of the picture the network saw.
    """

    pixels: np.ndarray
    prediction: str
    probabilities: Mapping[str, float]
    found: tuple[Found, ...]
    where: Window
    __repr__ = short_repr

    @property
    def maps(self) -> dict[str, np.ndarray]:
        """Name -> raw values (h, w); of several classes under `name:class`."""
        names = [one.name for one in self.found]
        return {one.name if names.count(one.name) == 1 else f"{one.name}:{one.explained}": one.raw for one in self.found}

    def overlay(self, map: str | None = None, colours: str = "default") -> np.ndarray:
        """The map over the picture, (H, W, 3) uint8; what the network did not see is darkened.

        Args:
            map: a name of `maps`; None: the first.
            colours: `default` or `jet`.

        Raises:
            UserError: no such map or colours.
        """
        scheme(colours)
        names = list(self.maps)
        if map is not None and map not in names:
            raise UserError(f"map {map!r}", "is not among the maps", nearest(map, names))
        one = self.found[0 if map is None else names.index(map)]
        return shown(self.pixels, one.raw, one.range, scale=scale_of(one, self.found, colours), where=self.where, cmap=colours)

    def save(self, path: str | Path, map: str | None = None, colours: str = "default") -> Path:
        """Writes `overlay` as a PNG."""
        picture = Image.fromarray(self.overlay(map, colours))
        write_whole(Path(path), partial(picture.save, format="PNG"))
        return Path(path)


def scale_of(one: Found, every: tuple[Found, ...], colours: str) -> float:
    """The value that has the last colour: one for all classes of a picture, so that evidence for one can be compared with another's."""
    if one.range == "unit":
        return 1.0
    peers = [m.raw for m in every if m.name == one.name and np.isfinite(m.raw).all()]
    signed = scheme(colours).signed
    return max((float((np.abs(raw) if signed else raw).max()) for raw in peers), default=0.0)
