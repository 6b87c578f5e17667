"""Integrated gradients: the score, shared out among the pixels on the way from a plain picture (Sundararajan et al. 2017)."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from torch import Tensor, nn

from sightline.explain.gradient import mean_slope
from sightline.explain.reference import mean_colour

STEPS = 50  # places on the way; each costs the network one call and its gradient


def integrated_gradients(classifier: nn.Module, images: Tensor, target: Tensor, *, steps: int = STEPS) -> Tensor:
    """A = sum over channels of (x - r) integral of ds/dx (r + t (x - r)) dt, t from 0 to 1, by Gauss-Legendre quadrature.

    The reference r is a plain picture of the mean colour of x. The sum of A is s(x) - s(r) but for the error of the quadrature, which is
    exact for linear networks.

    Args:
        classifier: images to logits (B, C).
        images: (B, 3, H, W) in [0, 1].
        target: (B,) class indices.
        steps: places on the way.

    Returns:
        (B, 1, H, W), signed, in units of the score (logit).
    """
    reference = mean_colour(images)
    places, weights = np.polynomial.legendre.leggauss(steps)  # on [-1, 1]

    def way() -> Iterator[tuple[float, Tensor]]:
        for place, weight in zip(places.tolist(), weights.tolist(), strict=True):
            yield weight / 2, reference + (images - reference) * (place + 1) / 2

    return ((images - reference) * mean_slope(classifier, way(), target)).sum(1, keepdim=True)
