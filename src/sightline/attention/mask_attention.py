"""The gates that the authors of the SPN report tried beside their decoder (fidelity 001-05): a mask that weights the last features."""

from __future__ import annotations

from itertools import pairwise
from typing import ClassVar, Literal

import torch
from torch import Tensor, nn

from sightline.attention.features import Features
from sightline.attention.head import GapLinear, Head
from sightline.attention.source import Extractor, Source, in_float
from sightline.errors import UserError
from sightline.types import Look

SMALLEST = 16
Variant = Literal["pooled", "stack", "mean", "max", "stack-code"]


class One(nn.Module):
    """Mean or maximum over the channels, then a 1x1 convolution. (B, K, h, w) -> (B, 1, h, w)

    Only positive features count, which all of a ResNet's are; the plain mean of features that a layer norm leaves is 0 everywhere.
    """

    def __init__(self, of: Literal["mean", "max"]) -> None:
        super().__init__()
        self.of, self.score = of, nn.Conv2d(1, 1, 1)
        nn.init.kaiming_normal_(self.score.weight)

    def forward(self, x: Tensor) -> Tensor:
        x = x.relu()
        result: Tensor = self.score(x.mean(1, keepdim=True) if self.of == "mean" else x.amax(1, keepdim=True))
        return result


class Pooled(nn.Module):
    """Mean and maximum over the channels, then a 1x1 convolution. (B, K, h, w) -> (B, 1, h, w)"""

    def __init__(self) -> None:
        super().__init__()
        self.score = nn.Conv2d(2, 1, 1)

    def forward(self, x: Tensor) -> Tensor:
        result: Tensor = self.score(torch.cat([x.mean(1, keepdim=True), x.amax(1, keepdim=True)], 1))
        return result


def stack(channels: int) -> nn.Sequential:
    """Convolutions that halve the channels down to about 16, each with batch norm and LeakyReLU, and one to a single channel."""
    layers: list[nn.Module] = []
    while channels >= 2 * SMALLEST:
        layers += [nn.Conv2d(channels, channels // 2, 3, padding=1, bias=False), nn.BatchNorm2d(channels // 2), nn.LeakyReLU(0.1)]
        channels //= 2
    return nn.Sequential(*layers, nn.Conv2d(channels, 1, 1))


def stack_code(channels: int) -> nn.Sequential:
    """The program's stack: 3x3 convolutions to 1/2, 1/4 and 1/8 of the channels and to one, each with batch norm and LeakyReLU."""
    widths = [channels, *(max(channels // part, 1) for part in (2, 4, 8)), 1]
    layers: list[nn.Module] = []
    for a, b in pairwise(widths):
        convolution = nn.Conv2d(a, b, 3, padding=1)
        nn.init.kaiming_normal_(convolution.weight)
        layers += [convolution, nn.BatchNorm2d(b), nn.LeakyReLU()]
    return nn.Sequential(*layers)


def scorer(variant: Variant, channels: int) -> nn.Module:
    """The layers that score each position. (B, K, h, w) -> (B, 1, h, w)"""
    match variant:
        case "pooled":
            return Pooled()
        case "stack":
            return stack(channels)
        case "stack-code":
            return stack_code(channels)
        case "mean" | "max":
            return One(variant)


class MaskAttention(Source):
    """The map `mask` = sigmoid(score(x)) of the last features x; the head reads x + mask x.

    Args:
        variant: `mean`, `max`: the score is a 1x1 convolution of the mean, or of the maximum, over the channels; `stack-code`: four 3x3
            convolutions with batch norm and LeakyReLU, 2048-1024-512-256-1 on ResNet-50. These are the authors' program's. Of our own are
            `pooled`, a 1x1 convolution of mean and maximum together, and `stack`, which halves the channels down to 16.

    Example:
        >>> import torch
        >>> import sightline as sl
        >>> settings = {"attention": {"name": "mask"}, "backbone.name": "test_resnet", "backbone.stride": 8, "losses.guidance": []}
        >>> classifier = sl.build("energy", 2, settings)
        >>> {name: tuple(one.shape) for name, one in classifier.look(torch.rand(2, 3, 32, 32)).maps.items()}
        {'mask': (2, 1, 4, 4)}
    """

    title: ClassVar[str] = "feature mask"
    words: ClassVar[str] = "a learned mask that also weights the last features"
    formula: ClassVar[str] = "weights the last features by its map A"
    any_network = False
    several_labels = True
    range = "unit"
    map_names = ("mask",)
    reaches = ("backbone", "source")

    def __init__(self, backbone: Extractor, *, variant: Variant = "pooled") -> None:
        super().__init__(backbone)
        self.score = scorer(variant, backbone.channels)

    def check(self, head: Head) -> None:
        if not isinstance(head, GapLinear):
            raise UserError("mask attention", "needs a GAP head, since it weights what is pooled", "Set head.kind to gap.")

    def logits(self, features: Features, head: Head) -> Tensor:
        return self._run(features, head)[0]

    def look(self, features: Features, head: Head, target: Tensor | None, every: bool) -> Look:
        logits, mask = self._run(features, head)
        return Look(logits, {"mask": mask}, {}, {"mask": self.range})

    def _run(self, features: Features, head: Head) -> tuple[Tensor, Tensor]:
        assert isinstance(head, GapLinear)
        x = features.last  # (B, K, h, w)
        mask = in_float(self.score(x)).sigmoid()  # (B, 1, h, w)
        return head.classify((x + mask.to(x.dtype) * x).mean((2, 3))), mask
