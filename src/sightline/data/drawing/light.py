"""The light of the dermatoscope, its lens and its sensor."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import gaussian_filter1d

from sightline.data.drawing.noise import Field, centres


def illuminate(rng: np.random.Generator, size: int) -> Field:
    """Brightness over the image, (size, size, 3): a gradient, a vignette and the lamp's colour."""
    at = centres(size) - np.float32(0.5)
    slope, centre = rng.uniform(-0.16, 0.16, 2).tolist(), rng.uniform(-0.1, 0.1, 2).tolist()
    fall = rng.uniform(0.1, 0.55)
    vignette = 1 - fall * ((at[:, None] - centre[1]) ** 2 + (at[None, :] - centre[0]) ** 2) ** 1.3
    level = rng.uniform(0.9, 1.06) * vignette * (1 + slope[1] * at[:, None] + slope[0] * at[None, :])
    lamp = np.exp(rng.normal(0, 0.025, 3)).astype(np.float32)
    return np.asarray(level[..., None] * lamp)


def defocus(rng: np.random.Generator, picture: Field) -> Field:
    """A slight blur, the same share of the image at every size."""
    sigma = rng.uniform(0.0012, 0.0042) * len(picture)
    if sigma < 0.3:  # less than the pixel itself blurs
        return picture
    return np.asarray(gaussian_filter1d(gaussian_filter1d(picture, sigma, axis=0, truncate=3), sigma, axis=1, truncate=3))


def sensor_noise(rng: np.random.Generator, size: int) -> Field:
    """(size, size, 3), in units of full brightness."""
    grain = rng.standard_normal((size, size, 3), dtype=np.float32)
    return np.asarray(np.float32(rng.uniform(0.003, 0.009)) * grain)
