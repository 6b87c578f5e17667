"""A tube or a line on a chest radiograph: what a patient in intensive care comes with."""

from __future__ import annotations

import numpy as np

from sightline.data.drawing.canvas import Canvas, Layer, bezier
from sightline.data.drawing.noise import Field


def paint_tube(rng: np.random.Generator, size: int) -> Layer:
    """A wide tube from the top, with pale walls and a bright stripe; or a thin line from a shoulder or the neck, bright all over."""
    return _tube(rng, size) if rng.random() < 0.5 else _line(rng, size)


def _tube(rng: np.random.Generator, size: int) -> Layer:
    start = np.array([rng.uniform(0.45, 0.55), -0.03])
    end = np.array([start[0] + rng.uniform(-0.03, 0.03), rng.uniform(0.28, 0.62)])
    curve = bezier(start, (start + end) / 2 + np.array([rng.uniform(-0.04, 0.04), 0]), end, 32)
    width = rng.uniform(0.02, 0.028)
    body, walls, stripe = Canvas(size), Canvas(size), Canvas(size)
    body.stroke(curve, np.full(32, width))
    across = _across(curve)
    for side in (-0.5, 0.5):
        walls.stroke(curve + side * width * across, np.full(32, 0.22 * width))
    stripe.stroke(curve + rng.uniform(-0.2, 0.2) * width * across, np.full(32, 0.28 * width))
    cover = 0.16 * body.coverage() + 0.3 * walls.coverage() + rng.uniform(0.4, 0.6) * stripe.coverage()
    return Layer(np.full(3, 0.97, np.float32), cover.clip(0, 0.85))


def _line(rng: np.random.Generator, size: int) -> Layer:
    left, neck = rng.random(2) < 0.5
    # from the neck straight down, or from below the collar bone and then down
    start = np.array([rng.uniform(0.3, 0.42), -0.03]) if neck else np.array([-0.03, rng.uniform(0.1, 0.3)])
    middle = np.array([rng.uniform(0.36, 0.45), rng.uniform(0.12, 0.22)])
    end = np.array([rng.uniform(0.4, 0.47), rng.uniform(0.38, 0.55)])
    curve = bezier(start, middle, end, 40)
    if left:
        curve = curve * np.array([-1, 1]) + np.array([1, 0])
    canvas = Canvas(size)
    canvas.stroke(curve, np.full(40, rng.uniform(0.008, 0.012)))
    return Layer(np.full(3, 0.97, np.float32), rng.uniform(0.5, 0.75) * canvas.coverage())


def _across(curve: Field) -> Field:
    """The unit normal at each point: (K, 2)."""
    along = np.gradient(curve, axis=0)
    return np.asarray(np.stack([-along[:, 1], along[:, 0]], axis=1) / np.maximum(np.hypot(*along.T), 1e-9)[:, None])
