"""A mass in the breast: its outline, its echoes, and what it does to the echoes behind it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter1d

from sightline.phantom.noise import Field, blobs, centres, field
from sightline.phantom.outline import ANGLES, Outline, area_of, waves

_ANGLE = np.linspace(0, 2 * np.pi, ANGLES, endpoint=False)
_SIDE, _TOP, _BOTTOM = 0.07, 0.17, 0.80  # what lies outside is no place for a mass
_WIDEST = 0.44  # of a mass, in image sides: leaves a corner free for marks


@dataclass(frozen=True)
class Suspicion:
    """How a mass departs from a smooth oval that lies along the probe; each from 0 (not at all) to 1. The class shows in nothing else.

    Attributes:
        upright: taller than wide.
        margin: angular, lobed and spiculated.
        shadow: 0: echoes behind it are enhanced; 1: it casts a shadow.
    """

    upright: float
    margin: float
    shadow: float


def make_suspicion(rng: np.random.Generator, label: str) -> Suspicion:
    """Single signs overlap between benign and malignant masses, their mean does not."""
    malignant = label == "malignant"
    a, b = (4.0, 2.2) if malignant else (2.0, 4.0)
    while True:
        signs = rng.beta(a, b, 3)
        if (signs.mean() > 0.58) if malignant else (signs.mean() < 0.40):
            return Suspicion(*map(float, signs))


def make_mass(rng: np.random.Generator, suspicion: Suspicion, area: float, place: tuple[float, float]) -> Outline:
    """The border of a mass.

    Args:
        area: share of the image inside.
        place: (x, y) in [0, 1]: where in its free room it lies.
    """
    tall = np.sqrt(np.exp(np.log(0.5) + suspicion.upright * np.log(1.5 / 0.5) + rng.normal(0, 0.05)))
    tilt = rng.normal(0, 0.12)
    ellipse = 1 / np.hypot(np.cos(_ANGLE - tilt) * tall, np.sin(_ANGLE - tilt) / tall)
    rough = suspicion.margin**1.3
    log = waves(rng, range(2, 5), 0.02 + 0.15 * rough) + waves(rng, range(5, 13), 0.004 + 0.08 * rough)
    radii = ellipse * np.exp(log + _spicules(rng, rough))
    radii *= np.sqrt(area / area_of(radii))
    shape = Outline(0.0, 0.0, radii)
    x0, y0, x1, y1 = shape.box
    shrink = min(1.0, _WIDEST / max(x1 - x0, y1 - y0))
    room_x, room_y = 1 - 2 * _SIDE - shrink * (x1 - x0), _BOTTOM - _TOP - shrink * (y1 - y0)
    return Outline(_SIDE - shrink * x0 + place[0] * room_x, _TOP - shrink * y0 + place[1] * room_y, radii * shrink)


def _spicules(rng: np.random.Generator, rough: float) -> Field:
    """Pointed tongues into the tissue around, as logarithms of the radius: (ANGLES,)."""
    count = int(rng.integers(4, 11))
    turn, width = rng.uniform(0, 2 * np.pi, count), rng.uniform(0.03, 0.16, count)
    height = rng.uniform(0.04, 0.42, count) * np.clip(2 * rough - 0.5, 0, 1)
    away = np.abs(np.angle(np.exp(1j * (_ANGLE[:, None] - turn))))  # (ANGLES, count)
    return np.asarray((height * np.exp(-away / width)).sum(1).clip(0, 0.7))


def paint_mass(rng: np.random.Generator, echo: Field, outline: Outline, suspicion: Suspicion) -> Field:
    """The echoes (size, size) with the mass in them, and less or more of them behind it."""
    size = len(echo)
    at = centres(size)
    distance, border = outline.polar(at[:, None], at[None])
    beyond = distance - border  # negative inside
    rough = suspicion.margin
    frayed = beyond + 0.011 * rough * field(rng, size, 22)
    inside = 1 / (1 + np.exp(np.clip(frayed / (0.003 + 0.009 * rough), -30, 30)))
    level = rng.uniform(-43, -37)
    texture = (0.6 + 2.6 * rough) * field(rng, size, 16) + 1.0 * field(rng, size, 7)
    body = level + texture + _calcifications(rng, at, outline, rough)
    # what lies along the probe reflects: a thin capsule above and below a smooth mass
    flat = np.abs(at[:, None] - np.float32(outline.y)) / np.maximum(distance, 1e-3)
    capsule = 13 * (1 - rough) * flat**2 * np.exp(-((beyond / 0.008) ** 2))
    halo = 8 * rough * np.exp(-(((beyond - 0.022) / 0.026) ** 2)) * np.clip(1 + 0.5 * field(rng, size, 12), 0.2, 2)
    painted = echo + halo * (1 - inside) + (body - echo) * inside + capsule
    return np.asarray(painted + behind(rng, outline, suspicion, size), np.float32)


def behind(rng: np.random.Generator, outline: Outline, suspicion: Suspicion, size: int) -> Field:
    """What sound gains or loses on its way through the mass: (size, size) in decibels, zero above it."""
    at = centres(size)
    inside = outline.mask(size)
    _, y0, _, y1 = outline.box
    gain = 11.0 - 31.0 * suspicion.shadow  # behind the middle of the mass
    path = np.cumsum(inside, axis=0, dtype=np.float32) / np.float32(size * (y1 - y0))
    passed = path * (1 - inside)  # inside, the level is that of the mass
    spread = gaussian_filter1d(passed, max(0.012 * size, 0.3), axis=1, truncate=3)
    fading = 1 - 0.35 * np.clip((at[:, None] - y1) / 0.5, 0, 1)
    x0, _, x1, _ = outline.box
    edges = sum(np.exp(-(((at[None] - edge) / 0.011) ** 2)) for edge in (x0 + 0.012, x1 - 0.012))
    below = np.clip((at[:, None] - outline.y) / 0.06, 0, 1) * (1 - inside)
    refracted = -rng.uniform(2, 6) * (1 - suspicion.margin) * edges * below
    return np.asarray(gain * spread * fading * (1 - inside) + refracted, np.float32)


def _calcifications(rng: np.random.Generator, at: Field, outline: Outline, rough: float) -> Field:
    """Bright specks inside an irregular mass, often none."""
    count = int(rng.integers(0, 9)) if rng.random() < rough else 0
    turn = rng.integers(0, ANGLES, count)
    middle = np.array([outline.x, outline.y])
    where = middle + np.sqrt(rng.uniform(0, 0.5, count))[:, None] * (outline.points[turn] - middle)
    return blobs(at, at, where, np.full(count, 0.006), rng.uniform(14, 22, count))
