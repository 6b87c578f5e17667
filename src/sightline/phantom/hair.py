"""Hair lies over skin and lesion alike."""

from __future__ import annotations

import numpy as np

from sightline.phantom.canvas import Canvas, Layer, bezier
from sightline.phantom.noise import Field
from sightline.phantom.outline import Outline

_COLOURS = ((0.10, 0.07, 0.05), (0.20, 0.13, 0.08), (0.07, 0.06, 0.06), (0.45, 0.32, 0.18), (0.62, 0.58, 0.52))


_TRIES = 24
_CLEAR = 1.1  # of the outline's radius, that a hair beside it stays away from


def paint_hair(rng: np.random.Generator, size: int, beside: Outline | None = None) -> Layer:
    """A few dozen hairs that grow in about one direction: long and curved, or shaved to stubble.

    Args:
        beside: a finding that no hair may cross; None: they lie anywhere.
    """
    canvas = Canvas(size)
    stubble = rng.random() < 0.25
    count = int(rng.integers(10, 30) if stubble else rng.integers(4, 19))
    direction, spread = rng.uniform(0, 2 * np.pi), rng.uniform(0.15, 0.6)
    thickness = rng.uniform(0.0035, 0.0075)
    for _ in range(count):
        tries = (_hair(rng, direction, spread, stubble) for _ in range(1 if beside is None else _TRIES))
        curve = next((one for one in tries if beside is None or not _crosses(one, beside)), None)
        if curve is None:
            continue
        taper = np.linspace(1, 0.35, len(curve)) ** 0.7
        canvas.stroke(curve, thickness * rng.uniform(0.6, 1.2) * taper, rng.uniform(0.6, 0.95))
    colour = np.array(_COLOURS[rng.choice(len(_COLOURS), p=(0.32, 0.3, 0.2, 0.1, 0.08))], dtype=np.float32)
    return Layer(colour, canvas.coverage())


def _hair(rng: np.random.Generator, direction: float, spread: float, stubble: bool) -> Field:
    """One curve, (K, 2)."""
    angle = direction + rng.normal(0, spread)
    length = rng.uniform(0.03, 0.09) if stubble else rng.uniform(0.25, 0.9)
    start = rng.uniform(-0.1, 1.1, 2)
    step = length * np.array([np.cos(angle), np.sin(angle)])
    bend = rng.normal(0, 0.16) * np.array([-step[1], step[0]])
    return bezier(start, start + step / 2 + bend * 2, start + step, 6 if stubble else 20)


def _crosses(curve: Field, outline: Outline) -> bool:
    fine = np.concatenate([curve, (curve[1:] + curve[:-1]) / 2])
    distance, border = outline.polar(fine[:, 1], fine[:, 0])
    return bool((distance < _CLEAR * border + 0.01).any())
