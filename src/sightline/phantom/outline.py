"""The border of the lesion: a closed curve around a centre."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import maximum_filter1d

from sightline.phantom.noise import Field, centres

ANGLES = 720
_ANGLE = np.linspace(0, 2 * np.pi, ANGLES, endpoint=False)
_DIRECTION = np.stack([np.cos(_ANGLE), np.sin(_ANGLE)], axis=1)
_MARGIN = 0.02  # between the lesion and the image's border
_WIDEST = 0.62  # leaves room for an artefact and a clear gap on at least one side


@dataclass(frozen=True, eq=False)
class Outline:
    """A star-shaped border.

    Attributes:
        x, y: centre, in units of the image side.
        radii: (ANGLES,) distance from the centre to the border, counted from the positive x axis towards positive y.
    """

    x: float
    y: float
    radii: Field

    @property
    def points(self) -> Field:
        """(ANGLES, 2) rows (x, y)."""
        result: Field = curve(self.radii) + np.array([self.x, self.y])
        return result

    @property
    def area(self) -> float:
        """Share of the image that lies inside."""
        return area_of(self.radii)

    @property
    def box(self) -> tuple[float, float, float, float]:
        """(x0, y0, x1, y1)."""
        (x0, y0), (x1, y1) = self.points.min(0), self.points.max(0)
        return float(x0), float(y0), float(x1), float(y1)

    def polar(self, y: Field, x: Field) -> tuple[Field, Field]:
        """Distance from the centre, and the border's distance in the same direction, of points given by arrays of one shape."""
        dy, dx = y - np.float32(self.y), x - np.float32(self.x)
        turn = np.arctan2(dy, dx) * np.float32(ANGLES / (2 * np.pi))
        border = self.radii.astype(np.float32)[np.rint(turn).astype(int) % ANGLES]
        return np.hypot(dy, dx), border

    def contains(self, points: Field) -> Field:
        """Which of the `points` (..., 2) lie inside: (...,) bool."""
        distance, border = self.polar(points[..., 1], points[..., 0])
        return np.asarray(distance < border)

    def mask(self, size: int) -> Field:
        """(size, size) bool: the pixel's centre lies inside."""
        distance, border = self.polar(centres(size)[:, None], centres(size)[None, :])
        return np.asarray(distance < border)


def make_outline(rng: np.random.Generator, area: float, place: tuple[float, float], irregularity: float) -> Outline:
    """A lesion's border.

    Args:
        area: share of the image inside.
        place: (x, y) in [0, 1]: where in its free room it lies, from touching the left (upper) margin to touching the right (lower) one.
        irregularity: 0 nearly an ellipse, 1 lobed, notched and streaked.
    """
    long, tilt = np.sqrt(rng.uniform(1.0, 1.45)), rng.uniform(0, np.pi)
    ellipse = 1 / np.hypot(np.cos(_ANGLE - tilt) / long, np.sin(_ANGLE - tilt) * long)
    log = waves(rng, range(2, 5), 0.02 + 0.12 * irregularity) + waves(rng, range(5, 12), 0.003 + 0.05 * irregularity)
    log += waves(rng, range(12, 30), 0.002 + 0.018 * irregularity)
    log += _streaks(rng, irregularity) - _notches(rng, irregularity)
    radii = ellipse * np.exp(log)
    radii *= np.sqrt(area / area_of(radii))
    extent = np.ptp(curve(radii), axis=0)
    radii *= min(1.0, _WIDEST / extent.max())
    low = curve(radii).min(0)
    free = 1 - 2 * _MARGIN - np.ptp(curve(radii), axis=0)
    x, y = _MARGIN - low + np.asarray(place) * free
    return Outline(float(x), float(y), radii)


def outline_around(inside: Field, widest: float = 1.0) -> Outline:
    """The star-shaped border that just holds a region (H, W) bool, in units of the image's sides; no radius is above `widest`."""
    rows, columns = np.nonzero(inside)
    y, x = (rows + 0.5) / inside.shape[0], (columns + 0.5) / inside.shape[1]
    dy, dx = y - y.mean(), x - x.mean()
    radii = np.zeros(ANGLES)
    np.maximum.at(radii, np.rint(np.arctan2(dy, dx) * ANGLES / (2 * np.pi)).astype(int) % ANGLES, np.hypot(dy, dx))
    radii = maximum_filter1d(radii, ANGLES // 20, mode="wrap")  # few pixels leave directions between them empty
    return Outline(float(x.mean()), float(y.mean()), radii.clip(1 / max(inside.shape), widest))


def curve(radii: Field) -> Field:
    result: Field = radii[:, None] * _DIRECTION  # (ANGLES, 2)
    return result


def area_of(radii: Field) -> float:
    return float(0.5 * np.sin(2 * np.pi / ANGLES) * (radii * np.roll(radii, 1)).sum())


def waves(rng: np.random.Generator, orders: range, strength: float) -> Field:
    """A periodic random curve with standard deviation of about `strength`: (ANGLES,)."""
    height = rng.standard_normal(len(orders)) * strength / np.sqrt(len(orders) / 2)
    spectrum = np.zeros(ANGLES // 2 + 1, dtype=complex)
    spectrum[orders.start : orders.stop] = height * np.exp(1j * rng.uniform(0, 2 * np.pi, len(orders))) * ANGLES / 2
    return np.asarray(np.fft.irfft(spectrum, ANGLES))


def _notches(rng: np.random.Generator, irregularity: float) -> Field:
    """Up to three bites out of the border."""
    at, width, depth = rng.uniform(0, 2 * np.pi, 3), rng.uniform(0.08, 0.2, 3), rng.uniform(0.1, 0.4, 3)
    depth *= np.clip(irregularity * 3 - np.arange(3), 0, 1) * min(1.0, irregularity * 1.5)
    away = np.angle(np.exp(1j * (_ANGLE[:, None] - at)))  # (ANGLES, 3)
    return np.asarray((depth * np.exp(-0.5 * (away / width) ** 2)).sum(1))


def _streaks(rng: np.random.Generator, irregularity: float) -> Field:
    """Radial spikes along one segment of the border."""
    at, width, count = rng.uniform(0, 2 * np.pi), rng.uniform(0.3, 0.9), rng.integers(18, 34)
    height = rng.uniform(-0.16, 0.16) * irregularity
    away = np.angle(np.exp(1j * (_ANGLE - at)))
    spikes = np.abs(np.sin(_ANGLE * count / 2 + rng.uniform(0, np.pi))) ** 3 * (1 + 0.5 * waves(rng, range(4, 10), 1))
    return np.asarray(max(height, 0) * np.exp(-0.5 * (away / width) ** 2) * spikes)
