"""Base class of gradient-based maps: channels are weighted by the gradient of the explained class's score."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import torch
from torch import Tensor

from sightline.attention.cam import weighted_sum
from sightline.attention.features import Features
from sightline.attention.head import Head
from sightline.attention.source import Extractor, Source, explained, in_float, of_class
from sightline.types import Look

ChannelWeights = Callable[[Tensor, Tensor], Tensor]


def gradient_map(
    features: Tensor, scores: Tensor, channel_weights: ChannelWeights, *, second_order: bool = True, retain_graph: bool = True
) -> Tensor:
    """A = sum_k w_k F_k, with weights w computed from the features and the gradient of the scores.

    The backward pass ends at the features.

    Args:
        features: (B, K, h, w), on the graph of the scores.
        scores: (B,), of the class explained in each image; no image's score may depend on another image.
        channel_weights: see `GradientSource.channel_weights`.
        second_order: keep the weights on the graph, so that a loss on the map also moves what comes after the features.
        retain_graph: keep the graph of the scores, for the class loss or another map.

    Returns:
        (B, 1, h, w), signed, float32 at least.
    """
    positions = features[0, 0].numel()
    # each gradient is some weight / positions, too small for half precision: that factor comes last
    scale = torch.full_like(scores, positions)
    (gradient,) = torch.autograd.grad(scores, features, scale, create_graph=second_order, retain_graph=retain_graph or second_order)
    weights = channel_weights(features if second_order else features.detach(), in_float(gradient))  # (B, K)
    return in_float(weighted_sum(features, weights)) / positions


class GradientSource(Source):
    """A map of the explained class, computed from the gradient of its score. Subclasses override `channel_weights` and name their map.

    Args:
        layer: dotted name of a layer, `stride:8` for the stage of that stride, or `last`.
        order: `second`: a loss on the map also acts through the channel weights, as in GAIN; `first`: they are constants.

    Example:
        >>> import torch
        >>> from torch import nn
        >>> import sightline as sl
        >>> class Absolute(sl.attention.GradientSource):
        ...     map_names = ("absolute",)
        ...     def channel_weights(self, features, gradient):
        ...         return gradient.abs().mean((2, 3))
        >>> layers = nn.Conv2d(3, 4, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 2)
        >>> wrapped = sl.wrap(nn.Sequential(*layers), "1")
        >>> classifier = sl.GuidedClassifier(wrapped.backbone, wrapped.head, Absolute(wrapped.backbone))
        >>> classifier.look(torch.rand(2, 3, 16, 16)).maps["absolute"].shape
        torch.Size([2, 1, 14, 14])
    """

    class_specific = True
    needs_gradient = True

    def __init__(self, backbone: Extractor, *, layer: str = "last", order: Literal["first", "second"] = "second") -> None:
        super().__init__(backbone)
        self.layer = backbone.score_layer() if layer == "last" else layer
        self.taps = () if self.layer == "last" else (self.layer,)
        for tap in self.taps:
            backbone.resolve(tap)
        self.needs_second_order = order == "second"
        self.reaches = ("backbone", "head") if self.needs_second_order else ("backbone",)

    def channel_weights(self, features: Tensor, gradient: Tensor) -> Tensor:
        """How much each channel counts, times the number of positions n = h w, by which the map is divided in the end.

        Args:
            features: F, (B, K, h, w).
            gradient: n d s / d F, (B, K, h, w), float32 at least: of the size of the linear weights where the head pools by the mean.

        Returns:
            n w, (B, K).
        """
        raise NotImplementedError

    def look(self, features: Features, head: Head, target: Tensor | None, every: bool) -> Look:
        tapped = features.taps.get(self.layer, features.last)  # (B, k, h, w)
        training = torch.is_grad_enabled()
        (name,) = self.map_names
        with torch.enable_grad():
            logits = self.logits(features, head)  # (B, C)
            target = explained(logits, target)
            scores = list(logits.unbind(1)) if every else [logits.gather(1, target[:, None])[:, 0]]
            second = training and self.needs_second_order
            # without training, the graph is of no use after the last map
            maps = [
                gradient_map(tapped, s, self.channel_weights, second_order=second, retain_graph=training or s is not scores[-1])
                for s in scores
            ]
        if not every:
            return Look(logits, {name: maps[0]}, {}, {name: self.range})
        stack = torch.cat(maps, 1)  # (B, C, h, w)
        return Look(logits, {name: of_class(stack, target)}, {name: stack}, {name: self.range})
