"""Electrodes of an electrocardiogram on a chest radiograph, with the wires that lead away from them."""

from __future__ import annotations

import numpy as np

from sightline.data.drawing.canvas import Canvas, Layer, bezier
from sightline.data.drawing.noise import Field, centres
from sightline.data.drawing.outline import Outline
from sightline.data.drawing.place import free_discs


def paint_electrode(rng: np.random.Generator, outline: Outline, size: int) -> Layer:
    """Two to four pads with a bright snap in the middle; the wire of each runs to the side of the image, away from the finding."""
    count = int(rng.integers(2, 5))
    middles, radii = free_discs(rng, outline, rng.uniform(0.028, 0.038, count), margin=0.12)
    at = centres(size)
    wires, cover = Canvas(size), np.zeros((size, size), np.float32)
    pen = rng.uniform(0.005, 0.007)
    for middle, radius in zip(middles, radii.tolist(), strict=True):
        r = np.hypot((at - middle[1])[:, None], (at - middle[0])[None, :])
        pad = np.clip((radius - r) * size + 0.5, 0, 1)
        rim = np.exp(-(((r - 0.85 * radius) / (0.14 * radius)) ** 2))
        snap = np.clip((0.36 * radius - r) * size + 0.5, 0, 1)
        cover = np.maximum(cover, pad * (0.22 + 0.25 * rim) + 0.6 * snap)
        wires.stroke(_wire(rng, middle, outline), np.full(24, pen))
    cover = np.maximum(cover, 0.55 * wires.coverage())
    return Layer(np.full(3, 0.97, np.float32), cover.clip(0, 0.9))


def _wire(rng: np.random.Generator, start: Field, outline: Outline) -> Field:
    """From a pad to the nearer side of the image, sagging: (24, 2)."""
    away = start - np.array([outline.x, outline.y])
    side = -0.02 if away[0] < 0 else 1.02
    end = np.array([side, start[1] + rng.uniform(0.05, 0.3) * (1 if away[1] > 0 else -0.6)])
    sag = (start + end) / 2 + np.array([0, rng.uniform(-0.02, 0.06) * (1 if away[1] > 0 else -1)])
    return bezier(start, sag, end, 24)
