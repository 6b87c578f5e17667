"""Dark corners: the round field of a dermatoscope in a rectangular picture."""

from __future__ import annotations

import numpy as np

from sightline.data.drawing.canvas import Layer
from sightline.data.drawing.noise import centres
from sightline.data.drawing.outline import Outline

_CORNER = 0.5 * np.sqrt(2)  # from the middle of the image


def paint_dark_corner(rng: np.random.Generator, outline: Outline, size: int) -> Layer:
    """Black outside a circle that holds the finding; its rim is soft, and a little reddish, as the skin there is half in the shade."""
    middle, radius = np.array([0.5, 0.5]) + rng.normal(0, 0.012, 2), rng.uniform(0.5, 0.6)
    reach = float(np.hypot(*(outline.points - middle).T).max()) + 0.025
    if reach > 0.66:  # a finding in a corner: the field has moved with it
        middle = middle + 0.6 * (np.array([outline.x, outline.y]) - middle)
        reach = float(np.hypot(*(outline.points - middle).T).max()) + 0.025
    radius, soft = max(radius, min(reach, _CORNER - 0.03)), rng.uniform(0.006, 0.014)
    at = centres(size)
    away = np.hypot((at - middle[1])[:, None], (at - middle[0])[None, :])
    cover = 1 / (1 + np.exp(-np.clip((away - radius) / soft, -30, 30)))
    return Layer(np.array([0.05, 0.035, 0.035], np.float32) * rng.uniform(0.3, 1.2), 0.98 * cover)
