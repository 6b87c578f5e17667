"""Cross-entropy of the class decision."""

from __future__ import annotations

from typing import ClassVar, Literal

import torch
from torch import Tensor
from torch.nn import functional as F

from sightline.losses.class_loss import ClassLoss
from sightline.settings import BelowOne


class CrossEntropy(ClassLoss):
    """Softmax cross-entropy: -log p_label, its mean over the batch weighted by the classes' weights. Computed in float32 or higher
    precision.

    Args:
        class_weights: (C,); None: equal weights.
        label_smoothing: share of the target that is spread over all classes.

    Example:
        >>> import torch
        >>> import sightline as sl
        >>> sl.losses.CrossEntropy()(torch.tensor([[2.0, 0.0]]), torch.tensor([0]))
        tensor(0.1269)
    """

    words: ClassVar[str] = "name the right class"
    formula: ClassVar[str] = "y against the label"
    labels: ClassVar[tuple[Literal["one", "several"], ...]] = ("one",)

    class_weights: Tensor | None

    def __init__(self, class_weights: Tensor | None = None, *, label_smoothing: BelowOne = 0) -> None:
        super().__init__()
        self.register_buffer("class_weights", class_weights)
        self.label_smoothing = label_smoothing

    def forward(self, logits: Tensor, labels: Tensor) -> Tensor:
        """(B, C), (B,) -> scalar"""
        logits = logits.to(torch.promote_types(logits.dtype, torch.float32))
        weights = None if self.class_weights is None else self.class_weights.to(logits.dtype)
        return F.cross_entropy(logits, labels, weights, label_smoothing=self.label_smoothing)
