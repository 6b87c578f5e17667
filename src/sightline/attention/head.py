"""Heads, which compute the logits from the features."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Literal

from torch import Tensor, nn

from sightline.attention.features import Features

Init = Literal["default", "normal", "kaiming"]
STD = 0.01  # of `normal`


def initialise(linear: nn.Linear, init: Init) -> None:
    """The initial weights of a new last layer: PyTorch's, N(0, 0.01) with zero bias (003-06), or He's normal distribution (001-03c)."""
    if init == "normal":
        nn.init.normal_(linear.weight, std=STD)
        nn.init.zeros_(linear.bias)
    elif init == "kaiming":
        nn.init.kaiming_normal_(linear.weight)


class Head(nn.Module):
    """Base class of heads.

    Attributes:
        classes: number of logits.
    """

    classes: int

    def class_weights(self) -> Tensor | None:
        """(C, K) weights W if the logits are W GAP(last) + b, else None."""
        return None

    @property
    def drops(self) -> bool:
        """Whether dropout is active, so that the logits differ from those given by the weights."""
        return False


class GapLinear(Head):
    """Global average pooling, then linear layers: `hidden` ones with ReLU (text of the SPN report: one of 1024), dropout, and the last one.

    Args:
        channels: number of channels of the pooled features.
        classes: number of logits.
        hidden: widths of the layers in between.
        dropout: dropout rate before the last layer.
        init: initial weights of the last layer, see `initialise`.
        average: the last layer takes the mean over its inputs in place of their sum (the program of Zhu et al. 2022).
    """

    def __init__(
        self, channels: int, classes: int, hidden: tuple[int, ...] = (), dropout: float = 0, init: Init = "default", average: bool = False
    ) -> None:
        super().__init__()
        self.classes = classes
        widths = (channels, *hidden)
        self.hidden = nn.Sequential(*(layer for a, b in pairwise(widths) for layer in (nn.Linear(a, b), nn.ReLU())))
        self.dropout = nn.Dropout(dropout)
        self.linear = nn.Linear(widths[-1], classes)
        self.parts = widths[-1] if average else 1
        initialise(self.linear, init)

    def forward(self, features: Features) -> Tensor:
        return self.classify(features.last.mean((2, 3)))

    def classify(self, pooled: Tensor) -> Tensor:
        """Logits (B, C) of pooled features (B, K)."""
        result: Tensor = self.linear(self._part(self.dropout(self.hidden(pooled))))
        return result

    def class_weights(self) -> Tensor | None:
        return None if self.hidden else self._part(self.linear.weight)

    def _part(self, of: Tensor) -> Tensor:
        return of / self.parts if self.parts > 1 else of

    @property
    def drops(self) -> bool:
        return self.training and self.dropout.p > 0


class OwnHead(Head):
    """The architecture's own head with a new last layer: VGG's dense layers (000-08), ConvNeXt's norm, a ViT's class token.

    Only the new layer belongs to the head, so that a learning-rate factor (000-09) applies to it alone. The layers before it are pretrained
    and belong to the backbone.

    Args:
        pool: from `Features.raw` to (B, K), a method of the backbone.
        channels: K.
        classes: number of logits.
        init: initial weights of the new layer, see `initialise`.
    """

    def __init__(self, pool: Callable[[Tensor], Tensor], channels: int, classes: int, init: Init = "default") -> None:
        super().__init__()
        self.classes = classes
        self.pool = pool
        self.linear = nn.Linear(channels, classes)
        initialise(self.linear, init)

    def forward(self, features: Features) -> Tensor:
        result: Tensor = self.linear(self.pool(features.raw))
        return result
