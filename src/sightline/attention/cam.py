"""Class activation maps (CAM) as a layer of the network (Zhu, Salcudean and Rohling 2022; fidelity 004-01)."""

from __future__ import annotations

from typing import ClassVar

import torch
from torch import Tensor
from torch.nn import functional as F

from sightline.attention.features import Features
from sightline.attention.head import Head
from sightline.attention.source import Source, explained, in_float, of_class
from sightline.errors import UserError
from sightline.types import Look


def class_activation(features: Tensor, weights: Tensor) -> Tensor:
    """Omega_c = sum_k W_ck F_k for all classes (Zhu et al. 2022, eq. 4), a 1x1 convolution without bias.

    Args:
        features: (B, K, h, w).
        weights: (C, K), of the linear layer behind global average pooling.

    Returns:
        (B, C, h, w), signed; the logits are its mean over positions plus the bias (Zhu et al. 2022, eq. 5).
    """
    return F.conv2d(features, weights.to(features.dtype)[:, :, None, None])


def weighted_sum(features: Tensor, weights: Tensor) -> Tensor:
    """sum_k w_k F_k with separate weights (B, K) for each image: (B, K, h, w) -> (B, 1, h, w)."""
    return torch.einsum("bk,bkhw->bhw", weights.to(features.dtype), features)[:, None]


class Cam(Source):
    """The map `cam`: the raw class activation map Omega of the explained class. The head is global average pooling and one linear layer.

    The layer shares the weights of the linear layer and has no others. The logits are computed from the pooled features, which gives the
    same result as the mean of Omega plus bias, but is cheaper.

    Example:
        >>> import torch
        >>> import sightline as sl
        >>> settings = {"attention": {"name": "cam"}, "backbone.name": "test_resnet", "backbone.stride": 8, "losses.guidance": []}
        >>> classifier = sl.build("energy", 2, settings)
        >>> {name: tuple(one.shape) for name, one in classifier.look(torch.rand(2, 3, 32, 32)).maps.items()}
        {'cam': (2, 1, 4, 4)}
    """

    title: ClassVar[str] = "class activation map"
    words: ClassVar[str] = "class activation map: the last features, weighted as in the decision"
    formula: ClassVar[str] = "A = Σ wₖ Fₖ, w: of the linear layer"
    several_labels = True
    class_specific = True
    map_names = ("cam",)
    reaches = ("backbone", "head")

    def check(self, head: Head) -> None:
        if head.class_weights() is None:
            raise UserError(
                "attention cam", "needs GAP and one linear layer", "Set head.kind to gap and head.hidden to [], or use gradcam."
            )

    def look(self, features: Features, head: Head, target: Tensor | None, every: bool) -> Look:
        logits, weights = self.logits(features, head), head.class_weights()
        assert weights is not None
        return activation_look("cam", features.last, logits, weights, explained(logits, target), every)


def activation_look(name: str, features: Tensor, logits: Tensor, weights: Tensor, target: Tensor, every: bool, positions: int = 1) -> Look:
    """The class activation map of `target`, divided by `positions`, as a Look; the maps of all classes only if asked for."""
    ranges = {name: Cam.range}
    if every:
        maps = in_float(class_activation(features, weights)) / positions  # (B, C, h, w)
        return Look(logits, {name: of_class(maps, target)}, {name: maps}, ranges)
    return Look(logits, {name: in_float(weighted_sum(features, weights[target])) / positions}, {}, ranges)
