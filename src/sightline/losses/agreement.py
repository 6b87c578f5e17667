"""A loss that asks for the same answer to the annotated region on two backgrounds."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from sightline.attention.source import in_float
from sightline.losses.batchnorm import second_pass
from sightline.losses.invariance import divergence
from sightline.losses.swap import SwapLoss
from sightline.types import Batch, Look


def disagreement(first: Tensor, second: Tensor) -> Tensor:
    """(KL(p || q) + KL(q || p)) / 2, with p and q the softmax of the two

    Args:
        first: (N, C) logits.
        second: (N, C) logits.

    Returns:
        (N,) non-negative; 0 where the two agree.
    """
    return (divergence(first, second) + divergence(second, first)) / 2


class Agreement(SwapLoss):
    """Symmetric KL between the answers to the annotated region on two backgrounds, and the cross-entropy of both answers.

    `invariance` compares the answer to the image as it is with one changed image; here both images are changed, so that neither answer
    can rest on the habit that the network learns from the images as they are.

    Args:
        labelled: add the mean cross-entropy of the two answers with the label; without it a wrong answer may stay wrong, as long as it is
            wrong on both backgrounds.
        lender: whose backgrounds they are: those of `any` other images, of images of an `other` class, or of the `own` class. Where the
            batch has only one such image, the second background is the image's own.
        common: how the region is pasted: `share`, `margin`, `grow`, `feather`, `fill`, `seam`, `bn`, see `SwapLoss`.

    Source:
        Own; an invariance objective in the sense of VisFIS (Ying et al. 2022), with the consistency of two changed views.

    Example:
        >>> import torch
        >>> from torch import nn
        >>> import sightline as sl
        >>> layers = nn.Conv2d(3, 4, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 2)
        >>> classifier = sl.wrap(nn.Sequential(*layers), "1", source="gradcam")
        >>> batch = sl.Batch(torch.rand(4, 3, 16, 16), torch.tensor([0, 1, 0, 1]), roi=torch.eye(16).expand(4, 1, 16, 16))
        >>> sl.losses.Agreement(labelled=False)(classifier.look(batch.images, batch.labels), batch).shape
        torch.Size([])
    """

    words: ClassVar[str] = "the annotated region gets the same answer on two backgrounds"
    formula: ClassVar[str] = "y agrees on two backgrounds"
    shown: ClassVar[str] = "region on two other backgrounds, same network"

    def __init__(self, *, labelled: bool = True, lender: Literal["any", "other", "own"] = "any", **common: Any) -> None:
        super().__init__(lender=lender, **common)
        self.labelled = labelled

    def forward(self, classifier: nn.Module, look: Look, batch: Batch) -> Tensor:
        """See `BehaviourLoss`. With fewer than two known images, or no region among them, a zero that is part of the graph."""
        if self.missing(batch):
            return look.logits[:0].sum()
        versions, chosen = self.swapped(batch, 2)
        with second_pass(classifier, self.bn):
            logits = in_float(classifier(torch.cat(versions)))  # (2 N, C)
        loss = disagreement(*logits.chunk(2)).mean()
        return loss + F.cross_entropy(logits, batch.labels[chosen].repeat(2)) if self.labelled else loss
