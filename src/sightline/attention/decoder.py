"""Saliency decoder on the last feature map (the "saliency prediction network" of fidelity 001-04, as text and as code)."""

from __future__ import annotations

from itertools import pairwise
from typing import ClassVar, Literal

from torch import Tensor, nn
from torch.nn import functional as F

from sightline.attention.features import Features
from sightline.attention.head import Head
from sightline.attention.source import Extractor, Source, in_float
from sightline.types import Look

Variant = Literal["text", "code", "code-3"]
SIDES = {"code": (16, 48, 144, 224), "code-3": (16, 64, 224)}  # after each block, at 224 px
TEXT_BLOCKS = 4


def block_sizes(variant: Variant, start: tuple[int, int], image: tuple[int, int]) -> list[tuple[int, int]]:
    """Height and width after each block.

    `code`: the authors' 16, 48, 144, 224 at 224 px (`code-3`: 16, 64, 224), in proportion at other sizes. `text`: the report
    says that four blocks enlarge 32 times, and gives no sizes; here they are a geometric progression from the feature map to the image, our
    reconstruction.

    >>> block_sizes("code", (7, 7), (224, 224))
    [(16, 16), (48, 48), (144, 144), (224, 224)]
    >>> block_sizes("text", (7, 7), (224, 224))
    [(17, 17), (40, 40), (94, 94), (224, 224)]
    """
    if variant == "text":
        steps = range(1, TEXT_BLOCKS + 1)
        sides = [[round(a * (b / a) ** (n / TEXT_BLOCKS)) for n in steps] for a, b in zip(start, image, strict=True)]
    else:
        sides = [[max(round(side * at / 224), 1) for at in SIDES[variant]] for side in image]
    return list(zip(*sides, strict=True))


def block_widths(variant: Variant, channels: int) -> list[int]:
    """Channels before each block and after the last: C, C/4, C/16, 16, 1, with three blocks C, C/8, C/64, 1 (001-04c).

    >>> block_widths("code", 2048)
    [2048, 512, 128, 16, 1]
    >>> block_widths("code-3", 2048)
    [2048, 256, 32, 1]
    """
    if variant == "code-3":
        return [channels, max(channels // 8, 1), max(channels // 64, 1), 1]
    return [channels, max(channels // 4, 1), max(channels // 16, 1), 16, 1]


class Block(nn.Module):
    """`code`, `code-3`: conv 3x3, ReLU6, bilinear upsampling, batch norm. `text`: upsampling, conv 3x3, batch norm, ReLU.

    Args:
        last: leave out the ReLU at the end, because a sigmoid follows: with the ReLU the map would be 0.5 or more everywhere.
    """

    def __init__(self, variant: Variant, channels: int, out: int, last: bool) -> None:
        super().__init__()
        self.variant, self.last = variant, last
        self.conv = nn.Conv2d(channels, out, 3, padding=1)
        self.norm = nn.BatchNorm2d(out)

    def forward(self, x: Tensor, size: tuple[int, int]) -> Tensor:
        """(B, channels, h, w) -> (B, out, *size)."""
        if self.variant != "text":
            x = F.interpolate(F.relu6(self.conv(x)), size=size, mode="bilinear", align_corners=True)
            result: Tensor = self.norm(x)
            return result
        x = F.interpolate(x, size=size, mode="bilinear", align_corners=False)
        x = self.norm(self.conv(x))
        return x if self.last else F.relu(x)


class Decoder(Source):
    """The map `decoder`, at image size and in [0, 1]: the output of a small decoder on the last features.

    The map shows where the object is, not what the decision rests on, since it does not depend on the weights of the head. The decoder runs
    only in `look`.

    Args:
        variant: `code`: as in the authors' program; `code-3`: its form with three blocks; `text`: as in their report.
        init: initial weights of the convolutions: PyTorch's, or He's normal distribution (`kaiming`), as in the authors' program.

    Example:
        >>> import torch
        >>> import sightline as sl
        >>> settings = {"attention": {"name": "decoder"}, "backbone.name": "test_resnet", "backbone.stride": 8, "losses.guidance": []}
        >>> classifier = sl.build("energy", 2, settings)
        >>> {name: tuple(one.shape) for name, one in classifier.look(torch.rand(2, 3, 32, 32)).maps.items()}
        {'decoder': (2, 1, 32, 32)}
    """

    title: ClassVar[str] = "saliency decoder"
    words: ClassVar[str] = "a decoder that draws where the object is, from the last features"
    formula: ClassVar[str] = "draws the map A from the last features"
    several_labels = True
    range = "unit"
    map_names = ("decoder",)
    reaches = ("backbone", "source")

    def __init__(self, backbone: Extractor, *, variant: Variant = "code", init: Literal["default", "kaiming"] = "default") -> None:
        super().__init__(backbone)
        self.variant: Variant = variant
        widths = block_widths(variant, backbone.channels)
        last = len(widths) - 2
        self.blocks = nn.ModuleList(Block(variant, a, b, n == last) for n, (a, b) in enumerate(pairwise(widths)))
        if init == "kaiming":
            for layer in self.blocks.modules():
                if isinstance(layer, nn.Conv2d):
                    nn.init.kaiming_normal_(layer.weight)

    def look(self, features: Features, head: Head, target: Tensor | None, every: bool) -> Look:
        x = features.last.to(next(self.parameters()).dtype)  # a network of other people may have another precision
        for block, size in zip(self.blocks, block_sizes(self.variant, (x.shape[2], x.shape[3]), features.size), strict=True):
            x = block(x, size)
        return Look(self.logits(features, head), {"decoder": in_float(x).sigmoid()}, {}, {"decoder": self.range})
