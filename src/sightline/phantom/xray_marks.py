"""Objects on a chest radiograph beside the patient: the edge of the beam, electrodes, tubes, a side marker."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from sightline.phantom.canvas import Canvas, Layer, bezier
from sightline.phantom.noise import Field, centres
from sightline.phantom.outline import Outline
from sightline.phantom.place import GAP, free_discs

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


def paint_token(rng: np.random.Generator, size: int) -> Layer:
    """An upright L or R in the upper corner of its side, above the shoulder; some in a ring."""
    zoom = 4 if size <= 128 else 2
    unit = size * zoom
    image = Image.new("L", (unit, unit))
    pen = ImageDraw.Draw(image)
    left = bool(rng.random() < 0.5)  # the patient's, on the right of the image
    inset, y, tall = rng.uniform(0.07, 0.095), rng.uniform(0.065, 0.10), rng.uniform(0.065, 0.085)
    middle = ((1 - inset if left else inset) * unit, y * unit)
    pen.text(middle, "L" if left else "R", fill=255, font=ImageFont.load_default(size=tall * unit), anchor="mm")
    if rng.random() < 0.35:
        pen.circle(middle, 0.62 * tall * unit, outline=255, width=max(1, round(0.007 * unit)))
    cover: Field = np.asarray(image.reduce(zoom), dtype=np.float32) / np.float32(255)
    return Layer(np.full(3, rng.uniform(0.9, 1), np.float32), cover).trimmed()
