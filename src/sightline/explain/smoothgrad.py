"""SmoothGrad: the input gradient without the part of it that changes from one pixel value to the next (Smilkov et al. 2017)."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor, nn

from sightline.explain.gradient import mean_slope

SAMPLES = 32  # noisy copies; each costs the network one call and its gradient
SPREAD = 0.15  # standard deviation of the noise, as a share of the image's range of values
_SEED = 0


def smoothgrad(classifier: nn.Module, images: Tensor, target: Tensor, *, samples: int = SAMPLES, spread: float = SPREAD) -> Tensor:
    """A = max over channels of |mean of ds/dx (x + noise)|: the gradient of a score that is blurred over the values of the pixels.

    The noise is the same for every image, every call and every device.

    Args:
        classifier: images to logits (B, C).
        images: (B, 3, H, W) in [0, 1].
        target: (B,) class indices.
        samples: noisy copies.
        spread: standard deviation of the normal noise, as a share of the image's range of values.

    Returns:
        (B, 1, H, W), at least 0, in units of the score (logit) per full brightness.
    """
    random = torch.Generator().manual_seed(_SEED)
    scale = spread * (images.amax((1, 2, 3), keepdim=True) - images.amin((1, 2, 3), keepdim=True))  # (B, 1, 1, 1)

    def copies() -> Iterator[tuple[float, Tensor]]:
        for _ in range(samples):
            yield 1 / samples, images + scale * torch.randn(images.shape[1:], generator=random).to(images)

    return mean_slope(classifier, copies(), target).abs().amax(1, keepdim=True)
