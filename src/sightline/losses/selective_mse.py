"""Squared difference to the labelled class's map under a learned sigmoid (Zhu et al. 2022, eq. 9, 10)."""

from __future__ import annotations

import math
from typing import ClassVar, Literal

import torch
from torch import Tensor, nn

from sightline.errors import UserError
from sightline.losses.guidance import GuidanceLoss
from sightline.losses.squash import Range
from sightline.settings import Positive


def selective_mse(evidence: Tensor, roi: Tensor, alpha: Tensor) -> Tensor:
    """mean over pixels of (sigmoid(alpha Omega_Y) - Psi)^2

    Args:
        evidence: (N, 1, h, w), Omega_Y: raw, unbounded map of the labelled class; the maps of other classes are not guided.
        roi: (N, 1, h, w) in [0, 1], Psi.
        alpha: positive scalar, learned.

    Returns:
        (N,) in [0, 1].

    Source:
        Zhu, Salcudean, Rohling 2022 (GG-CAM), eq. 9 and 10.
    """
    return (torch.sigmoid(alpha * evidence) - roi).square().mean((1, 2, 3))


class SelectiveMSE(GuidanceLoss):
    """See `selective_mse`.

    Args:
        map: name of the attention map; None: the first one of the source.
        over, sampled: see `GuidanceLoss`.
        alpha: initial value of the learned scale, which the paper does not give.
        renormalise: divide each annotation by its maximum once it has the size of the map, as the authors' program does, so that the
            highest position has to be 1 there, too; a map of zeros stays.

    Example:
        >>> import torch
        >>> import sightline as sl
        >>> attention = torch.tensor([[[[2.0, 1.0], [0.0, 1.0]]]])
        >>> roi = torch.tensor([[[[1.0, 0.0], [0.0, 0.0]]]])
        >>> sl.losses.SelectiveMSE()(attention, roi, torch.tensor([True]), "evidence").detach()
        tensor(0.3333)
    """

    words: ClassVar[str] = "map of the labelled class equal to the annotation"
    formula: ClassVar[str] = "(sigmoid(αA) − ROI)² of the labelled class"
    evidence_only: ClassVar[bool] = True

    def __init__(
        self,
        *,
        map: str | None = None,
        over: Literal["known", "batch"] = "known",
        sampled: Literal["area", "nearest"] = "area",
        alpha: Positive = 1.0,
        renormalise: bool = False,
    ) -> None:
        super().__init__(map=map, over=over, sampled=sampled)
        self.renormalise = renormalise
        self.log_alpha = nn.Parameter(torch.tensor(math.log(alpha)))  # exp keeps alpha positive

    @property
    def alpha(self) -> Tensor:
        """The learned scale."""
        return self.log_alpha.exp()

    def learned(self) -> dict[str, float]:
        """See `GuidanceLoss`."""
        return {"alpha": self.alpha.item()}

    def squashed(self, raw: Tensor, range: Range) -> Tensor:
        """Leaves the map raw: the sigmoid is part of the formula.

        Raises:
            UserError: the map is in [0, 1] already, so that alpha would squash it twice.
        """
        if range == "unit":
            raise UserError("losses.guidance (selective_mse)", "this map is in [0, 1] already", "Use l2, or a source of raw evidence: cam.")
        return raw

    def shrunk(self, roi: Tensor) -> Tensor:
        """See `GuidanceLoss`."""
        highest = roi.amax((1, 2, 3), keepdim=True)
        return roi / highest.where(highest > 0, 1) if self.renormalise else roi

    def compare(self, attention: Tensor, roi: Tensor) -> Tensor:
        """See `selective_mse`."""
        return selective_mse(attention, roi, self.alpha)
