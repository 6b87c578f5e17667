"""The lungs' vessels: they leave the hilum, branch and thin out towards the chest wall."""

from __future__ import annotations

import numpy as np

from sightline.data.drawing.canvas import Canvas
from sightline.data.drawing.cxr_chest import SIDES, Chest
from sightline.data.drawing.noise import Field, blobs, centres

_ROOTS, _GENERATIONS = 7, 5  # vessels that leave each hilum, and how often they divide
_ALONG = np.linspace(0, 1, 6)[:, None]
_THINNEST = 1.2  # drawn pixels; what is thinner is drawn paler instead


def paint_vessels(rng: np.random.Generator, chest: Chest, size: int) -> Field:
    """Both lungs' vessels and hila: (size, size), about 0 to 1."""
    at, side = centres(size), np.repeat(list(SIDES.values()), _ROOTS)  # (N,)
    out, up = rng.uniform(0.082, 0.098, 2).repeat(_ROOTS), rng.normal(0, 0.008, 2).repeat(_ROOTS)
    hila = np.stack([chest.middle + side * out, 0.415 - 0.012 * side + up], axis=1)  # the left one lies higher
    knots = hila + np.stack([side * rng.normal(-0.008, 0.011, len(side)), rng.normal(0.008, 0.026, len(side))], axis=1)
    knobs = blobs(at, at, knots, rng.uniform(0.011, 0.020, len(side)), rng.uniform(0.15, 0.38, len(side)))
    return np.asarray(_tree(rng, Canvas(size), hila + rng.normal(0, 0.012, hila.shape), side) + knobs)


def _tree(rng: np.random.Generator, canvas: Canvas, start: Field, side: Field) -> Field:
    """All branches from their roots (N, 2) on: each divides into a thicker one and a thinner one."""
    turn = np.tile(np.linspace(-1.3, 1.45, _ROOTS), 2) + rng.normal(0, 0.16, len(start))  # from upwards; 0 is outwards
    width, length = rng.uniform(0.008, 0.014, len(start)), rng.uniform(0.07, 0.11, len(start))
    drawn: list[tuple[Field, Field]] = []
    for _ in range(_GENERATIONS):
        step = (length * rng.uniform(0.8, 1.2, len(start)) * np.stack([side * np.cos(turn), np.sin(turn)])).T  # (N, 2)
        bend = rng.normal(0, 0.22, (len(start), 1)) * np.stack([-step[:, 1], step[:, 0]], axis=1)
        points = start[:, None] + _ALONG * step[:, None] + 2 * _ALONG * (1 - _ALONG) * bend[:, None]  # (N, K, 2)
        drawn.append((points, width))
        start, side = (start + step).repeat(2, axis=0), side.repeat(2)
        share = np.stack([np.full(len(width), 0.64), rng.uniform(0.38, 0.60, len(width))], axis=1).ravel()
        spread = rng.uniform(0.3, 0.7, len(turn)).repeat(2) * rng.uniform(0.4, 1, 2 * len(turn)) * np.tile([1, -1], len(turn))
        turn, width, length = turn.repeat(2) + spread, width.repeat(2) * share, length.repeat(2) * rng.uniform(0.7, 0.95, 2 * len(length))
    for points, width in reversed(drawn):  # the thick ones over the thin ones
        _draw(canvas, points, width)
    return canvas.coverage()


def _draw(canvas: Canvas, points: Field, width: Field) -> None:
    """Tapered lines through `points` (N, K, 2) that start `width` (N,) wide; thin ones are faint."""
    pixels = width * canvas.scale
    visible = pixels > 0.25 * _THINNEST
    points, pixels, width = points[visible], pixels[visible], width[visible]
    along = np.gradient(points, axis=1)
    across = np.stack([-along[..., 1], along[..., 0]], axis=2) / np.linalg.norm(along, axis=2, keepdims=True)
    half = np.maximum(pixels, _THINNEST)[:, None, None] / 2 * (1 - 0.38 * _ALONG)
    shape = np.concatenate([points * canvas.scale + across * half, (points * canvas.scale - across * half)[:, ::-1]], axis=1)
    ink = np.clip(0.22 + 60 * width, 0, 1) * np.minimum(1, pixels / _THINNEST) * 255
    for outline, strength in zip(shape.reshape(-1, 4 * len(_ALONG)).tolist(), ink.round().astype(int).tolist(), strict=True):
        canvas.pen.polygon(outline, fill=strength)
