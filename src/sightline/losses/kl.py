"""Kullback-Leibler divergence between region and map, both taken as distributions over the image."""

from __future__ import annotations

from typing import Any, ClassVar

from torch import Tensor

from sightline.losses.guidance import GuidanceLoss
from sightline.losses.squash import Squash, UnitSquash

EPS = 1e-3


def kl(attention: Tensor, roi: Tensor, eps: float = EPS) -> Tensor:
    """sum over pixels of p log(p / q), with p = R' / sum(R'), q = A' / sum(A'), R' = R + eps, A' = A + eps

    A region without attention has a high cost; attention elsewhere costs only as much as it takes away from the region. `eps` keeps the
    logarithm finite, and turns a map of zeros into the uniform distribution.

    Args:
        attention: (N, 1, h, w) in [0, 1].
        roi: (N, 1, h, w) in [0, 1], not empty.

    Returns:
        (N,) non-negative; 0 where the map equals the ROI map.

    Source:
        Bylinskii et al., TPAMI 41(3), 2019: KL of fixations and saliency map, each over its sum, as a score. Jetley, Murray, Vig, CVPR
        2016: as a training loss, behind a softmax of the map. The place of `eps` in the formula, and its value, are our own.
    """
    p, q = _distribution(roi + eps), _distribution(attention + eps)
    return (p * (p.log() - q.log())).sum((1, 2, 3))


def _distribution(positive: Tensor) -> Tensor:
    """Each map over its sum. (N, 1, h, w) -> (N, 1, h, w)"""
    return positive / positive.sum((1, 2, 3), keepdim=True)


class KL(GuidanceLoss):
    """See `kl`. Evidence is scaled to [0, 1] by min-max, under which every map has a gradient.

    Example:
        >>> import torch
        >>> import sightline as sl
        >>> attention = torch.tensor([[[[2.0, 1.0], [0.0, 1.0]]]])
        >>> roi = torch.tensor([[[[1.0, 0.0], [0.0, 0.0]]]])
        >>> sl.losses.KL()(attention, roi, torch.tensor([True]), "evidence")
        tensor(0.6788)
    """

    words: ClassVar[str] = "map distributed over the image like the annotated region"
    formula: ClassVar[str] = "KL(ROI ‖ A), both as distributions"
    own_squash: ClassVar[Squash] = "minmax"
    needs_region: ClassVar[bool] = True

    def __init__(self, *, squash: UnitSquash | None = None, **common: Any) -> None:
        super().__init__(squash=squash, **common)

    def compare(self, attention: Tensor, roi: Tensor) -> Tensor:
        """See `kl`."""
        return kl(attention, roi)
