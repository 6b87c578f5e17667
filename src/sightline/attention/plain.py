"""A classifier without attention maps."""

from __future__ import annotations

from typing import ClassVar

import torch
from torch import Tensor

from sightline.attention.features import Features
from sightline.attention.head import GapLinear, Head
from sightline.attention.source import Extractor, Source
from sightline.errors import UserError
from sightline.types import Look


class Plain(Source):
    """No maps: for the control arm, and for pretraining on labels only.

    Args:
        taps: layers whose pooled features the head gets in addition to the last features, like gates that are open everywhere (003-23:
            Mel-CNN).

    Example:
        >>> import torch
        >>> import sightline as sl
        >>> settings = {"attention": {"name": "none"}, "backbone.name": "test_resnet", "backbone.stride": 8, "losses.guidance": []}
        >>> classifier = sl.build("energy", 2, settings)
        >>> {name: tuple(one.shape) for name, one in classifier.look(torch.rand(2, 3, 32, 32)).maps.items()}
        {}
    """

    words: ClassVar[str] = "the classifier does not say where it looks"
    several_labels = True

    def __init__(self, backbone: Extractor, *, taps: tuple[str, ...] = ()) -> None:
        super().__init__(backbone)
        self.taps = self.logit_taps = taps
        if taps:
            self.head_channels += sum(backbone.shapes(taps)[tap][0] for tap in taps)

    def check(self, head: Head) -> None:
        if self.taps and not isinstance(head, GapLinear):
            raise UserError("attention.taps", "need a GAP head", "Set head.kind to gap.")

    def logits(self, features: Features, head: Head) -> Tensor:
        if not self.taps:
            result: Tensor = head(features)
            return result
        assert isinstance(head, GapLinear)
        maps = [*(features.taps[tap] for tap in self.taps), features.last]
        return head.classify(torch.cat([found.mean((2, 3)) for found in maps], 1))

    def look(self, features: Features, head: Head, target: Tensor | None, every: bool) -> Look:
        return Look(self.logits(features, head), {})
