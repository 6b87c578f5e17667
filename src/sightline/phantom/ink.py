"""Skin-marker ink: purple hatches, dots and strokes around the lesion."""

from __future__ import annotations

import numpy as np

from sightline.phantom.canvas import Canvas, Layer, bezier
from sightline.phantom.noise import Field, field
from sightline.phantom.outline import Outline
from sightline.phantom.place import free_discs


def paint_ink(rng: np.random.Generator, outline: Outline, size: int) -> Layer:
    """Two to five marks of one pen, worn away along the furrows of the skin."""
    count = rng.integers(2, 6)
    middles, radii = free_discs(rng, outline, rng.uniform(0.06, 0.12, count), margin=0.05)
    canvas, pen = Canvas(size), rng.uniform(0.008, 0.014)
    mark = (_hatch, _hatch, _dot, _stroke)[rng.integers(4)]
    for middle, radius in zip(middles, radii, strict=True):
        mark(rng, canvas, middle, radius, pen)
    colour = np.array([0.30, 0.12, 0.52]) * rng.uniform(0.75, 1.2) + rng.uniform(-0.04, 0.04, 3)
    worn = np.clip(0.82 + 0.22 * field(rng, size, 45), 0.25, 1)
    return Layer(colour.clip(0, 1), canvas.coverage() * worn)


def _hatch(rng: np.random.Generator, canvas: Canvas, middle: Field, radius: float, pen: float) -> None:
    """A few nearly parallel strokes to and fro along an axis."""
    turn = rng.uniform(0, np.pi)
    axis, across = np.array([np.cos(turn), np.sin(turn)]), np.array([-np.sin(turn), np.cos(turn)])
    reach = 0.85 * radius - pen
    for step in np.linspace(-1, 1, int(rng.integers(6, 11))):
        half = reach * (0.30 + 0.2 * rng.random())
        slant = rng.normal(0.25, 0.15)
        foot = middle + axis * step * 0.85 * reach
        points = np.stack([foot - half * (across + slant * axis), foot + half * (across + slant * axis)])
        canvas.stroke(points, pen * rng.uniform(0.7, 1.1, 2), rng.uniform(0.75, 1))
    canvas.stroke(np.stack([middle - axis * reach, middle + axis * reach]), np.full(2, pen), 0.9)


def _dot(rng: np.random.Generator, canvas: Canvas, middle: Field, radius: float, pen: float) -> None:
    """A blot with a ragged border."""
    turn = np.linspace(0, 2 * np.pi, 40)
    ragged = 0.52 * radius * (1 + 0.10 * np.sin(3 * turn + rng.uniform(0, 6)) + rng.normal(0, 0.05, 40))
    half = np.stack([ragged * np.cos(turn), ragged * np.sin(turn)], axis=1)
    canvas.pen.polygon([(x, y) for x, y in ((middle + half) * canvas.scale).tolist()], fill=235)


def _stroke(rng: np.random.Generator, canvas: Canvas, middle: Field, radius: float, pen: float) -> None:
    """One bent line with a thick pen."""
    turn = rng.uniform(0, 2 * np.pi)
    reach = radius - 1.2 * pen
    step = reach * np.array([np.cos(turn), np.sin(turn)])
    bend = rng.uniform(-0.5, 0.5) * np.array([-step[1], step[0]])
    canvas.stroke(bezier(middle - step, middle + bend, middle + step, 16), pen * rng.uniform(1.4, 2.2) * np.linspace(1, 0.8, 16))
