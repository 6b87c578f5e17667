"""The layers of a breast as ultrasound shows them: skin, fat, gland, muscle; how bright each is, in decibels below the brightest echo."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sightline.phantom.noise import Field, centres, field

_FAT, _GLAND, _MUSCLE = -31.0, -17.0, -27.0


@dataclass(frozen=True, eq=False)
class Layers:
    """Depths of the borders between layers, along the width of the picture, in image sides.

    Attributes:
        skin, gland, muscle: where the skin ends, where the gland begins, and where the muscle begins: a mean depth, and the heights of
            waves with 1, 2, ... half periods over the width.
        dense: share of gland among the fat between, 0 to 1.
    """

    skin: tuple[float, Field]
    gland: tuple[float, Field]
    muscle: tuple[float, Field]
    dense: float

    def depth(self, border: tuple[float, Field], x: Field) -> Field:
        """Of one of these borders at `x` (w,): (w,)."""
        mean, heights = border
        half_periods = np.arange(1, len(heights) + 1)
        return np.asarray(mean + np.cos(np.pi * half_periods * x[:, None]) @ heights, np.float32)


def make_layers(rng: np.random.Generator) -> Layers:
    """The layers of one breast."""
    falling = 1 / np.arange(1, 7)
    skin = float(rng.uniform(0.035, 0.055)), rng.normal(0, 0.004, 2)
    gland = float(rng.uniform(0.15, 0.27)), rng.normal(0, 0.028, 6) * falling
    muscle = float(rng.uniform(0.78, 0.90)), rng.normal(0, 0.018, 3)
    return Layers(skin, gland, muscle, float(rng.beta(2.5, 1.2)))


def paint_layers(rng: np.random.Generator, layers: Layers, size: int) -> Field:
    """Echoes of a breast without lesion: (size, size) in decibels, about -45 to 0."""
    at = centres(size)
    y = at[:, None]
    skin, gland, muscle = (layers.depth(border, at)[None] for border in (layers.skin, layers.gland, layers.muscle))
    echo = _FAT + 1.4 * field(rng, size, 7) + _septa(rng, size, 9, 4, 0.13, 13)
    lobes = _step(y - gland - 0.02 * field(rng, size, 6, 9), 0.010)
    echo = echo + (_gland(rng, size, layers.dense) - echo) * lobes
    deep = _step(y - muscle, 0.006)
    echo = echo + (_muscle(rng, size) - echo) * deep
    fascia = 15 * np.exp(-(((y - muscle) / 0.007) ** 2))  # the sheet between gland and muscle reflects
    echo = echo + fascia + _skin(rng, y, skin, size) * _step(skin + 0.008 - y, 0.003)
    return np.asarray(echo, np.float32)


def _gland(rng: np.random.Generator, size: int, dense: float) -> Field:
    """Bright tissue crossed by darker ducts and islands of fat, all lying along the probe."""
    fat = _step(field(rng, size, 10, 4) - (2.6 * dense - 0.6), 0.25)
    texture = 2.2 * field(rng, size, 24, 10) + 1.8 * field(rng, size, 5, 3)
    return np.asarray(_GLAND + texture + _septa(rng, size, 15, 6, 0.10, 5) - rng.uniform(7, 12) * fat)


def _muscle(rng: np.random.Generator, size: int) -> Field:
    """Dark, with thin bright sheets along it."""
    return np.asarray(_MUSCLE + 10 * np.exp(-((field(rng, size, 34, 3) / 0.25) ** 2)) + field(rng, size, 8))


def _skin(rng: np.random.Generator, y: Field, skin: Field, size: int) -> Field:
    """What the skin adds to the fat: two bright lines with a grey band between them, and the black of the gel above it."""
    start = 0.35 * skin
    lines = 24 * np.exp(-(((y - start) / 0.007) ** 2)) + rng.uniform(15, 22) * np.exp(-(((y - skin) / 0.008) ** 2))
    return np.asarray(lines + 11 * _step(y - start, 0.004) - 14 * _step(start - y, 0.004))


def _septa(rng: np.random.Generator, size: int, rows: int, columns: int, width: float, height: float) -> Field:
    """Thin bright sheets of connective tissue: where a random field passes zero."""
    return np.asarray(height * np.exp(-((field(rng, size, rows, columns) / width) ** 2)))


def _step(depth: Field, width: float) -> Field:
    """0 above, 1 below, half on the border, over about `width` to both sides."""
    return np.asarray(1 / (1 + np.exp(np.clip(-2.2 * depth / width, -30, 30))))
