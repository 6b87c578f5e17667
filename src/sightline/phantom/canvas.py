"""Sharp shapes with soft pixel borders: drawn larger, then averaged."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from PIL import Image, ImageDraw

from sightline.channels import colours_in
from sightline.phantom.noise import Field

_FAINTEST = 0.02


class Layer(NamedTuple):
    """Something that lies over a picture: colour (h, w, 3) or (3,), from 0 to 1 or, where it shines, a little more, and how much it covers,
    (h, w) in [0, 1]."""

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

    def laid_on(self, pixels: Field) -> Field:
        """(H, W, C) uint8 with the layer over it; what it does not cover stays as it is. Of other channels than red, green and blue each
        gets the brightness of its colour."""
        result = pixels.copy()
        if not self.cover.any():
            return result
        rows, columns = (np.flatnonzero(self.cover.any(axis)) for axis in (1, 0))
        window = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
        colour = self.colour[window] if self.colour.ndim == 3 else self.colour
        part = Layer(colours_in(colour, pixels.shape[2]), self.cover[window]).over(pixels[window] / np.float32(255))
        result[window] = (part.clip(0, 1) * 255 + 0.5).astype(np.uint8)
        return result

    def fitted(self, size: tuple[int, int]) -> Layer:
        """Drawn on a square, brought to a picture of `size` (H, W): of an oblong one the part of the square that holds most of it."""
        side, window = len(self.cover), []
        for axis, length in enumerate(size):
            kept = max(1, round(side * length / max(size)))
            weight = self.cover.sum(axis=1 - axis) + 1e-9
            start = float(weight @ (np.arange(side) + 0.5) / weight.sum()) - kept / 2
            first = round(min(max(start, 0), side - kept))
            window.append(slice(first, first + kept))
        colour = np.broadcast_to(self.colour, (side, side, 3))
        return Layer(colour[tuple(window)], self.cover[tuple(window)]).resized(size)

    def resized(self, size: tuple[int, int]) -> Layer:
        """Brought to `size` (H, W)."""
        if self.cover.shape == size:
            return self
        colour = np.broadcast_to(self.colour, (*self.cover.shape, 3))
        planes = (np.ascontiguousarray(plane, np.float32) for plane in (self.cover, *np.moveaxis(colour, 2, 0)))
        cover, *rgb = (np.asarray(Image.fromarray(plane).resize(size[::-1], Image.Resampling.BILINEAR)) for plane in planes)
        return Layer(np.stack(rgb, axis=2), cover)


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
