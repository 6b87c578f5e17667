"""The base class of attention sources, which compute logits and attention maps from features."""

from __future__ import annotations

from typing import ClassVar, Literal, Protocol

import torch
from torch import Tensor, nn

from sightline.attention.features import Features
from sightline.attention.head import Head, Init
from sightline.types import Look


class Extractor(Protocol):
    """What a source can ask a backbone for while the classifier is built."""

    channels: int

    def resolve(self, layer: str) -> str:
        """The dotted name that `layer` (a name or an alias) stands for. UserError: there is none."""
        ...

    def shapes(self, layers: tuple[str, ...]) -> dict[str, tuple[int, int, int]]:
        """Shapes (k, h, w) of the maps of these layers."""
        ...

    def earlier_stages(self) -> tuple[str, ...]:
        """The stages before the last one, at most two, shallow to deep."""
        ...

    def score_layer(self) -> str:
        """The last layer whose map decides the scores: `last`, unless the head reads a class token."""
        ...


class Source(nn.Module):
    """Base class: computes logits and attention maps from features.

    Attributes:
        title: usual name, for the boxes of diagrams; empty: the name in the catalogue.
        words: what the maps are, in a few plain words, for reports.
        formula: the same as a formula or in fewer words, for the boxes of diagrams.
        class_specific: there is one map per class.
        several_labels: the logits of the classes do not compete and the map of a class is linear in the weights of the head, so that an
            image can have several classes.
        range: scale of the maps, as in `Look.ranges`.
        reaches: submodules (`backbone`, `head`, `source`) whose weights a loss on a map must reach.
        map_names: names of the maps.
        any_network: a wrapped network of which one layer is named is enough; False: it takes more layers, a head of ours, or a copy.
        looks_again: the scores come from a second network, which sees the image as the map changes it.
        needs_gradient: the maps are computed from gradients of the scores.
        needs_second_order: a loss on the maps differentiates these gradients again.
        taps: layers whose maps the source needs in addition to the last; `logit_taps` are those that the logits need as well.
        head_channels: number of channels of the head's input.
        head_init: initial weights of a new head's last layer, where the recipe has no wish, see `head.initialise`.

    Example:
        >>> import torch
        >>> from torch import nn
        >>> import sightline as sl
        >>> class Strength(sl.attention.Source):
        ...     def look(self, features, head, target, every):
        ...         return sl.Look(self.logits(features, head), {"strength": features.last.square().mean(1, keepdim=True)})
        >>> layers = nn.Conv2d(3, 4, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 2)
        >>> wrapped = sl.wrap(nn.Sequential(*layers), "1")
        >>> classifier = sl.GuidedClassifier(wrapped.backbone, wrapped.head, Strength(wrapped.backbone))
        >>> classifier.look(torch.rand(2, 3, 16, 16)).maps["strength"].shape
        torch.Size([2, 1, 14, 14])
    """

    title: ClassVar[str] = ""
    words: ClassVar[str] = ""
    formula: ClassVar[str] = ""
    class_specific: ClassVar[bool] = False
    several_labels: ClassVar[bool] = False
    any_network: ClassVar[bool] = True
    looks_again: ClassVar[bool] = False
    range: ClassVar[Literal["evidence", "unit"]] = "evidence"
    map_names: tuple[str, ...] = ()
    reaches: tuple[str, ...] = ()
    needs_gradient: bool = False
    needs_second_order: bool = False
    taps: tuple[str, ...] = ()
    logit_taps: tuple[str, ...] = ()
    head_init: Init = "default"

    def __init__(self, backbone: Extractor) -> None:
        super().__init__()
        self.head_channels = backbone.channels

    def check(self, head: Head) -> None:
        """Refuses a head with which the source cannot work.

        Raises:
            UserError: the source cannot work with this head.
        """

    def logits(self, features: Features, head: Head) -> Tensor:
        """(B, C)."""
        result: Tensor = head(features)
        return result

    def look(self, features: Features, head: Head, target: Tensor | None, every: bool) -> Look:
        """Computes logits and maps; `target` (B,) is the class to explain, None: the predicted class."""
        raise NotImplementedError


def explained(logits: Tensor, target: Tensor | None) -> Tensor:
    """The class to explain, (B,): the given target, or else the predicted class."""
    return logits.detach().argmax(1) if target is None else target


def of_class(every: Tensor, target: Tensor) -> Tensor:
    """Selects for each image the map of its class: (B, C, h, w), (B,) -> (B, 1, h, w)."""
    place = target[:, None, None, None].expand(-1, 1, *every.shape[2:])
    return every.gather(1, place)  # not `take_along_dim`, which torch.export binds to one size of batch


def in_float(tensor: Tensor) -> Tensor:
    """Converts half precision to float32, since losses and scores of maps are small numbers."""
    return tensor if tensor.dtype == torch.float64 else tensor.float()
