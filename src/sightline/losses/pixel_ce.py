"""Pixel-wise cross-entropy (SPN report, L_loc)."""

from __future__ import annotations

from typing import Any, ClassVar

from torch import Tensor
from torch.nn import functional as F

from sightline.losses.guidance import GuidanceLoss
from sightline.losses.squash import Range, Squash, UnitSquash

EPS = 1e-6


def pixel_cross_entropy(logits: Tensor, roi: Tensor) -> Tensor:
    """mean over pixels of -(R log A + (1 - R) log(1 - A)), with A = sigmoid(logits)

    Each pixel is a separate probability, so that the map with the smallest loss is the ROI map. Because the loss is computed from logits, a
    pixel of raw evidence that is wrong with certainty still has its full gradient. The logits of a map that is given in [0, 1], such as the
    decoder's, end at `EPS`: of its gradient, 98 % are left at an evidence of 10, 86 % at 12, and hardly any from 17 on.

    Args:
        logits: (N, 1, h, w).
        roi: (N, 1, h, w) in [0, 1]; soft values are targets like any other.

    Returns:
        (N,) non-negative; smallest where A equals the ROI map (0 only for a binary ROI).

    Source:
        Saliency-aware classification (ECE 549 report), L_loc.
    """
    return F.binary_cross_entropy_with_logits(logits, roi, reduction="none").mean((1, 2, 3))


def logits_of(unit: Tensor, eps: float = EPS) -> Tensor:
    """log((A + eps) / (1 - A + eps)): the logits of a map in [0, 1], finite at its ends. Any shape, same shape."""
    return (unit + eps).log() - (1 - unit + eps).log()


class PixelCrossEntropy(GuidanceLoss):
    """See `pixel_cross_entropy`. Evidence is taken as the logits of the pixels.

    Example:
        >>> import torch
        >>> import sightline as sl
        >>> attention = torch.tensor([[[[2.0, 1.0], [0.0, 1.0]]]])
        >>> roi = torch.tensor([[[[1.0, 0.0], [0.0, 0.0]]]])
        >>> sl.losses.PixelCrossEntropy()(attention, roi, torch.tensor([True]), "evidence")
        tensor(0.8616)
    """

    words: ClassVar[str] = "each point of the map inside or outside, as annotated"
    formula: ClassVar[str] = "A against ROI, point by point"
    own_squash: ClassVar[Squash] = "sigmoid"

    def __init__(self, *, squash: UnitSquash | None = None, **common: Any) -> None:
        super().__init__(squash=squash, **common)

    def squashed(self, raw: Tensor, range: Range) -> Tensor:
        """To logits, which evidence under a sigmoid is already."""
        return raw if range == "evidence" and self.squash == "sigmoid" else logits_of(super().squashed(raw, range))

    def compare(self, attention: Tensor, roi: Tensor) -> Tensor:
        """See `pixel_cross_entropy`."""
        return pixel_cross_entropy(attention, roi)
