"""What an eye tracker writes down of a reading: where the eyes point, sixty times a second, fixations and the jumps between them."""

from __future__ import annotations

import numpy as np

from sightline.data.drawing.noise import Field

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
