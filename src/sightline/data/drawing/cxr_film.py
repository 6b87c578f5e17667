"""From shadows to a picture: scattered light, sharpness, exposure, grain, and the edge of the beam."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import gaussian_filter1d

from sightline.data.drawing.noise import Field, centres


def blur(picture: Field, sigma: float) -> Field:
    """A Gaussian of `sigma` image sides."""
    pixels = sigma * len(picture)
    if pixels < 0.3:  # less than the pixel itself blurs
        return picture
    return np.asarray(gaussian_filter1d(gaussian_filter1d(picture, pixels, axis=0, truncate=3), pixels, axis=1, truncate=3))


def expose(rng: np.random.Generator, shadow: Field) -> Field:
    """Brightness in [0, 1]: the more was absorbed the brighter, as radiographs are shown.

    Args:
        shadow: (size, size) from 0 in free air to about 1.5.
    """
    scatter = rng.uniform(0.04, 0.14)
    seen = blur(shadow, rng.uniform(0.001, 0.0025)) * (1 - scatter) + scatter * blur(shadow, 0.05)
    at = centres(len(shadow)) - np.float32(0.5)
    heel = 1 + rng.uniform(-0.05, 0.05) * at[:, None] + rng.uniform(-0.05, 0.05) * at[None]
    centre, slope = rng.uniform(0.47, 0.66), rng.uniform(3.3, 5.2)
    bright = 1 / (1 + np.exp(-slope * (seen * heel - centre)))
    floor = 1 / (1 + np.exp(slope * centre))
    return np.asarray((bright - floor) / (1 - floor))


def grain(rng: np.random.Generator, bright: Field) -> Field:
    """Noise of too few quanta, more of it where more was absorbed: (size, size), in units of full brightness."""
    white = rng.standard_normal(bright.shape, dtype=np.float32)
    return np.asarray(rng.uniform(0.008, 0.022) * (0.6 + 0.7 * bright) * white)
