"""A swatch: a square of one colour in a corner, the shortcut of Decoy-MNIST and Decoy-DermaMNIST (Ross et al. 2017)."""

from __future__ import annotations

import numpy as np

from sightline.data.drawing.canvas import Layer

_COLOURS = ((0.15, 0.35, 0.85), (0.10, 0.65, 0.35), (0.90, 0.50, 0.10), (0.75, 0.15, 0.55))


def paint_swatch(rng: np.random.Generator, size: tuple[int, int], side: int) -> Layer:
    """A square in a random corner of a picture of `size` (H, W), `side` pixels wide."""
    bottom, right = rng.random(2) < 0.5
    cover = np.zeros(size, np.float32)
    cover[slice(-side, None) if bottom else slice(side), slice(-side, None) if right else slice(side)] = 1
    return Layer(np.array(_COLOURS[rng.integers(len(_COLOURS))], np.float32), cover)
