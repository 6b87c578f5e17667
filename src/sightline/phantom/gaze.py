"""A simulated reader: where an expert's eyes rest while judging the lesion."""

from __future__ import annotations

import numpy as np

from sightline.phantom.noise import Field
from sightline.phantom.outline import Outline

_TRACKER_ERROR = 0.012  # standard deviation, in image sides


def simulate_gaze(rng: np.random.Generator, outline: Outline, size: int) -> Field:
    """Fixations (K, 3): rows (x, y, seconds), x and y in pixels.

    The reader starts in the middle of the image, rests on the lesion for the most part and follows its border, and now and then is
    caught on the way elsewhere, for a moment only.
    """
    inside, around, stray = rng.integers(8, 14), rng.integers(4, 8), rng.integers(2, 5)
    turn = rng.integers(0, len(outline.radii), inside + around)
    reach = np.concatenate([0.8 * np.sqrt(rng.random(inside)), rng.uniform(0.9, 1.05, around)])
    middle = np.array([outline.x, outline.y])
    on_lesion = middle + reach[:, None] * (outline.points[turn] - middle)
    points = np.concatenate([on_lesion, rng.uniform(0.05, 0.95, (stray, 2))])
    seconds = np.concatenate([rng.gamma(4, 0.09, inside), rng.gamma(4, 0.06, around), rng.uniform(0.02, 0.06, stray)])
    order = rng.permutation(len(points))
    points = np.concatenate([[(0.5, 0.5)], points[order]])
    seconds = np.concatenate([[rng.uniform(0.05, 0.12)], seconds[order]])
    points += rng.normal(0, _TRACKER_ERROR, points.shape)
    return np.column_stack([points.clip(0, 1 - 1e-3) * size, seconds])
