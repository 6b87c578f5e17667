"""A loss that asks for the right class from the annotated region alone."""

from __future__ import annotations

from typing import ClassVar

from torch import Tensor, nn
from torch.nn import functional as F

from sightline.attention.source import in_float
from sightline.data.cover import Fill, Margin, widened, without_region
from sightline.losses.batchnorm import Mode, second_pass
from sightline.losses.behaviour import BehaviourLoss, marked
from sightline.types import Batch, Look


class Sufficiency(BehaviourLoss):
    """Cross-entropy of the answer to the image with everything outside the annotated region covered.

    Images with a known region take part. The loss teaches the class from the region alone, but does not penalise the use of the outside
    where it is visible; `necessity`, `invariance` and `background` do.

    Args:
        fill: what covers the outside, see `without_region`; nothing of the outside shows in it.
        margin: by how much the region is grown, as a share of the image's side; it fades out over the same width.
        bn: batch-norm in the second pass, see `second_pass`.

    Source:
        Ying et al., NeurIPS 2022 (VisFIS), on regions of an image instead of features of objects. With other images' backgrounds as
        filling, it is the loss `background`.

    Example:
        >>> import torch
        >>> from torch import nn
        >>> import sightline as sl
        >>> layers = nn.Conv2d(3, 4, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 2)
        >>> classifier = sl.wrap(nn.Sequential(*layers), "1", source="gradcam")
        >>> batch = sl.Batch(torch.rand(4, 3, 16, 16), torch.tensor([0, 1, 0, 1]), roi=torch.eye(16).expand(4, 1, 16, 16))
        >>> sl.losses.Sufficiency()(classifier.look(batch.images, batch.labels), batch).shape
        torch.Size([])
    """

    words: ClassVar[str] = "the annotated region alone is enough to tell the class"
    formula: ClassVar[str] = "the region alone tells the class"
    shown: ClassVar[str] = "region alone, same network"
    teaches_classes: ClassVar[bool] = True

    def __init__(self, *, fill: Fill = "mean", margin: Margin = 0.03, bn: Mode = "quiet") -> None:
        super().__init__()
        self.fill: Fill = fill
        self.margin = margin
        self.bn: Mode = bn

    def forward(self, classifier: nn.Module, look: Look, batch: Batch) -> Tensor:
        """See `BehaviourLoss`. With no region in the batch, a zero that is part of the graph."""
        chosen = marked(batch)
        if not chosen.any():
            return look.logits[:0].sum()
        region = widened(batch.roi[chosen], self.margin)
        with second_pass(classifier, self.bn):
            logits: Tensor = classifier(without_region(batch.images[chosen], 1 - region, self.fill))
        return F.cross_entropy(in_float(logits), batch.labels[chosen])

    def missing(self, batch: Batch) -> str | None:
        """See `BehaviourLoss`."""
        return None if marked(batch).any() else "no image has a known ROI"
