"""Input gradient: which pixels change the class's score most when they are changed a little? (Simonyan et al. 2014; 002-19)"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from sightline.attention.tap import out_of_inference_mode
from sightline.attention.wrapped import evaluating


def input_gradient(classifier: nn.Module, images: Tensor, target: Tensor) -> Tensor:
    """The largest absolute derivative over the channels. Touches no parameter's gradient, and leaves the mode as it was.

    Args:
        classifier: images to logits (B, C).
        images: (B, 3, H, W) in [0, 1].
        target: (B,) class indices.

    Returns:
        (B, 1, H, W), at least 0, in units of the score (logit) per full brightness.
    """
    with out_of_inference_mode(), evaluating(classifier), torch.enable_grad():
        inputs = images.detach().clone().requires_grad_()
        scores = classifier(inputs).gather(1, target[:, None])  # (B, 1)
        (slope,) = torch.autograd.grad(scores.sum(), inputs)
    return slope.abs().amax(1, keepdim=True)
