"""What a localisation score is worth: the levels that maps reach without having looked at the image.

Lesions lie in the middle. A map of the middle can score high, and so can guidance with the wrong image's mask; only what goes beyond these
levels is evidence that the model looks at *this* lesion.
"""

from __future__ import annotations

import numpy as np

from sightline.metrics.bootstrap import Array, Groups, clusters
from sightline.metrics.localisation import roi_area


def uniform(roi: Array) -> dict[str, Array]:
    """What a map that prefers no pixel scores. (N, H, W) -> name -> (N,), NaN where nothing is marked

    epg: the mean of the ROI map. pointing, pixel_ap: the mask's area, the chance of a random pixel. jaccard, dice: a constant map has no
    threshold, so the uniform map is taken to mark everything: the mask's area a, and 2 a / (1 + a).
    """
    soft, hard = roi_area(roi), (roi >= 0.5).mean(axis=(1, 2))
    soft, hard = np.where(soft > 0, soft, np.nan), np.where(hard > 0, hard, np.nan)
    return {"epg": soft, "pointing": hard, "jaccard": hard, "dice": 2 * hard / (1 + hard), "pixel_ap": hard}


def centre(size: tuple[int, int]) -> Array:
    """The map that always looks at the middle: a Gaussian whose sigma is a quarter of each side. -> (H, W) float32, highest 1

    At half its height it covers 27 % of the image, about as much as a lesion does in dermoscopy.
    """
    y, x = (4 * ((np.arange(side) + 0.5) / side - 0.5) for side in size)
    return np.exp(-(y[:, None] ** 2 + x[None] ** 2) / 2).astype(np.float32)


def partners(n: int, shuffles: int, *, groups: Groups | None = None, seed: int = 0) -> list[Array]:
    """For each of `n` images, up to `shuffles` other images whose ROI maps its attention is held against, drawn without replacement.

    Images of the same patient or lesion are not other images: their ROI maps are too alike.
    """
    rng = np.random.default_rng(seed)
    cluster = clusters(n, groups)
    others = (np.flatnonzero(cluster != own) for own in cluster)
    return [rng.choice(rest, size=min(shuffles, len(rest)), replace=False) for rest in others]
