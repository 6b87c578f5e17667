"""Which pixels change the class's score most when they are changed a little? The input gradient and two ways to steady it.

Input gradient: Simonyan et al. 2014 (002-19). SmoothGrad: Smilkov et al. 2017. Integrated gradients: Sundararajan et al. 2017.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

import numpy as np
import torch
from torch import Tensor, nn

from sightline.attention.tap import out_of_inference_mode
from sightline.attention.wrapped import evaluating
from sightline.explain.reference import mean_colour

SAMPLES = 32  # noisy copies of SmoothGrad; each costs the network one call and its gradient
SPREAD = 0.15  # standard deviation of the noise, as a share of the image's range of values
STEPS = 50  # places on the way of integrated gradients; each costs the network one call and its gradient
_SEED = 0
_BATCH = 8  # images that go through the network at a time, so that memory does not grow with the number of places


def input_gradient(classifier: nn.Module, images: Tensor, target: Tensor) -> Tensor:
    """The largest absolute derivative over the channels. Touches no parameter's gradient, and leaves the mode as it was.

    Args:
        classifier: images to logits (B, C).
        images: (B, 3, H, W) in [0, 1].
        target: (B,) class indices.

    Returns:
        (B, 1, H, W), at least 0, in units of the score (logit) per full brightness.
    """
    return slope(classifier, images, target).abs().amax(1, keepdim=True)


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


def slope(classifier: nn.Module, images: Tensor, target: Tensor) -> Tensor:
    """Derivative of each image's score by its pixels, (B, 3, H, W)."""
    with out_of_inference_mode(), evaluating(classifier), torch.enable_grad():
        inputs = images.detach().clone().requires_grad_()
        scores = classifier(inputs).gather(1, target[:, None])  # (B, 1)
        (found,) = torch.autograd.grad(scores.sum(), inputs)
    return found


def mean_slope(classifier: nn.Module, places: Iterable[tuple[float, Tensor]], target: Tensor) -> Tensor:
    """The weighted sum of the slopes at several places.

    Args:
        classifier: images to logits (B, C).
        places: a weight and images (B, 3, H, W) each; they are drawn as they are needed.
        target: (B,) class indices.

    Returns:
        (B, 3, H, W).
    """
    left, total = iter(places), torch.zeros((), device=target.device)
    with out_of_inference_mode(), torch.no_grad():
        while some := list(islice(left, max(1, _BATCH // len(target)))):
            images = torch.cat([one for _, one in some])  # (P * B, 3, H, W)
            slopes = slope(classifier, images, target.repeat(len(some))).unflatten(0, (len(some), len(target)))
            total = total + torch.einsum("p,pbchw->bchw", slopes.new_tensor([weight for weight, _ in some]), slopes)
    return total
