"""What every attention source shares."""

from __future__ import annotations

from typing import ClassVar, Literal, Protocol

import torch
from torch import Tensor, nn

from sightline.attention.features import Features
from sightline.attention.head import Head
from sightline.types import Look


class Extractor(Protocol):
    """What a source may ask of a backbone while it is built."""

    channels: int

    def resolve(self, layer: str) -> str:
        """The dotted name that `layer` (a name or an alias) stands for. UserError: there is none."""
        ...

    def shapes(self, layers: tuple[str, ...]) -> dict[str, tuple[int, int, int]]:
        """(k, h, w) of those layers' maps."""
        ...

    def earlier_stages(self) -> tuple[str, ...]:
        """The (at most) two stages before the last one, shallow to deep."""
        ...

    def score_layer(self) -> str:
        """The last layer whose map decides the scores: `last`, unless the head reads a class token."""
        ...


class Source(nn.Module):
    """From features to logits and maps.

    Attributes:
        title: its name as people write it, for the boxes of diagrams; empty: that of the catalogue.
        words: what its maps are, in a few plain words, for reports.
        formula: the same in signs or fewer words, for the boxes of diagrams.
        class_specific: there is one map per class.
        range: scale of the maps, as in `Look.ranges`.
        reaches: submodules (`backbone`, `head`, `source`) whose weights a loss on a map must reach.
        map_names: names of the maps.
        needs_gradient: the maps are made of gradients of the scores.
        needs_second_order: and a loss on them differentiates those again.
        taps: layers whose maps it needs beside the last; those that the logits need, too, are `logit_taps`.
        head_channels: width of what the head gets.
        head_std: how a new head's last layer is drawn; None: as the head likes.
    """

    title: ClassVar[str] = ""
    words: ClassVar[str] = ""
    formula: ClassVar[str] = ""
    class_specific: ClassVar[bool] = False
    range: ClassVar[Literal["evidence", "unit"]] = "evidence"
    map_names: tuple[str, ...] = ()
    reaches: tuple[str, ...] = ()
    needs_gradient: bool = False
    needs_second_order: bool = False
    taps: tuple[str, ...] = ()
    logit_taps: tuple[str, ...] = ()
    head_std: float | None = None

    def __init__(self, backbone: Extractor) -> None:
        super().__init__()
        self.head_channels = backbone.channels

    def check(self, head: Head) -> None:
        """Refuses a head that it cannot work with.

        Raises:
            UserError: it is such a head.
        """

    def logits(self, features: Features, head: Head) -> Tensor:
        """(B, C)."""
        return head(features)

    def look(self, features: Features, head: Head, target: Tensor | None, every: bool) -> Look:
        """Logits and maps; `target` (B,) is the class explained, None the predicted one."""
        raise NotImplementedError


def explained(logits: Tensor, target: Tensor | None) -> Tensor:
    """(B,) the class explained: the one asked for, else the predicted one."""
    return logits.detach().argmax(1) if target is None else target


def of_class(every: Tensor, target: Tensor) -> Tensor:
    """Each image's map of its own class: (B, C, h, w), (B,) -> (B, 1, h, w)."""
    return every.take_along_dim(target[:, None, None, None], 1)


def in_float(tensor: Tensor) -> Tensor:
    """Half precision as float32: losses and scores of maps are small numbers."""
    return tensor.to(torch.promote_types(tensor.dtype, torch.float32))
