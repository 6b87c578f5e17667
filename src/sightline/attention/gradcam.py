"""Differentiable Grad-CAM, for use in a loss (Figueroa et al. 2022 eq. 1-2, after Selvaraju et al. 2017; fidelity 000-20, 000-21)."""

from __future__ import annotations

from typing import ClassVar

from torch import Tensor

from sightline.attention.cam import activation_look
from sightline.attention.features import Features
from sightline.attention.gradient_source import GradientSource, gradient_map
from sightline.attention.head import Head
from sightline.attention.source import explained
from sightline.types import Look


def grad_cam(features: Tensor, scores: Tensor, *, second_order: bool = True, retain_graph: bool = True) -> Tensor:
    """A = sum_k w_k F_k with w_k = GAP(d s / d F_k) (Figueroa et al. 2022, eq. 1-2, before the ReLU, which `squash` applies). See
    `gradient_map`."""
    return gradient_map(features, scores, pooled, second_order=second_order, retain_graph=retain_graph)


def pooled(features: Tensor, gradient: Tensor) -> Tensor:
    """GAP of the gradient. (B, K, h, w), (B, K, h, w) -> (B, K)"""
    return gradient.mean((2, 3))


class GradCam(GradientSource):
    """The map `gradcam`: raw Grad-CAM of the explained class.

    If the head is global average pooling and one linear layer, and the layer is the last one, the gradient is known (class weight /
    positions). No backward pass is needed then, and the maps of all classes cost one 1x1 convolution.

    Example:
        >>> import torch
        >>> import sightline as sl
        >>> settings = {"attention": {"name": "gradcam"}, "backbone.name": "test_resnet", "backbone.stride": 8, "losses.guidance": []}
        >>> classifier = sl.build("energy", 2, settings)
        >>> {name: tuple(one.shape) for name, one in classifier.look(torch.rand(2, 3, 32, 32)).maps.items()}
        {'gradcam': (2, 1, 4, 4)}
    """

    title: ClassVar[str] = "Grad-CAM"
    words: ClassVar[str] = "Grad-CAM: features weighted by the gradient of the class score"
    formula: ClassVar[str] = "A = Σ wₖ Fₖ, wₖ: mean gradient of y"
    several_labels = True
    map_names = ("gradcam",)

    def channel_weights(self, features: Tensor, gradient: Tensor) -> Tensor:
        """See `pooled`."""
        return pooled(features, gradient)

    def look(self, features: Features, head: Head, target: Tensor | None, every: bool) -> Look:
        weights = head.class_weights() if self.layer == "last" and not head.drops else None
        if weights is None:
            return super().look(features, head, target, every)
        logits = self.logits(features, head)
        weights = weights if self.needs_second_order else weights.detach()
        positions = features.last[0, 0].numel()
        return activation_look("gradcam", features.last, logits, weights, explained(logits, target), every, positions)
