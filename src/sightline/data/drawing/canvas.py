"""Sharp shapes with soft pixel borders: drawn larger, then averaged."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from PIL import Image, ImageDraw

from sightline.data.drawing.noise import Field

_FAINTEST = 0.02


class Layer(NamedTuple):
    """Something that lies over a picture: colour (h, w, 3) or (3,) in [0, 1], and how much it covers, (h, w) in [0, 1]."""

    colour: Field
    cover: Field

    def over(self, picture: Field) -> Field:
        return np.asarray(picture + (self.colour - picture) * self.cover[..., None])

    def on(self, below: Layer) -> Layer:
        """Both as one layer."""
        cover = self.cover + below.cover * (1 - self.cover)
        share = (self.cover / np.maximum(cover, 1e-6))[..., None]
        return Layer(below.colour + (self.colour - below.colour) * share, cover)

    def trimmed(self) -> Layer:
        """Without what is too faint to be seen, so that `cover > 0` tells exactly which pixels it touches."""
        cover = np.where(self.cover < _FAINTEST, 0, self.cover)
        return Layer(np.asarray(self.colour, dtype=np.float32), cover.astype(np.float32))


class Canvas:
    """A coverage map on which to draw in units of the image side."""

    def __init__(self, size: int) -> None:
        self.zoom = 4 if size <= 128 else 3 if size <= 256 else 2
        self.scale = size * self.zoom
        self.image = Image.new("L", (self.scale, self.scale))
        self.pen = ImageDraw.Draw(self.image)

    def stroke(self, points: Field, width: Field, strength: float = 1.0) -> None:
        """A line through `points` (K, 2) with `width` (K,) at each of them. Thinner than a drawn pixel: paler instead."""
        along = np.gradient(points, axis=0)
        across = np.stack([-along[:, 1], along[:, 0]], axis=1) / np.maximum(np.hypot(*along.T), 1e-9)[:, None]
        thinnest = 1.2 / self.scale
        half = np.maximum(width, thinnest)[:, None] / 2
        shape = np.concatenate([points + across * half, (points - across * half)[::-1]]) * self.scale
        strength *= min(1.0, float(np.mean(width)) / thinnest)
        self.pen.polygon([(x, y) for x, y in shape.tolist()], fill=round(255 * strength))

    def coverage(self) -> Field:
        """(size, size) in [0, 1]."""
        return np.asarray(self.image.reduce(self.zoom), dtype=np.float32) / np.float32(255)


def bezier(start: Field, middle: Field, end: Field, count: int) -> Field:
    """A quadratic curve: (count, 2)."""
    t = np.linspace(0, 1, count)[:, None]
    return np.asarray((1 - t) ** 2 * start + 2 * t * (1 - t) * middle + t**2 * end)
