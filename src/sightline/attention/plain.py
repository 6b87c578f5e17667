"""A classifier that does not say where it looks."""

from __future__ import annotations

from torch import Tensor

from sightline.attention.features import Features
from sightline.attention.head import Head
from sightline.attention.source import Source
from sightline.types import Look


class Plain(Source):
    """No maps: the control arm, and label-only pretraining."""

    def look(self, features: Features, head: Head, target: Tensor | None, every: bool) -> Look:
        return Look(self.logits(features, head), {})
