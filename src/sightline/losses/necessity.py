"""A loss that asks for an uncertain answer when the annotated region is covered."""

from __future__ import annotations

from typing import ClassVar, Literal

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from sightline.attention.source import in_float
from sightline.data.cover import Fill, Margin, widened, without_region
from sightline.losses.batchnorm import Mode, second_pass
from sightline.losses.behaviour import BehaviourLoss, marked
from sightline.types import Batch, Look


def surprise(logits: Tensor, expected: Tensor) -> Tensor:
    """KL(e || p) = sum_c e_c log(e_c / p_c), with p = softmax of the logits

    Args:
        logits: (N, C).
        expected: (C,), e; sums to one, may hold zeros.

    Returns:
        (N,) non-negative; 0 where p = e.
    """
    return F.kl_div(logits.log_softmax(1), expected.expand_as(logits), reduction="none").sum(1)


class Necessity(BehaviourLoss):
    """KL divergence between the answer that is expected without information and the answer to the image with its annotated region covered.

    Images with a known region take part.

    Args:
        expected: the answer expected without information: equal probabilities (`uniform`), or the frequencies of the classes in the batch
            (`prior`), which a calibrated model would give if the classes differ in frequency.
        fill: what covers the region, see `without_region`.
        margin: by how much the region is grown, as a share of the image's side; it fades out over the same width.
        bn: batch-norm in the second pass, see `second_pass`.

    Source:
        Ying et al., NeurIPS 2022 (VisFIS), there named uncertainty; KL to the uniform distribution. The attention mining of Figueroa et al.
        2022 asks the same of the region that the network itself attends to.

    Example:
        >>> import torch
        >>> from torch import nn
        >>> import sightline as sl
        >>> layers = nn.Conv2d(3, 4, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 2)
        >>> classifier = sl.wrap(nn.Sequential(*layers), "1", source="gradcam")
        >>> batch = sl.Batch(torch.rand(4, 3, 16, 16), torch.tensor([0, 1, 0, 1]), roi=torch.eye(16).expand(4, 1, 16, 16))
        >>> sl.losses.Necessity()(classifier.look(batch.images, batch.labels), batch).shape
        torch.Size([])
    """

    words: ClassVar[str] = "without the annotated region the class cannot be recognised"
    formula: ClassVar[str] = "without the region no class is recognised"
    shown: ClassVar[str] = "region taken out, same network"

    def __init__(
        self, *, expected: Literal["uniform", "prior"] = "uniform", fill: Fill = "mean", margin: Margin = 0.03, bn: Mode = "quiet"
    ) -> None:
        super().__init__()
        self.expected = expected
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
            logits = in_float(classifier(without_region(batch.images[chosen], region, self.fill)))  # (N, C)
        # the loss is linear in what is expected, so that the frequencies of a batch are right on average
        counts = torch.ones_like(logits[0])
        if self.expected == "prior":
            counts = torch.bincount(batch.labels, minlength=logits.shape[1]).to(logits.dtype)
        return surprise(logits, counts / counts.sum()).mean()

    def missing(self, batch: Batch) -> str | None:
        """See `BehaviourLoss`."""
        return None if marked(batch).any() else "no image has a known ROI"
