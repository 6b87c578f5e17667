"""Class loss of the groups that are learned worst (Sagawa et al. 2020)."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

import torch
from pydantic import Field
from torch import Tensor
from torch.nn import functional as F

from sightline.losses.class_loss import ClassLoss
from sightline.settings import NUMBER


def group_means(values: Tensor, group: Tensor, n: int) -> Tensor:
    """Mean of the values of each group, 0 for a group without any.

    Args:
        values: (B,).
        group: (B,) int64, below `n`.

    Returns:
        (n,)

    Example:
        >>> group_means(torch.tensor([1.0, 3.0, 5.0]), torch.tensor([0, 0, 2]), 3)
        tensor([2., 0., 5.])
    """
    sums = values.new_zeros(n).index_add(0, group, values)
    return sums / torch.bincount(group, minlength=n).clamp(min=1)


class GroupDRO(ClassLoss):
    """Group distributionally robust optimisation: the cross-entropy of each group, with shares that grow where it is high.

    sum_g q_g L_g, with L_g the mean cross-entropy of the batch's images of group g, and after each batch q_g <- q_g exp(step L_g), brought
    back to the sum 1. The groups are those of `data.balance_by`, or else the classes. Needs tags of the training images, and no regions:
    it is the bar that guidance has to clear where the shortcut is known by name. In validation it is the plain cross-entropy.

    Sagawa's program moves the shares before they weigh the batch that moved them; here they weigh the next one. As there, give it batches
    in which the groups are equally frequent (`data.balance=weighted_sampler`) and a strong weight decay or few epochs: a network that
    fits all training images has no worst group left to learn from.

    Args:
        class_weights: (C,); None: equal weights.
        step: how fast the shares move; 0 keeps them equal.

    Source:
        Sagawa, Koh, Hashimoto, Liang, ICLR 2020, "Distributionally robust neural networks for group shifts", algorithm 1.

    Example:
        >>> import torch
        >>> import sightline as sl
        >>> loss = sl.losses.GroupDRO()
        >>> loss(torch.tensor([[2.0, 0.0], [2.0, 0.0]]), torch.tensor([0, 1]))
        tensor(1.1269)
        >>> loss.share  # the second group is learned worse
        tensor([0.4950, 0.5050])
    """

    words: ClassVar[str] = "name the right class, in the group above all that is named worst"
    formula: ClassVar[str] = "y against the label, the worst group counts more"
    labels: ClassVar[tuple[Literal["one", "several"], ...]] = ("one",)
    by_group: ClassVar[bool] = True

    class_weights: Tensor | None
    share: Tensor

    def __init__(self, class_weights: Tensor | None = None, *, step: Annotated[float, Field(ge=0, le=10), NUMBER] = 0.01) -> None:
        super().__init__()
        self.register_buffer("class_weights", class_weights)
        self.register_buffer("share", torch.empty(0))
        self.step = step

    def settle(self, groups: int) -> None:
        """Makes equal shares for so many groups."""
        self.share = torch.full((groups,), 1 / groups, device=self.share.device)

    def learned(self) -> dict[str, float]:
        """The share of each group, by its number."""
        return {f"share/{number}": value for number, value in enumerate(self.share.tolist())}

    def forward(self, logits: Tensor, labels: Tensor, group: Tensor | None = None) -> Tensor:
        """(B, C), (B,), group of each image (B,), None: its class -> scalar"""
        logits = logits.to(torch.promote_types(logits.dtype, torch.float32))
        weights = None if self.class_weights is None else self.class_weights.to(logits.dtype)
        if not self.training:
            return F.cross_entropy(logits, labels, weights)
        if not len(self.share):
            self.settle(logits.shape[1])
        values = F.cross_entropy(logits, labels, weights, reduction="none")  # (B,)
        means = group_means(values, labels if group is None else group, len(self.share))  # (G,)
        total = (self.share.to(means.dtype) * means).sum()
        moved = self.share * (self.step * means.detach().to(self.share.dtype)).exp()
        self.share = moved / moved.sum()
        return total
