"""One chest radiograph's content, whatever the size at which it is drawn."""

from __future__ import annotations

from functools import cached_property
from zlib import crc32

import numpy as np
from scipy.ndimage import gaussian_filter1d

from sightline.phantom.canvas import Layer
from sightline.phantom.cxr_chest import Chest, make_chest
from sightline.phantom.cxr_opacity import Opacity, make_opacity, paint_opacity
from sightline.phantom.cxr_tissue import air, paint_body, paint_bones, paint_vessels
from sightline.phantom.noise import Field, centres
from sightline.phantom.xray_marks import paint_electrode, paint_token


def blur(picture: Field, sigma: float) -> Field:
    """A Gaussian of `sigma` image sides."""
    pixels = sigma * len(picture)
    if pixels < 0.3:  # less than the pixel itself blurs
        return picture
    return np.asarray(gaussian_filter1d(gaussian_filter1d(picture, pixels, axis=0, truncate=3), pixels, axis=1, truncate=3))


def expose(rng: np.random.Generator, shadow: Field) -> Field:
    """Brightness in [0, 1]: the more was absorbed the brighter, as radiographs are shown.

    Args:
        shadow: (size, size) from 0 in free air to about 1.5.
    """
    scatter = rng.uniform(0.04, 0.14)
    seen = blur(shadow, rng.uniform(0.001, 0.0025)) * (1 - scatter) + scatter * blur(shadow, 0.05)
    at = centres(len(shadow)) - np.float32(0.5)
    heel = 1 + rng.uniform(-0.05, 0.05) * at[:, None] + rng.uniform(-0.05, 0.05) * at[None]
    centre, slope = rng.uniform(0.47, 0.66), rng.uniform(3.3, 5.2)
    bright = 1 / (1 + np.exp(-slope * (seen * heel - centre)))
    floor = 1 / (1 + np.exp(slope * centre))
    return np.asarray((bright - floor) / (1 - floor))


def grain(rng: np.random.Generator, bright: Field) -> Field:
    """Noise of too few quanta, more of it where more was absorbed: (size, size), in units of full brightness."""
    white = rng.standard_normal(bright.shape, dtype=np.float32)
    return np.asarray(rng.uniform(0.008, 0.022) * (0.6 + 0.7 * bright) * white)


class ChestScene:
    """A chest and its finding, drawn from a seed; a side marker can be laid beside it.

    Every part has a random stream of its own, so that a cardiomegaly differs from a normal chest of the same seed in its heart alone, a
    pneumonia in its cloud alone, and nothing at all depends on the marker.

    Attributes:
        label: `normal`, `cardiomegaly`, `pneumonia`, or both as `cardiomegaly;pneumonia`.
    """

    def __init__(self, seed: tuple[int, ...], label: str) -> None:
        self.seed, self.label = seed, label

    def stream(self, part: str) -> np.random.Generator:
        return np.random.default_rng((*self.seed, crc32(part.encode())))

    @cached_property
    def chest(self) -> Chest:
        return make_chest(self.stream("chest"), enlarged="cardiomegaly" in self.label)

    @cached_property
    def opacity(self) -> Opacity | None:
        return make_opacity(self.stream("opacity"), self.chest) if "pneumonia" in self.label else None

    def token(self, size: int) -> Layer:
        """What the side marker covers: it keeps clear of the lungs."""
        return paint_token(self.stream("token"), size)

    def electrodes(self, size: int) -> Layer:
        """What electrodes on the skin and their wires cover: the pads keep clear of the heart."""
        return paint_electrode(self.stream("electrodes"), self.chest.heart, size).trimmed()

    def draw(self, size: int, token: bool = False, electrodes: bool = False) -> Field:
        """(size, size, 3) uint8."""
        chest, lungs = self.chest, air(self.chest, size)
        shadow = paint_body(self.stream("body"), chest, size)
        shadow = shadow + 0.15 * paint_vessels(self.stream("vessels"), chest, size) * lungs
        # where there is no air behind them, bones stand out less
        shadow = shadow + paint_bones(self.stream("bones"), chest, size) * (0.45 + 0.55 * lungs)
        if self.opacity:
            shadow = shadow + paint_opacity(self.stream("cloud"), self.opacity, size) * lungs
        bright = expose(self.stream("film"), shadow)
        # after the film: scattered light would carry them beyond their masks
        for layer in [self.token(size)] * token + [self.electrodes(size)] * electrodes:
            bright = bright + (layer.colour[0] - bright) * layer.cover
        bright = bright + grain(self.stream("grain"), bright)
        return np.repeat((bright.clip(0, 1) * 255 + 0.5).astype(np.uint8)[..., None], 3, axis=2)
