"""Focal loss of the class decision (Yan 2020, eq. 2.4, 2.5)."""

from __future__ import annotations

from functools import partial
from typing import Annotated, ClassVar, Literal

import torch
from pydantic import Field
from torch import Tensor
from torch.nn.functional import logsigmoid

from sightline.losses.class_loss import ClassLoss
from sightline.losses.known_labels import mean_of_known
from sightline.settings import NUMBER

TINY = 1e-12


def focal(logits: Tensor, labels: Tensor, gamma: float = 2.0) -> Tensor:
    """-(1 - p_t)^gamma log p_t, with p_t the softmax probability of the label

    Args:
        logits: (N, C).
        labels: (N,) int64.
        gamma: how strongly easy images are weighted down; 0 is cross-entropy. Yan 2020 does not give it; the authors' code has 2.

    Returns:
        (N,) non-negative.

    Source:
        Yan, Kawahara, Hamarneh, IPMI 2019, eq. 2.4 and 2.5 of the thesis; Lin et al., ICCV 2017.
    """
    log_p = logits.log_softmax(1).gather(1, labels[:, None])[:, 0]  # (N,)
    # kept off zero: the slope of x^gamma at 0 is infinite for gamma < 1
    missing = (-log_p.expm1()).clamp(min=TINY)
    return -(missing**gamma) * log_p


def binary_focal(logits: Tensor, labels: Tensor, gamma: float = 2.0) -> Tensor:
    """-(1 - p)^gamma log p with p = sigmoid(logit) where the finding is present, and 1 - sigmoid(logit) where it is absent.

    Args:
        logits, labels: (N,); labels are 1 or 0.
        gamma: see `focal`.

    Returns:
        (N,) non-negative.

    Source:
        Lin et al., ICCV 2017, without their alpha.
    """
    log_p = logsigmoid(torch.where(labels > 0.5, logits, -logits))  # (N,)
    missing = (-log_p.expm1()).clamp(min=TINY)
    return -(missing**gamma) * log_p


class Focal(ClassLoss):
    """See `focal`; the mean over the batch, weighted by the class weights as in cross-entropy. Computed in float32 or higher precision.

    With several findings per image, see `binary_focal`, it is the mean over the labels that are known.

    Args:
        class_weights: (C,), or with several findings (C, 2) of their absence and their presence; None: equal weights.
        gamma: see `focal`.

    Example:
        >>> import torch
        >>> import sightline as sl
        >>> sl.losses.Focal(gamma=2)(torch.tensor([[2.0, 0.0]]), torch.tensor([0]))
        tensor(0.0018)
    """

    words: ClassVar[str] = "name the right class, hard images above all"
    formula: ClassVar[str] = "y against the label, hard images count more"
    labels: ClassVar[tuple[Literal["one", "several"], ...]] = ("one", "several")

    class_weights: Tensor | None

    def __init__(self, class_weights: Tensor | None = None, *, gamma: Annotated[float, Field(ge=0, le=100), NUMBER] = 2.0) -> None:
        super().__init__()
        self.register_buffer("class_weights", class_weights)
        self.gamma = gamma

    def forward(self, logits: Tensor, labels: Tensor) -> Tensor:
        """(B, C), (B,), or with several findings (B, C), NaN where not known -> scalar"""
        with torch.autocast(logits.device.type, enabled=False):
            logits = logits.to(torch.promote_types(logits.dtype, torch.float32))
            if labels.ndim == 2:
                return mean_of_known(partial(binary_focal, gamma=self.gamma), logits, labels, self.class_weights)
            values = focal(logits, labels, self.gamma)
            if self.class_weights is None:
                return values.mean()
            weights = self.class_weights.to(values.dtype)[labels]  # (B,)
            return (weights * values).sum() / weights.sum()
