"""Every feature map of a layer over the picture: what the filters of a network answer to (002-10)."""

from __future__ import annotations

import math

import numpy as np
from matplotlib import rc_context
from matplotlib.figure import Figure

from sightline.explain.style import STYLE
from sightline.metrics.localisation import upsample

_GREEN = np.array([0, 104, 55], np.float32)


def tint(image: np.ndarray, feature: np.ndarray, alpha: float = 0.9) -> np.ndarray:
    """A feature map over a picture as transparent green, darker where the activation is higher.

    Args:
        image: (H, W, 3) uint8.
        feature: (h, w); its positive part is shown relative to its own maximum. A dead map leaves the picture as a pale one.

    Returns:
        (H, W, 3) uint8.
    """
    large = np.maximum(upsample(np.asarray(feature)[None], image.shape[:2])[0], 0)  # (H, W)
    cover = alpha * large[..., None] / max(float(large.max()), 1e-12)
    pale = 255 - (255 - image.astype(np.float32)) * 0.55
    return np.rint(pale * (1 - cover) + _GREEN * cover).astype(np.uint8)


def gallery(image: np.ndarray, features: np.ndarray, columns: int = 8, title: str = "") -> Figure:
    """All feature maps of one layer, numbered from 0.

    Args:
        image: (H, W, 3) uint8.
        features: (K, h, w).
    """
    lines = math.ceil(len(features) / columns)
    cell = 1.1 * image.shape[0] / image.shape[1]  # inches
    height = lines * (cell + 0.18) + 0.35
    with rc_context(STYLE):
        figure = Figure(figsize=(columns * 1.1, height))
        grid = figure.subplots(lines, columns, squeeze=False).ravel()
        figure.subplots_adjust(left=0.01, right=0.99, bottom=0.01, top=1 - 0.5 / height, wspace=0.06, hspace=0.18 / cell)
        for axes in grid:
            axes.set_axis_off()
        for i, (axes, feature) in enumerate(zip(grid, features, strict=False)):
            axes.imshow(tint(image, feature))
            axes.set_title(f"{i}" if feature.max() > 0 else f"{i} (dead)", fontsize=7, fontweight="normal", pad=2)
        if title:
            figure.suptitle(title, x=0.01, ha="left", fontsize=10.5, fontweight="bold")
    return figure
