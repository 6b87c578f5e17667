"""Cross-entropy inside the ROI only (PPCE): the map should be high on every point of the ROI; values outside do not count."""

from __future__ import annotations

from typing import Any, ClassVar

from torch import Tensor

from sightline.losses.guidance import GuidanceLoss
from sightline.losses.squash import Squash, UnitSquash

EPS = 1e-2


def inside_cross_entropy(attention: Tensor, roi: Tensor, eps: float = EPS) -> Tensor:
    """-sum(R log A') / sum(R), with A' = (A + eps) / (1 + eps)

    The cross-entropy of the map with a target of 1, over the ROI alone (per-pixel cross-entropy, PPCE). It asks the map to fill the region
    evenly and ignores evidence outside: a map that is 1 everywhere has loss 0. `eps` bounds the gradient of a pixel with A = 0, which would
    be infinite without it.

    Args:
        attention: (N, 1, h, w) in [0, 1].
        roi: (N, 1, h, w) in [0, 1], not empty; soft values are weights.

    Returns:
        (N,) in [0, 4.6]; 0 where the map is 1 in all of the ROI.

    Source:
        Shen et al. 2021 (HAICS), as compared by Rao et al., ICCV 2023 (PPCE): the positive evidence divided by its maximum, and the
        logarithm cut at -100 where we have `eps`.
    """
    surprise = -((attention + eps) / (1 + eps)).log()
    return (surprise * roi).sum((1, 2, 3)) / roi.sum((1, 2, 3))


class InsideCrossEntropy(GuidanceLoss):
    """See `inside_cross_entropy`.

    Evidence is scaled to [0, 1] by min-max, so that all pixels of the region except the minimum of the map have a gradient. With
    `squash: max`, as in the source, pixels without positive evidence have no gradient and never change.

    Example:
        >>> import torch
        >>> import sightline as sl
        >>> attention = torch.tensor([[[[2.0, 1.0], [0.0, 1.0]]]])
        >>> roi = torch.tensor([[[[1.0, 0.0], [0.0, 0.0]]]])
        >>> sl.losses.InsideCrossEntropy()(attention, roi, torch.tensor([True]), "evidence")
        tensor(0.)
    """

    words: ClassVar[str] = "attention at every point of the annotated region; the outside does not count"
    formula: ClassVar[str] = "−log A, mean over the ROI"
    own_squash: ClassVar[Squash] = "minmax"
    needs_region: ClassVar[bool] = True
    judges_outside: ClassVar[bool] = False

    def __init__(self, *, squash: UnitSquash | None = None, **common: Any) -> None:
        super().__init__(squash=squash, **common)

    def compare(self, attention: Tensor, roi: Tensor) -> Tensor:
        """See `inside_cross_entropy`."""
        return inside_cross_entropy(attention, roi)
