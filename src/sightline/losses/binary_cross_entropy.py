"""Binary cross-entropy of each finding, for images that can have several."""

from __future__ import annotations

from typing import ClassVar, Literal

import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits

from sightline.losses.class_loss import ClassLoss
from sightline.losses.known_labels import mean_of_known


class BinaryCrossEntropy(ClassLoss):
    """-log p of what is true of each finding, with p = sigmoid(logit): its mean over the labels that are known. Each finding is a question
    of its own, so that an image can have any number of them.

    Labels that are not known are left out. Computed in float32 or higher precision.

    Args:
        class_weights: (C,) of the findings, or (C, 2) of their absence and their presence; None: equal weights.

    Example:
        >>> import torch
        >>> import sightline as sl
        >>> labels = torch.tensor([[1.0, 0.0, float("nan")]])
        >>> sl.losses.BinaryCrossEntropy()(torch.tensor([[2.0, 0.0, 5.0]]), labels)
        tensor(0.4100)
    """

    words: ClassVar[str] = "tell of each finding whether it is there"
    formula: ClassVar[str] = "each y against its label"
    labels: ClassVar[tuple[Literal["one", "several"], ...]] = ("several",)

    class_weights: Tensor | None

    def __init__(self, class_weights: Tensor | None = None) -> None:
        super().__init__()
        self.register_buffer("class_weights", class_weights)

    def forward(self, logits: Tensor, labels: Tensor) -> Tensor:
        """(B, C), (B, C) with 1, 0, and NaN where not known -> scalar"""
        with torch.autocast(logits.device.type, enabled=False):
            logits = logits.to(torch.promote_types(logits.dtype, torch.float32))
            return mean_of_known(_compare, logits, labels, self.class_weights)


def _compare(logits: Tensor, labels: Tensor) -> Tensor:
    return binary_cross_entropy_with_logits(logits, labels, reduction="none")
