"""A simulated radiologist: a sweep over the chest in a learned order, then a stay on what was found; and what an eye tracker records."""

from __future__ import annotations

import numpy as np

from sightline.phantom.cxr_chest import SIDES, Chest
from sightline.phantom.cxr_opacity import Opacity
from sightline.phantom.noise import Field

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


RATE = 60  # samples a second, as the tracker of EGD-CXR
_DEGREES = 20.0  # of the visual field that a radiograph fills on the screen: a degree is 127 of 2544 pixels (Zhu et al. 2022: 100 to 400)
_UNREST = 0.1  # degrees: eyes that rest on a point still drift and tremble, root mean square
_PRECISION = 0.1  # of the tracker's error, by which samples of one and the same point differ


def saccade_seconds(degrees: Field) -> Field:
    """How long the eyes jump: 21 ms, and 2.2 ms for each degree (the main sequence, after Carpenter 1988)."""
    return 0.021 + 0.0022 * degrees


def samples(rng: np.random.Generator, reading: Field, error: float) -> Field:
    """The raw gaze of a reading, in the order of time, 1 / 60 s apart: rows (x, y), in image sides.

    During a fixation samples scatter about its point for as long as it lasts; between two fixations they lie on the straight line from one
    to the other, slowly at its ends.

    Args:
        reading: fixations (K, 3), rows (x, y, seconds), as `simulate_reading` gives them: displaced by the tracker's error already.
        error: of the tracker, root mean square in image sides.

    Returns:
        (N, 2) in [0, 1).
    """
    points, dwell = reading[:, :2], reading[:, 2]
    jump = np.append(saccade_seconds(_DEGREES * np.hypot(*np.diff(points, axis=0).T)), np.inf)  # (K,), none after the last
    start = np.concatenate([[0.0], np.cumsum(dwell[:-1] + jump[:-1])])  # (K,), of each fixation
    time = np.arange(0, start[-1] + dwell[-1], 1 / RATE)  # (N,)
    now = np.searchsorted(start, time, side="right") - 1  # (N,), the fixation that is on, or was last
    way = np.clip((time - start[now] - dwell[now]) / jump[now], 0, 1)  # share of the jump's time
    gone = (1 - np.cos(np.pi * way))[:, None] / 2  # and of its way
    following = np.minimum(now + 1, len(points) - 1)
    seen = (1 - gone) * points[now] + gone * points[following]  # (N, 2)
    scatter = np.hypot(_UNREST / _DEGREES, _PRECISION * error) / np.sqrt(2)
    seen = seen + (gone == 0) * rng.normal(0, scatter, seen.shape)
    return np.asarray(seen.clip(0, 0.999))
