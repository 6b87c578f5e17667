"""Pixel-wise absolute difference (SPN report, L1)."""

from __future__ import annotations

from typing import ClassVar

from torch import Tensor

from sightline.losses.guidance import GuidanceLoss
from sightline.losses.squash import Squash


def l1(attention: Tensor, roi: Tensor) -> Tensor:
    """mean over pixels of |A - R|

    It asks the map to fill the whole ROI, while `energy` only asks it to stay inside (Rao et al., ICCV 2023).

    Args:
        attention: (N, 1, h, w) in [0, 1].
        roi: (N, 1, h, w) in [0, 1].

    Returns:
        (N,) in [0, 1]; 0 where the map equals the ROI map.

    Source:
        Saliency-aware classification (ECE 549 report), L_loc.
    """
    return (attention - roi).abs().mean((1, 2, 3))


class L1(GuidanceLoss):
    """See `l1`. Evidence is scaled to [0, 1] by min-max, under which every map has a gradient.

    Example:
        >>> import torch
        >>> import sightline as sl
        >>> attention = torch.tensor([[[[2.0, 1.0], [0.0, 1.0]]]])
        >>> roi = torch.tensor([[[[1.0, 0.0], [0.0, 0.0]]]])
        >>> sl.losses.L1()(attention, roi, torch.tensor([True]), "evidence")
        tensor(0.2500)
    """

    words: ClassVar[str] = "map equal to the annotation, point by point (absolute)"
    formula: ClassVar[str] = "|A − ROI|, point by point"
    own_squash: ClassVar[Squash] = "minmax"

    def compare(self, attention: Tensor, roi: Tensor) -> Tensor:
        """See `l1`."""
        return l1(attention, roi)
