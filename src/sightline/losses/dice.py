"""Soft Dice over the whole batch (Yan 2020, eq. 2.6)."""

from __future__ import annotations

from typing import Any, ClassVar

from torch import Tensor

from sightline.losses.guidance import GuidanceLoss
from sightline.losses.squash import Squash, UnitSquash


def dice(attention: Tensor, roi: Tensor) -> Tensor:
    """1 - 2 sum(A R) / sum(A + R), the sums over all pixels of all images

    One ratio for the batch, so that an image with an empty ROI needs no smoothing term; only a batch where nothing at all is marked or
    attended would be 0/0, and is 0. Large regions count more than small ones, and the value of a batch is not the mean of its images'.

    Args:
        attention: (N, 1, h, w) in [0, 1].
        roi: (N, 1, h, w) in [0, 1].

    Returns:
        Scalar in [0, 1]; 0 where the map equals a binary ROI map.

    Source:
        Yan, Kawahara, Hamarneh, IPMI 2019, eq. 2.6 of the thesis.
    """
    overlap, total = (attention * roi).sum(), (attention + roi).sum()
    nothing = (total == 0).to(total.dtype)
    return 1 - (2 * overlap + nothing) / (total + nothing)


class Dice(GuidanceLoss):
    """See `dice`. Evidence is scaled to [0, 1] by min-max, under which every map has a gradient.

    Example:
        >>> import torch
        >>> import sightline as sl
        >>> attention = torch.tensor([[[[2.0, 1.0], [0.0, 1.0]]]])
        >>> roi = torch.tensor([[[[1.0, 0.0], [0.0, 0.0]]]])
        >>> sl.losses.Dice()(attention, roi, torch.tensor([True]), "evidence")
        tensor(0.3333)
    """

    words: ClassVar[str] = "overlap of map and annotated region"
    formula: ClassVar[str] = "overlap of A and ROI in the batch"
    own_squash: ClassVar[Squash] = "minmax"
    of_batch: ClassVar[bool] = True

    def __init__(self, *, squash: UnitSquash | None = None, **common: Any) -> None:
        super().__init__(squash=squash, **common)

    def compare(self, attention: Tensor, roi: Tensor) -> Tensor:
        """See `dice`."""
        return dice(attention, roi)
