"""The gates that the authors of the SPN report tried beside their decoder (fidelity 001-05): a mask that weights the last features."""

from __future__ import annotations

from typing import ClassVar, Literal

import torch
from torch import Tensor, nn

from sightline.attention.features import Features
from sightline.attention.head import GapLinear, Head
from sightline.attention.source import Extractor, Source, in_float
from sightline.errors import UserError
from sightline.types import Look

SMALLEST = 16


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


class MaskAttention(Source):
    """The map `mask` = sigmoid(score(x)) of the last features x; the head reads x + mask x.

    Args:
        variant: `pooled`: the score is a 1x1 convolution of channel mean and maximum; `stack`: convolutions that halve the channels.
            Kernel sizes and the slope of the stack are our choice: the authors' program, not the report, holds this part.

    Example:
        >>> import sightline as sl
        >>> settings = {"attention": {"name": "mask"}, "backbone.name": "test_resnet", "backbone.stride": 8, "losses.guidance": []}
        >>> classifier = sl.build("energy", 2, settings)
        >>> {name: tuple(one.shape) for name, one in classifier.look(torch.rand(2, 3, 32, 32)).maps.items()}
        {'mask': (2, 1, 4, 4)}
    """

    title: ClassVar[str] = "feature mask"
    words: ClassVar[str] = "a learned mask that also weights the last features"
    formula: ClassVar[str] = "weights the last features by its map A"
    several_labels = True
    range = "unit"
    map_names = ("mask",)
    reaches = ("backbone", "source")

    def __init__(self, backbone: Extractor, *, variant: Literal["pooled", "stack"] = "pooled") -> None:
        super().__init__(backbone)
        self.score = Pooled() if variant == "pooled" else stack(backbone.channels)

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
