"""One chest radiograph's content, whatever the size at which it is drawn."""

from __future__ import annotations

from functools import cached_property
from zlib import crc32

import numpy as np

from sightline.data.drawing.canvas import Layer
from sightline.data.drawing.cxr_bones import paint_bones
from sightline.data.drawing.cxr_chest import Chest, make_chest
from sightline.data.drawing.cxr_film import expose, grain
from sightline.data.drawing.cxr_opacity import Opacity, make_opacity, paint_opacity
from sightline.data.drawing.cxr_tissue import air, paint_body
from sightline.data.drawing.cxr_token import paint_token
from sightline.data.drawing.cxr_vessels import paint_vessels
from sightline.data.drawing.noise import Field


class ChestScene:
    """A chest, and what is the matter with it, that follow from a seed; a side marker can be laid beside it.

    Every part has a random stream of its own, so that a cardiomegaly differs from a normal chest of the same seed in its heart alone, a
    pneumonia in its cloud alone, and nothing at all depends on the marker.

    Attributes:
        label: `normal`, `cardiomegaly` or `pneumonia`.
    """

    def __init__(self, seed: tuple[int, ...], label: str) -> None:
        self.seed, self.label = seed, label

    def stream(self, part: str) -> np.random.Generator:
        return np.random.default_rng((*self.seed, crc32(part.encode())))

    @cached_property
    def chest(self) -> Chest:
        return make_chest(self.stream("chest"), enlarged=self.label == "cardiomegaly")

    @cached_property
    def opacity(self) -> Opacity | None:
        return make_opacity(self.stream("opacity"), self.chest) if self.label == "pneumonia" else None

    def token(self, size: int) -> Layer:
        """What the side marker covers: it keeps clear of the lungs."""
        return paint_token(self.stream("token"), size)

    def draw(self, size: int, token: bool = False) -> Field:
        """(size, size, 3) uint8."""
        chest, lungs = self.chest, air(self.chest, size)
        shadow = paint_body(self.stream("body"), chest, size)
        shadow = shadow + 0.15 * paint_vessels(self.stream("vessels"), chest, size) * lungs
        # where there is no air behind them, bones stand out less
        shadow = shadow + paint_bones(self.stream("bones"), chest, size) * (0.45 + 0.55 * lungs)
        if self.opacity:
            shadow = shadow + paint_opacity(self.stream("cloud"), self.opacity, size) * lungs
        bright = expose(self.stream("film"), shadow)
        if token:  # after the film: scattered light would carry it beyond its mask
            layer = self.token(size)
            bright = bright + (layer.colour[0] - bright) * layer.cover
        bright = bright + grain(self.stream("grain"), bright)
        return np.repeat((bright.clip(0, 1) * 255 + 0.5).astype(np.uint8)[..., None], 3, axis=2)
