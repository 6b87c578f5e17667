"""Calipers: the crosses that a sonographer sets at the ends of what is measured, and the lengths written in a corner."""

from __future__ import annotations

import numpy as np
from PIL import ImageFont

from sightline.data.drawing.canvas import Canvas, Layer
from sightline.data.drawing.noise import Field
from sightline.data.drawing.outline import Outline

_COLOURS = ((0.97, 0.97, 0.97), (0.85, 0.85, 0.85), (0.95, 0.92, 0.55))
_GAP = 0.012  # between a cross and the border of the finding, in image sides


def paint_caliper(rng: np.random.Generator, outline: Outline, size: int) -> Layer:
    """Two crosses at the ends of an axis just outside the finding, mostly two more across it; often the lengths in a lower corner."""
    canvas, arm, pen = Canvas(size), rng.uniform(0.018, 0.028), rng.uniform(0.006, 0.009)
    turn, pairs = rng.uniform(0, np.pi), 2 if rng.random() < 0.75 else 1
    lengths = []
    for i in range(pairs):
        ends = np.stack([_end(outline, turn + i * np.pi / 2 + half, arm) for half in (0, np.pi)])  # (2, 2)
        lengths.append(float(np.hypot(*(ends[1] - ends[0]))))
        for end in ends:
            _cross(canvas, end, arm, pen, slanted=i == 1)
    if rng.random() < 0.7:
        _write(rng, canvas, lengths)
    return Layer(np.array(_COLOURS[rng.choice(len(_COLOURS), p=(0.5, 0.3, 0.2))], np.float32), canvas.coverage())


def _end(outline: Outline, angle: float, arm: float) -> Field:
    """Where a cross stands in a direction: outside the border, inside the image."""
    direction = np.array([np.cos(angle), np.sin(angle)])
    middle = np.array([outline.x, outline.y])
    border = float(outline.polar(*(np.array(v, np.float32) for v in (middle + direction)[::-1]))[1])
    return np.asarray((middle + direction * (border + arm + _GAP)).clip(1.3 * arm, 1 - 1.3 * arm))


def _cross(canvas: Canvas, middle: Field, arm: float, pen: float, slanted: bool) -> None:
    first = np.pi / 4 if slanted else 0.0
    for angle in (first, first + np.pi / 2):
        half = arm * np.array([np.cos(angle), np.sin(angle)])
        canvas.stroke(np.stack([middle - half, middle + half]), np.full(2, pen))


def _write(rng: np.random.Generator, canvas: Canvas, lengths: list[float]) -> None:
    """A line for each length, the image being some centimetres wide."""
    wide, tall = rng.uniform(3, 6), rng.uniform(0.034, 0.045)
    font = ImageFont.load_default(size=tall * canvas.scale)
    x = (0.03 if rng.random() < 0.5 else 0.68) * canvas.scale
    for i, length in enumerate(lengths):
        y = (0.97 - tall * 1.15 * (len(lengths) - i)) * canvas.scale
        canvas.pen.text((x, y), f"{'+x'[i]} D{i + 1} {length * wide:.2f} cm", fill=255, font=font)
