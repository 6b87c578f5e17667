"""Input gradient: which pixels change the class's score most when they are changed a little? (Simonyan et al. 2014; 002-19)"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

import torch
from torch import Tensor, nn

from sightline.attention.tap import out_of_inference_mode
from sightline.attention.wrapped import evaluating

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
