"""The edge of the beam: where a collimator kept the X-rays away, the image is black."""

from __future__ import annotations

import numpy as np

from sightline.data.drawing.canvas import Layer
from sightline.data.drawing.noise import Field, centres
from sightline.data.drawing.outline import Outline
from sightline.data.drawing.place import GAP

_LEAST = 0.025  # depth of what is drawn where the finding leaves no more room, in image sides


def paint_collimation(rng: np.random.Generator, outline: Outline, size: int) -> Layer:
    """One to four black margins with a soft inner edge, together slightly askew."""
    turn = rng.normal(0, 0.015)
    directions = np.stack([np.cos(turn + np.arange(4) * np.pi / 2), np.sin(turn + np.arange(4) * np.pi / 2)], axis=1)  # (4, 2)
    room = 0.5 - ((outline.points - 0.5) @ directions.T).max(axis=0) - GAP / 2  # (4,)
    depth = np.minimum(rng.uniform(0.03, 0.09, 4), np.maximum(room, 0))
    depth[rng.permutation(4)[: rng.integers(0, 4)]] = 0
    if depth.max() < _LEAST:
        depth[int(room.argmax())] = max(_LEAST, min(0.08, float(room.max())))
    soft, at = rng.uniform(0.003, 0.007), centres(size) - np.float32(0.5)
    beyond: Field = np.full((size, size), -1.0, np.float32)  # distance outside the beam
    for (x, y), deep in zip(directions.tolist(), depth.tolist(), strict=True):
        if deep > 0:
            beyond = np.maximum(beyond, y * at[:, None] + x * at[None, :] - (0.5 - deep))
    cover = 1 / (1 + np.exp(-np.clip(beyond / soft, -30, 30)))
    return Layer(np.full(3, rng.uniform(0.01, 0.05), np.float32), 0.99 * cover)
