"""Every point of the ROI should be attended; what happens outside does not count."""

from __future__ import annotations

from typing import Any, ClassVar

from torch import Tensor

from sightline.losses.guidance import GuidanceLoss
from sightline.losses.squash import Squash, UnitSquash

EPS = 1e-2


def inside_cross_entropy(attention: Tensor, roi: Tensor, eps: float = EPS) -> Tensor:
    """-sum(R log A') / sum(R), with A' = (A + eps) / (1 + eps)

    The cross-entropy of the map with a target of 1, over the ROI alone (per-pixel cross-entropy, PPCE). It asks the map to fill the
    region evenly, and does not mind evidence outside: a map that is 1 everywhere is perfect. `eps` bounds the pull of a single dead
    pixel, which without it has no bound.

    Args:
        attention: (N, 1, h, w) in [0, 1].
        roi: (N, 1, h, w) in [0, 1], not empty; soft values weigh.

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

    Evidence is brought to [0, 1] by min-max, so that every pixel of the region but the map's very lowest is pulled up. Under
    `squash: max`, as in the source, those without positive evidence have no gradient and are never won over.
    """

    words: ClassVar[str] = "every point of the annotated region attended; what happens outside does not count"
    formula: ClassVar[str] = "−log A, mean over the ROI"
    own_squash: ClassVar[Squash] = "minmax"
    needs_region: ClassVar[bool] = True
    judges_outside: ClassVar[bool] = False

    def __init__(self, *, squash: UnitSquash | None = None, **common: Any) -> None:
        super().__init__(squash=squash, **common)

    def compare(self, attention: Tensor, roi: Tensor) -> Tensor:
        """See `inside_cross_entropy`."""
        return inside_cross_entropy(attention, roi)
