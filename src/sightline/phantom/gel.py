"""Bubbles in the gel between skin and lens."""

from __future__ import annotations

import math

import numpy as np

from sightline.phantom.canvas import Layer
from sightline.phantom.noise import Field, centres
from sightline.phantom.outline import Outline
from sightline.phantom.place import free_discs

_DARK, _BRIGHT = np.array([0.22, 0.14, 0.12], np.float32), np.array([1.0, 0.99, 0.97], np.float32)


def paint_gel(rng: np.random.Generator, outline: Outline, size: int) -> Layer:
    """One to four glossy bubbles, lit from one side."""
    count = rng.integers(1, 5)
    wanted = rng.uniform(0.05, 0.13, count)
    wanted[0] = rng.uniform(0.09, 0.15)
    middles, radii = free_discs(rng, outline, wanted, margin=0.02)
    lamp, at = float(rng.uniform(0, 2 * np.pi)), centres(size)
    layer = Layer(np.zeros((size, size, 3), np.float32), np.zeros((size, size), np.float32))
    for (x, y), radius in zip(middles.tolist(), radii.tolist(), strict=True):
        rows, columns = np.flatnonzero(abs(at - y) < radius + 1 / size), np.flatnonzero(abs(at - x) < radius + 1 / size)
        window = np.ix_(rows, columns)
        part = Layer(layer.colour[window], layer.cover[window])
        for gloss in _bubble((at[rows, None] - y) / radius, (at[columns] - x) / radius, lamp, radius * size):
            part = gloss.on(part)
        layer.colour[window], layer.cover[window] = part
    return layer


def _bubble(dy: Field, dx: Field, lamp: float, pixels: float) -> list[Layer]:
    """A bubble of radius 1: a clear body, a dark rim, a bright crescent towards the lamp, one away from it, and the lamp's reflection.

    Args:
        dy, dx: offsets from its middle, (h, 1) and (w,).
        lamp: direction of the light.
        pixels: its radius in pixels.
    """
    r = np.hypot(dy, dx)  # (h, w)
    inside = np.clip((1 - r) * pixels + 0.5, 0, 1)
    light_x, light_y = math.cos(lamp), math.sin(lamp)
    towards = (dx * light_x + dy * light_y) / np.maximum(r, 1e-6)  # cosine of the angle to the lamp
    rim = np.exp(-(((r - 0.95) / 0.10) ** 2)) * (0.55 - 0.25 * towards)
    crescent = np.exp(-(((r - 0.76) / 0.09) ** 2)) * np.clip(towards - 0.25, 0, 1) * 0.9
    caustic = np.exp(-(((r - 0.78) / 0.10) ** 2)) * np.clip(-towards - 0.1, 0, 1) * 0.6
    spot = np.exp(-((((dx - 0.42 * light_x) ** 2 + (dy - 0.42 * light_y) ** 2) / 0.13**2) ** 2))
    body = Layer(_BRIGHT, inside * (0.20 + 0.06 * r))
    return [body, Layer(_DARK, rim * inside), Layer(_BRIGHT, np.maximum(crescent, caustic) * inside), Layer(_BRIGHT, 0.97 * spot * inside)]
