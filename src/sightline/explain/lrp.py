"""Layer-wise relevance propagation: the score is handed down from layer to layer until it lies on the pixels (Bach et al. 2015).

The relevance of a value is the value times its gradient. With plain gradients this is the rule with epsilon -> 0, for every layer that is
linear, cuts off at zero, takes the highest or takes the mean, and for sums of branches, also where they are no layers of their own. In
convolutions, where that rule is noisy, the gradient is changed so that it follows the gamma rule (Montavon et al. 2019).
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack

import torch
from torch import Tensor, nn

from sightline.attention.tap import out_of_inference_mode
from sightline.errors import UserError
from sightline.explain.lrp_network import INSTEAD, rewritten

GAMMA = 0.25  # by how much the contributions that have the sign of the outcome count more
_ROUNDING = 1e-4  # share of all relevance by which its sum may miss the score


def lrp(classifier: nn.Module, images: Tensor, target: Tensor, *, mean: Tensor | None = None, gamma: float = GAMMA) -> Tensor:
    """Relevance of each pixel, summed over the channels. The classifier is copied, not changed.

    What lies on the pixels and on the biases of the network adds up to the score, which is checked.

    Args:
        classifier: images to logits (B, C).
        images: (B, 3, H, W) in [0, 1].
        target: (B,) class indices.
        mean: of a shape like (1, 3, 1, 1), the colour that the network subtracts from its images, which has no relevance; None: black.
        gamma: of the rule in convolutions; 0: every layer follows the epsilon rule.

    Returns:
        (B, 1, H, W), signed, in units of the score (logit).

    Raises:
        UserError: the network has a layer that is not supported, or does more than adding and reshaping between its layers.
    """
    with out_of_inference_mode(), torch.enable_grad(), ExitStack() as stack:
        network = rewritten(classifier, images)
        layers = [layer for layer in network.modules() if isinstance(layer, nn.Conv2d | nn.Linear)]
        biases = [layer.bias.requires_grad_() for layer in layers if layer.bias is not None]
        for layer in layers:
            if isinstance(layer, nn.Conv2d):
                stack.callback(layer.register_forward_hook(_follows(gamma)).remove)
        inputs = images.detach().float().requires_grad_()
        scores = network(inputs).gather(1, target[:, None])  # (B, 1)
        found, *slopes = torch.autograd.grad(scores.sum(), [inputs, *biases], allow_unused=True)
    relevance = (images if mean is None else images - mean) * found  # (B, 3, H, W)
    on_biases = [bias.detach() * slope for bias, slope in zip(biases, slopes, strict=True) if slope is not None]
    _require_sum(scores.detach(), [relevance, *on_biases])
    return relevance.sum(1, keepdim=True)


def _follows(gamma: float) -> Callable[[nn.Conv2d, tuple[Tensor], Tensor], Tensor]:
    """A hook that leaves the output z of a convolution as it is and changes its gradient.

    The gradient becomes that of z + gamma * (the contributions to z that have its sign), times z over that sum. The relevance of what
    enters is then shared out by these contributions, in which the bias has its part.
    """

    def hook(layer: nn.Conv2d, inputs: tuple[Tensor], z: Tensor) -> Tensor:
        (x,), weight, bias = inputs, layer.weight, layer.bias
        above = layer._conv_forward(x.clamp(min=0), weight.clamp(min=0), None if bias is None else bias.clamp(min=0))
        if bool((x < 0).any()):  # behind a ReLU nothing is
            above = above + layer._conv_forward(x.clamp(max=0), weight.clamp(max=0), None)
        stressed = z + gamma * torch.where(z > 0, above, z - above)
        return stressed * torch.where(stressed == 0, 0, z / stressed).detach()

    return hook


def _require_sum(scores: Tensor, relevance: list[Tensor]) -> None:
    """Refuses relevance that does not add up to the scores: the network then computes what these rules cannot follow."""
    missing = (scores.sum() - sum(part.sum() for part in relevance)).abs()
    if not bool(missing <= _ROUNDING * (scores.abs().sum() + sum(part.abs().sum() for part in relevance))):
        reason = "computes something between its layers that method lrp does not support, such as a product or a softmax"
        raise UserError("the network", reason, INSTEAD)
