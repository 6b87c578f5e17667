"""A loss that asks for the same answer when the outside of the region is replaced."""

from __future__ import annotations

from typing import ClassVar, Literal

from torch import Tensor, nn
from torch.nn import functional as F

from sightline.attention.source import in_float
from sightline.data.cover import Fill, Margin, widened, without_region
from sightline.losses.batchnorm import Mode, second_pass
from sightline.losses.behaviour import BehaviourLoss, marked
from sightline.losses.swap import compose, partners
from sightline.types import Batch, Look


def divergence(before: Tensor, after: Tensor) -> Tensor:
    """KL(p || q) = sum_c p_c log(p_c / q_c), with p and q the softmax of the two

    Args:
        before: (N, C) logits.
        after: (N, C) logits.

    Returns:
        (N,) non-negative; 0 where the two agree.
    """
    return F.kl_div(after.log_softmax(1), before.log_softmax(1), reduction="none", log_target=True).sum(1)


class Invariance(BehaviourLoss):
    """KL between the answer to the image and the answer to the image whose outside is replaced.

    Images with a known region take part. Labels are not used: the two answers are drawn towards each other, and a wrong answer may stay
    wrong. The supervised form, in which the changed image must get its label, is the loss `background`.

    Args:
        outside: what replaces the outside: the outside of `another` known image, with its own region covered; or a filling, see
            `without_region`.
        margin: by how much the region is grown, as a share of the image's side; it fades out over the same width.
        bn: batch-norm in the second pass, see `second_pass`.

    Source:
        Ying et al., NeurIPS 2022 (VisFIS).

    Example:
        >>> import torch
        >>> from torch import nn
        >>> import sightline as sl
        >>> layers = nn.Conv2d(3, 4, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 2)
        >>> classifier = sl.wrap(nn.Sequential(*layers), "1", source="gradcam")
        >>> batch = sl.Batch(torch.rand(4, 3, 16, 16), torch.tensor([0, 1, 0, 1]), roi=torch.eye(16).expand(4, 1, 16, 16))
        >>> sl.losses.Invariance()(classifier.look(batch.images, batch.labels), batch).shape
        torch.Size([])
    """

    words: ClassVar[str] = "the answer does not change when the outside changes"
    formula: ClassVar[str] = "y stays when the outside changes"
    shown: ClassVar[str] = "outside changed, same network"

    def __init__(self, *, outside: Literal["another"] | Fill = "another", margin: Margin = 0.03, bn: Mode = "quiet") -> None:
        super().__init__()
        self.outside: Literal["another"] | Fill = outside
        self.margin = margin
        self.bn: Mode = bn

    def forward(self, classifier: nn.Module, look: Look, batch: Batch) -> Tensor:
        """See `BehaviourLoss`. With nothing to change, a zero that is part of the graph."""
        if self.missing(batch):
            return look.logits[:0].sum()
        chosen, known = marked(batch), batch.known
        if self.outside == "another":
            partner = partners(int(known.sum())).to(batch.images.device)
            changed = compose(batch.images[known], widened(batch.roi[known], self.margin), partner)[chosen[known]]
        else:
            changed = without_region(batch.images[chosen], 1 - widened(batch.roi[chosen], self.margin), self.outside)
        with second_pass(classifier, self.bn):
            after: Tensor = classifier(changed)
        return divergence(in_float(look.logits[chosen]), in_float(after)).mean()

    def missing(self, batch: Batch) -> str | None:
        """See `BehaviourLoss`."""
        if self.outside == "another" and int(batch.known.sum()) < 2:
            return "fewer than two images have a known ROI"
        return None if marked(batch).any() else "no image has a known ROI"
