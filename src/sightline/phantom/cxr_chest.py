"""The measures of one chest: the borders between lungs, heart, chest wall and abdomen.

A radiograph shows the patient from the front: the patient's right side lies on the left of the image. Sides are signed, -1 for the left of
the image, +1 for its right; `u` is the distance from the midline towards a side.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.interpolate import CubicSpline, PchipInterpolator

from sightline.phantom.noise import Field, centres
from sightline.phantom.outline import ANGLES, Outline

SIDES = {"right_lung": -1, "left_lung": 1}  # the patient's

# inner half-width of the chest, as a share of the widest, by height; and the border of the mediastinum
_WALL = PchipInterpolator([0, 0.08, 0.14, 0.22, 0.32, 0.45, 0.60, 0.74, 0.88, 1], [0.40, 0.50, 0.63, 0.77, 0.88, 0.95, 0.99, 1, 0.99, 0.95])
_MEDIASTINUM = PchipInterpolator([0, 0.10, 0.22, 0.34, 0.45, 1], [0.7, 0.9, 1.0, 1.05, 0.85, 0.75])
# the heart's border in units of its width and height, from its upper end round by its tip on the image's right
_HEART = np.array(
    [
        *[(0.03, 0.0), (0.20, 0.04), (0.38, 0.22), (0.53, 0.46), (0.63, 0.68), (0.66, 0.80), (0.61, 0.92), (0.42, 1.0)],
        *[(0.15, 1.01), (-0.12, 0.99), (-0.27, 0.91), (-0.335, 0.75), (-0.34, 0.58), (-0.28, 0.34), (-0.15, 0.11)],
    ]
)
_CORNER = 0.007  # radius to which the corners of a lung are rounded


@dataclass(frozen=True, eq=False)
class Chest:
    """One chest, in units of the image side.

    Attributes:
        middle, lean: x of the midline at half height, and how much it leans.
        half: half of the widest inner width of the thorax.
        apex: height of the lungs' upper ends.
        domes: height of the two halves of the diaphragm, the patient's right one first.
        mediastinum: half-width of what lies between the lungs.
        heart: its border.
    """

    middle: float
    lean: float
    half: float
    apex: float
    domes: tuple[float, float]
    mediastinum: float
    heart: Outline

    @property
    def cardiothoracic_ratio(self) -> float:
        """Widest width of the heart over that of the thorax inside."""
        x0, _, x1, _ = self.heart.box
        return (x1 - x0) / (2 * self.half)

    def midline(self, y: Field) -> Field:
        return self.middle + self.lean * (y - 0.5)

    def wall(self, y: Field) -> Field:
        """Inner half-width of the chest at these heights."""
        return np.asarray(self.half * _WALL(y))

    def medial(self, y: Field) -> Field:
        """Half-width of the mediastinum at these heights."""
        return np.asarray(self.mediastinum * _MEDIASTINUM(y))

    def dome(self, u: Field, side: int) -> Field:
        """Height of the diaphragm."""
        away = u / self.half - 0.42
        return self.domes[side > 0] + np.where(away > 0, 0.36 * np.abs(away) ** 2.3, 0.14 * away**2)

    def depth(self, y: Field, x: Field, side: int) -> Field:
        """How far inside the lung's borders, heart left aside; negative outside. Arrays that broadcast against each other."""
        u = side * (x - self.midline(y))
        across = np.clip((u - 0.40 * self.half) / (0.38 * self.half), -1, 1)
        top = self.apex + 0.12 * (1 - np.sqrt(1 - across**2))
        borders = (u - self.medial(y), self.wall(y) - u, self.dome(u, side) - y, y - top)
        total = sum(np.exp(np.clip(-border / _CORNER, -60, 60)) for border in borders)
        return np.asarray(-_CORNER * np.log(total))

    def lung(self, size: int, side: int) -> Field:
        """What of the lung is seen beside the heart: (size, size) bool."""
        at = centres(size)
        result: Field = (self.depth(at[:, None], at[None], side) > 0) & ~self.heart.mask(size)
        return result


def make_chest(rng: np.random.Generator, enlarged: bool) -> Chest:
    """A chest whose heart is enlarged or not; nothing else depends on it."""
    middle, lean = 0.5 + rng.normal(0, 0.012), rng.normal(0, 0.018)
    half, breath = rng.uniform(0.375, 0.43), rng.uniform(0, 1)  # 0: breathed out
    right = 0.73 + 0.08 * breath + rng.normal(0, 0.008)
    domes = (right, right + rng.uniform(0.005, 0.03))
    apex, mediastinum = rng.uniform(0.065, 0.10), rng.uniform(0.055, 0.075)
    low, high = (0.57, 0.68) if enlarged else (0.40, 0.475)
    width = 2 * half * (low + (high - low) * rng.beta(2, 2))
    tall = rng.uniform(0.36, 0.41) + (0.04 if enlarged else 0)
    bottom = domes[1] + rng.uniform(0.045, 0.07)
    heart = _make_heart(rng, middle + lean * 0.15, bottom - tall, bottom, width)
    return Chest(middle, lean, half, apex, domes, mediastinum, heart)


def _make_heart(rng: np.random.Generator, middle: float, top: float, bottom: float, width: float) -> Outline:
    points = _HEART + rng.normal(0, 0.012, _HEART.shape)
    closed = np.concatenate([points, points[:1]])
    curve = CubicSpline(np.arange(len(closed)), closed, bc_type="periodic")(np.linspace(0, len(points), 400, endpoint=False))
    curve[:, 0] /= np.ptp(curve[:, 0])
    curve = curve * [width, bottom - top] + [middle + rng.normal(0, 0.006), top]
    x, y = (curve.min(0) + curve.max(0)) / 2
    turn, reach = np.arctan2(curve[:, 1] - y, curve[:, 0] - x), np.hypot(*(curve - (x, y)).T)
    angle = np.linspace(0, 2 * np.pi, ANGLES, endpoint=False)
    order = np.argsort(turn)
    return Outline(float(x), float(y), np.interp(angle, turn[order], reach[order], period=2 * np.pi))
