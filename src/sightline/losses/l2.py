"""Pixel-wise squared difference (Figueroa et al. 2022, eq. 6; SPN report, L2)."""

from __future__ import annotations

from typing import ClassVar

from torch import Tensor

from sightline.losses.guidance import GuidanceLoss
from sightline.losses.squash import Squash


def l2(attention: Tensor, roi: Tensor) -> Tensor:
    """mean over pixels of (A - R)^2

    The paper prints no sum or mean over pixels; the mean does not depend on the map's size. `squash: relu` gives the paper's map, which is
    rectified and not scaled.

    Args:
        attention: (N, 1, h, w) in [0, 1].
        roi: (N, 1, h, w) in [0, 1].

    Returns:
        (N,) in [0, 1]; 0 where the map equals the ROI map.

    Source:
        Figueroa et al., J. Biomed. Opt. 27(1) 015001, 2022, eq. 6.
    """
    return (attention - roi).square().mean((1, 2, 3))


class L2(GuidanceLoss):
    """See `l2`. Evidence is scaled to [0, 1] by min-max, under which every map has a gradient.

    Example:
        >>> import torch
        >>> import sightline as sl
        >>> attention = torch.tensor([[[[2.0, 1.0], [0.0, 1.0]]]])
        >>> roi = torch.tensor([[[[1.0, 0.0], [0.0, 0.0]]]])
        >>> sl.losses.L2()(attention, roi, torch.tensor([True]), "evidence")
        tensor(0.1250)
    """

    words: ClassVar[str] = "map equal to the annotation, point by point (squared)"
    formula: ClassVar[str] = "(A − ROI)², point by point"
    own_squash: ClassVar[Squash] = "minmax"

    def compare(self, attention: Tensor, roi: Tensor) -> Tensor:
        """See `l2`."""
        return l2(attention, roi)
