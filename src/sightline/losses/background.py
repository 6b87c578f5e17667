"""A loss that asks for the same label when the annotated region is put on the background of another image."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from sightline.attention.source import in_float
from sightline.losses.batchnorm import second_pass
from sightline.losses.swap import SwapLoss
from sightline.types import Batch, Look


class BackgroundInvariance(SwapLoss):
    """Cross-entropy of annotated regions pasted on other images' backgrounds, so that the background cannot decide.

    It is `sufficiency` with other images' backgrounds as filling, and the supervised form of `invariance` and `agreement`.

    Args:
        views: which answers are judged: those to the `changed` images, or `both` those and the ones to the same images as they are.
        common: whose background it is and how it is pasted: `lender`, `share`, `margin`, `grow`, `feather`, `fill`, `seam`, `bn`, see
            `SwapLoss`.

    Source:
        Own; an invariance objective in the sense of VisFIS (Ying et al. 2022).

    Example:
        >>> import torch
        >>> from torch import nn
        >>> import sightline as sl
        >>> layers = nn.Conv2d(3, 4, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 2)
        >>> classifier = sl.wrap(nn.Sequential(*layers), "1", source="gradcam")
        >>> batch = sl.Batch(torch.rand(4, 3, 16, 16), torch.tensor([0, 1, 0, 1]), roi=torch.eye(16).expand(4, 1, 16, 16))
        >>> sl.losses.BackgroundInvariance()(classifier.look(batch.images, batch.labels), batch).shape
        torch.Size([])
    """

    words: ClassVar[str] = "the annotated region keeps its class on the background of another image"
    formula: ClassVar[str] = "the region keeps its label"
    teaches_classes: ClassVar[bool] = True

    def __init__(self, *, views: Literal["changed", "both"] = "changed", **common: Any) -> None:
        super().__init__(**common)
        self.views = views

    def forward(self, classifier: nn.Module, look: Look, batch: Batch) -> Tensor:
        """See `BehaviourLoss`. With fewer than two known images, or no region among them, a zero that is part of the graph."""
        if self.missing(batch):
            return look.logits[:0].sum()
        [changed], chosen = self.swapped(batch)
        with second_pass(classifier, self.bn):
            logits: Tensor = in_float(classifier(changed))
        labels = batch.labels[chosen]
        if self.views == "both":
            logits, labels = torch.cat([in_float(look.logits[chosen]), logits]), labels.repeat(2)
        return F.cross_entropy(logits, labels)
