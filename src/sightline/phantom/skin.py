"""The skin around the lesion: tone, mottling, lines, freckles."""

from __future__ import annotations

import numpy as np

from sightline.phantom.noise import Field, blobs, centres, field

# mean reflectance (red, green, blue) by Fitzpatrick type, as seen through a dermatoscope
TONES: dict[str, tuple[float, float, float]] = {
    "I": (0.91, 0.77, 0.72),
    "II": (0.88, 0.72, 0.64),
    "III": (0.82, 0.65, 0.54),
    "IV": (0.73, 0.55, 0.43),
    "V": (0.60, 0.43, 0.33),
    "VI": (0.47, 0.32, 0.25),
}
MELANIN = np.array([0.54, 0.95, 1.40], dtype=np.float32)  # relative absorption of red, green and blue
BLOOD = np.array([0.12, 1.00, 0.80], dtype=np.float32)


def absorb(light: Field, pigment: Field, absorption: Field) -> Field:
    """Light (h, w, 3) after passing a pigment of density (h, w): Lambert and Beer."""
    return np.asarray(light * np.exp(-pigment[..., None] * absorption))


def paint_skin(rng: np.random.Generator, size: int, skin_type: str) -> Field:
    """(size, size, 3) reflectance in [0, 1]."""
    at = centres(size)
    tone = np.array(TONES[skin_type], dtype=np.float32)
    tone = tone * np.exp(rng.normal(0, [0.02, 0.035, 0.045])).astype(np.float32)
    mottling = 0.035 * field(rng, size, 3) + 0.02 * field(rng, size, 12) + 0.02 * field(rng, size, 36) + 0.035 * field(rng, size, 90)
    furrows = np.exp(-((field(rng, size, 26, 18) / 0.16) ** 2)) + np.exp(-((field(rng, size, 14, 34) / 0.14) ** 2))
    blood = rng.uniform(0.3, 1.1) * (0.03 * field(rng, size, 3) + 0.02 * field(rng, size, 9) + 0.025 * field(rng, size, 28))
    count = rng.integers(0, 14)
    freckles = blobs(at, at, rng.uniform(0, 1, (count, 2)), rng.uniform(0.006, 0.022, count), rng.uniform(0.05, 0.3, count))
    skin = absorb(np.broadcast_to(tone, (size, size, 3)), mottling * 0.5 + freckles - rng.uniform(0, 0.04) * furrows, MELANIN)
    return absorb(skin, blood, BLOOD)
