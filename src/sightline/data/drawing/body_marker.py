"""A body marker: the pictogram of a breast in a corner of an ultrasound image, with the place of the probe on it."""

from __future__ import annotations

import numpy as np

from sightline.data.drawing.canvas import Canvas, Layer


def paint_body_marker(rng: np.random.Generator, size: int) -> Layer:
    """A circle with the nipple in its middle, mostly with the tail towards the armpit, and a bar where the probe lies."""
    canvas, radius, pen = Canvas(size), rng.uniform(0.06, 0.085), rng.uniform(0.006, 0.008)
    right, bottom = rng.random() < 0.5, rng.random() < 0.75
    inset = 1.7 * radius
    middle = np.array([1 - inset if right else inset, 1 - inset if bottom else inset])

    def ring(reach: float) -> None:
        turn = np.linspace(0, 2 * np.pi, 48)
        canvas.stroke(middle + reach * np.stack([np.cos(turn), np.sin(turn)], axis=1), np.full(48, pen))

    ring(radius)
    ring(0.16 * radius)
    if rng.random() < 0.7:
        side = 1 if rng.random() < 0.5 else -1  # of the armpit
        tail = middle + radius * np.array([[0.42 * side, -0.91], [1.25 * side, -1.3], [0.95 * side, -0.31]])
        canvas.stroke(tail, np.full(3, pen))
    turn, away, tilt = rng.uniform(0, 2 * np.pi), rng.uniform(0.45, 0.95), rng.uniform(0, np.pi)
    place = middle + away * radius * np.array([np.cos(turn), np.sin(turn)])
    half = 0.38 * radius * np.array([np.cos(tilt), np.sin(tilt)])
    canvas.stroke(np.stack([place - half, place + half]), np.full(2, 2.4 * pen))
    return Layer(np.full(3, rng.uniform(0.75, 1), np.float32), canvas.coverage())
