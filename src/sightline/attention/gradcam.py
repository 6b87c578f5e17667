"""Grad-CAM that a loss can move (Figueroa et al. 2022 eq. 1-2, after Selvaraju et al. 2017; fidelity 000-20, 000-21)."""

from __future__ import annotations

from typing import ClassVar, Literal

import torch
from torch import Tensor

from sightline.attention.cam import activation_look, weighted_sum
from sightline.attention.features import Features
from sightline.attention.head import Head
from sightline.attention.source import Extractor, Source, explained, in_float, of_class
from sightline.types import Look


def grad_cam(features: Tensor, scores: Tensor, *, second_order: bool = True, retain_graph: bool = True) -> Tensor:
    """A = sum_k w_k F_k with w_k = GAP(d s / d F_k) (000 eq. 1-2, before its ReLU, which squashing applies).

    Runs backwards from the scores to the features and no further.

    Args:
        features: (B, K, h, w), on the graph of the scores.
        scores: (B,), of the class explained in each image; no image's score may depend on another image.
        second_order: keep the weights on the graph, so that a loss on the map also moves what comes after the features.
        retain_graph: keep the graph of the scores, for the class loss or another map.

    Returns:
        (B, 1, h, w), signed, float32 at least.
    """
    positions = features[0, 0].numel()
    # each gradient is some weight / positions, too small for half precision: that factor comes last
    scale = torch.full_like(scores, positions)
    (gradient,) = torch.autograd.grad(scores, features, scale, create_graph=second_order, retain_graph=retain_graph or second_order)
    return in_float(weighted_sum(features, in_float(gradient).mean((2, 3)))) / positions


class GradCam(Source):
    """The map `gradcam`: raw Grad-CAM of the class explained.

    Where the head is GAP and one linear layer and the layer is the last, the gradient is known (class weight / positions) and nothing
    is run backwards: then all classes cost one 1x1 convolution.

    Args:
        layer: dotted name of a layer, `stride:8` for the stage of that stride, or `last`.
        order: `second`: a loss on the map also acts through the channel weights, as in GAIN; `first`: they are constants.
    """

    title: ClassVar[str] = "Grad-CAM"
    words: ClassVar[str] = "Grad-CAM: features weighed by how much the class score answers to them"
    formula: ClassVar[str] = "A = Σ wₖ Fₖ, wₖ: mean gradient of y"
    class_specific = True
    map_names = ("gradcam",)
    needs_gradient = True

    def __init__(self, backbone: Extractor, *, layer: str = "last", order: Literal["first", "second"] = "second") -> None:
        super().__init__(backbone)
        self.layer = backbone.score_layer() if layer == "last" else layer
        self.taps = () if self.layer == "last" else (self.layer,)
        for tap in self.taps:
            backbone.resolve(tap)
        self.needs_second_order = order == "second"
        self.reaches = ("backbone", "head") if self.needs_second_order else ("backbone",)

    def look(self, features: Features, head: Head, target: Tensor | None, every: bool) -> Look:
        weights = head.class_weights() if self.layer == "last" and not head.drops else None
        if weights is None:
            return self._by_gradient(features, head, target, every)
        logits = self.logits(features, head)
        weights = weights if self.needs_second_order else weights.detach()
        positions = features.last[0, 0].numel()
        return activation_look("gradcam", features.last, logits, weights, explained(logits, target), every, positions)

    def _by_gradient(self, features: Features, head: Head, target: Tensor | None, every: bool) -> Look:
        tapped = features.taps.get(self.layer, features.last)  # (B, k, h, w)
        training = torch.is_grad_enabled()
        with torch.enable_grad():
            logits = self.logits(features, head)  # (B, C)
            target = explained(logits, target)
            scores = list(logits.unbind(1)) if every else [logits.gather(1, target[:, None])[:, 0]]
            # without training, the graph is of no use after the last map
            maps = [
                grad_cam(tapped, s, second_order=training and self.needs_second_order, retain_graph=training or s is not scores[-1])
                for s in scores
            ]
        if not every:
            return Look(logits, {"gradcam": maps[0]}, {}, {"gradcam": self.range})
        stack = torch.cat(maps, 1)  # (B, C, h, w)
        return Look(logits, {"gradcam": of_class(stack, target)}, {"gradcam": stack}, {"gradcam": self.range})
