"""A simulated radiologist: a sweep over the whole chest in a learned order, then a stay on what was found."""

from __future__ import annotations

import numpy as np

from sightline.data.drawing.cxr_chest import SIDES, Chest
from sightline.data.drawing.cxr_opacity import Opacity
from sightline.data.drawing.noise import Field

# stops of the sweep: lung (-1 on the image's left), share of the way from mediastinum to chest wall, share of that from apex to diaphragm
_UPPER = np.array([(-1, 0.45, 0.10), (1, 0.45, 0.10), (1, 0.60, 0.40), (-1, 0.60, 0.40), (-1, 0.15, 0.42), (1, 0.15, 0.42)])
_LOWER = np.array([(1, 0.55, 0.72), (-1, 0.55, 0.72), (-1, 0.88, 0.97), (1, 0.88, 0.97)])
_HEART = np.array([(0.0, 0.15), (0.85, 0.7), (-0.8, 0.6), (0.2, 0.5)])  # from its middle, in halves of its width and height
_LOST = 0.012  # standard deviation of where a stop is aimed at


def simulate_reading(rng: np.random.Generator, chest: Chest, label: str, opacity: Opacity | None, error: float) -> Field:
    """Fixations (K, 3) in the order in which they were made: rows (x, y, seconds), x and y in image sides.

    A healthy chest is read once more at random, lungs and heart; on an enlarged heart the eyes rest, and go to its borders to judge its
    width; on an opacity they rest, with glances at the same place of the other lung.

    Args:
        error: of the eye tracker, root mean square distance in image sides: half of its variance shifts the whole recording.
    """
    windpipe = np.array([[0.5, 0.5], [chest.middle, chest.apex + 0.10]])  # the first fixation is the middle of the screen
    sweep = np.concatenate([windpipe, _in_lungs(chest, _UPPER), _in_heart(chest, _HEART), _in_lungs(chest, _LOWER)])
    sweep = sweep + rng.normal(0, _LOST, sweep.shape)
    stay, pause = _stay(rng, chest, label, opacity)
    seconds = np.concatenate([rng.gamma(4, 0.055, len(sweep)), rng.gamma(4, pause / 4, len(stay))])
    points = np.concatenate([sweep, stay])
    points = points + rng.normal(0, error / 2, 2) + rng.normal(0, error / 2, points.shape)
    return np.column_stack([points.clip(0, 0.999), seconds])


def _stay(rng: np.random.Generator, chest: Chest, label: str, opacity: Opacity | None) -> tuple[Field, float]:
    """Where the eyes are after the sweep (K, 2), and for how many seconds each on average."""
    if opacity:
        turn, reach = rng.integers(0, len(opacity.outline.radii), 12), 0.8 * np.sqrt(rng.random(12))
        middle = np.array([opacity.outline.x, opacity.outline.y])
        inside = middle + reach[:, None] * (opacity.outline.points[turn] - middle)
        seen = chest.depth(inside[:, 1], inside[:, 0], SIDES[opacity.lung]) > 0
        glances = inside[:2] * [-1, 1] + [2 * chest.middle, 0]
        return np.concatenate([inside[:6][seen[:6]], glances, inside[6:][seen[6:]]]), 0.45
    if label == "cardiomegaly":
        angle = rng.uniform(0, 2 * np.pi, 9)
        resting = 0.75 * np.sqrt(rng.random(9))[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
        borders = np.array([(-0.95, 0.35), (0.95, 0.5)])  # right and left: its width is judged
        return _in_heart(chest, np.concatenate([resting[:4], borders, resting[4:], borders])), 0.38
    lungs = np.column_stack([rng.choice([-1, 1], 8), rng.uniform(0.1, 0.9, (8, 2))])
    again = np.concatenate([_in_lungs(chest, lungs), _in_heart(chest, rng.uniform(-0.6, 0.6, (5, 2)))])
    return rng.permutation(again), 0.26


def _in_lungs(chest: Chest, stops: Field) -> Field:
    side, across, down = stops.T
    low = chest.apex + 0.02
    y = low + down * (np.mean(chest.domes) + 0.06 * across - low)
    u = chest.medial(y) + across * (chest.wall(y) - chest.medial(y))
    return np.stack([chest.midline(y) + side * u, y], axis=1)


def _in_heart(chest: Chest, places: Field) -> Field:
    x0, y0, x1, y1 = chest.heart.box
    return np.asarray(places * [(x1 - x0) / 2, (y1 - y0) / 2] + [(x0 + x1) / 2, (y0 + y1) / 2])
