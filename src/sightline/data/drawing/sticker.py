"""A sticker: a round coloured patch or a strip of band-aid."""

from __future__ import annotations

import math

import numpy as np

from sightline.data.drawing.canvas import Layer
from sightline.data.drawing.noise import Field, centres, field
from sightline.data.drawing.outline import Outline
from sightline.data.drawing.place import free_discs

_COLOURS = (
    (0.12, 0.68, 0.72),
    (0.10, 0.45, 0.78),
    (0.95, 0.55, 0.16),
    (0.98, 0.82, 0.25),
    (0.28, 0.66, 0.30),
    (0.90, 0.72, 0.45),
)


def paint_sticker(rng: np.random.Generator, outline: Outline, size: int) -> Layer:
    """One patch, often cut by the image's border, with a woven surface; a round one may have a core of another colour."""
    middles, radii = free_discs(rng, outline, rng.uniform(0.17, 0.30, 1), margin=0.0)
    (x, y), radius = middles[0].tolist(), float(radii[0])
    first, second = rng.permutation(len(_COLOURS))[:2]
    colour = np.array(_COLOURS[first], np.float32) * rng.uniform(0.88, 1.06)
    is_round, has_core, turn, narrow = rng.random() < 0.7, rng.random() < 0.35, rng.uniform(0, np.pi), rng.uniform(0.45, 0.62)
    at = centres(size)
    dy, dx = (at - y)[:, None], (at - x)[None, :]
    inward = radius - np.hypot(dy, dx) if is_round else _strip(dy, dx, radius, narrow, turn)  # distance from the border, in image sides
    weave = 1 + 0.035 * field(rng, size, 70, 20) + 0.035 * field(rng, size, 20, 70) + 0.03 * field(rng, size, 3)
    rim = 1 - 0.22 * np.exp(-np.maximum(inward, 0) / 0.008)
    surface = colour * (weave * rim)[..., None]
    if is_round and has_core:
        core = np.clip((inward - 0.45 * radius) * size + 0.5, 0, 1)[..., None]
        surface += (np.array(_COLOURS[second], np.float32) * weave[..., None] - surface) * core
    patch = Layer(surface, np.clip(inward * size + 0.5, 0, 1) * 0.98)
    return patch.on(Layer(np.zeros(3, np.float32), 0.35 * np.exp(-np.maximum(-inward, 0) / 0.006)))


def _strip(dy: Field, dx: Field, reach: float, narrow: float, turn: float) -> Field:
    """Distance from the border of a rectangle with round ends that fits into a circle of radius `reach`; positive inside."""
    half = narrow * reach
    along = np.abs(dx * math.cos(turn) + dy * math.sin(turn)) - (reach - half)
    across = dy * math.cos(turn) - dx * math.sin(turn)
    return np.asarray(half - np.hypot(np.maximum(along, 0), across))
