"""Grad-CAM++, which takes account of several objects of the class in one image (Chattopadhay et al. 2018)."""

from __future__ import annotations

from typing import ClassVar

import torch
from torch import Tensor

from sightline.attention.gradient_source import GradientSource


def positive_evidence(features: Tensor, gradient: Tensor) -> Tensor:
    """n w_k = sum_ij alpha ReLU(G), with alpha = 1 / (2 + mean(ReLU(F)) G) and G = n d s / d F

    The paper's alpha = g^2 / (2 g^2 + sum(F) g^3), with g = d s / d F and Y = exp(s), divided by g^2; positions with g <= 0 are out by its
    ReLU. The factor exp(s), the same for all channels of an image, is left out, as in all implementations. The paper's features are
    rectified; of those that are not, the negative part is left out of the sum, so that no denominator is below 2.

    Args:
        features: F, (B, K, h, w).
        gradient: G, (B, K, h, w).

    Returns:
        (B, K), non-negative.

    Source:
        Chattopadhay, Sarkar, Howlader, Balasubramanian, WACV 2018 (Grad-CAM++), the equations of w and alpha.
    """
    positive = torch.relu(gradient)
    return (positive / (2 + torch.relu(features).mean((2, 3), keepdim=True) * positive)).sum((2, 3))


class GradCamPlusPlus(GradientSource):
    """The map `gradcam++`: raw Grad-CAM++ of the explained class. See `positive_evidence`.

    Example:
        >>> import torch
        >>> import sightline as sl
        >>> settings = {"attention": {"name": "gradcam++"}, "backbone.name": "test_resnet", "backbone.stride": 8, "losses.guidance": []}
        >>> classifier = sl.build("energy", 2, settings)
        >>> {name: tuple(one.shape) for name, one in classifier.look(torch.rand(2, 3, 32, 32)).maps.items()}
        {'gradcam++': (2, 1, 4, 4)}
    """

    title: ClassVar[str] = "Grad-CAM++"
    words: ClassVar[str] = "Grad-CAM++: features weighted by all positions that speak for the class"
    formula: ClassVar[str] = "A = Σ wₖ Fₖ, wₖ = Σ α ReLU(dy / dFₖ)"
    map_names = ("gradcam++",)

    def channel_weights(self, features: Tensor, gradient: Tensor) -> Tensor:
        """See `positive_evidence`."""
        return positive_evidence(features, gradient)
