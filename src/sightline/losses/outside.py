"""A loss against evidence outside the ROI, whether it speaks for or against the class."""

from __future__ import annotations

from typing import Any, ClassVar

from torch import Tensor

from sightline.losses.guidance import GuidanceLoss

TINY = 1e-12


def outside(attention: Tensor, roi: Tensor, relative: bool = False) -> Tensor:
    """mean over all pixels of |A| (1 - R); relative: divided by the mean of |A|

    The plain form is a mean over all pixels, not only those outside, so it is in units of the logit: where a class score is the mean of its
    map (CAM), it is the largest amount that the outside can add to the score. It can be lowered by making all evidence weaker. The
    relative form, the share of the absolute evidence that lies outside, does not depend on the scale and cannot be lowered in this way.

    Args:
        attention: (N, 1, h, w), raw evidence or in [0, 1].
        roi: (N, 1, h, w) in [0, 1]; empty: all evidence is outside.

    Returns:
        (N,) non-negative, relative: in [0, 1]; 0 where nothing lies outside and for a map that is zero everywhere.

    Source:
        Own; after Ross et al. 2017 ("right for the right reasons"), on attention maps instead of input gradients.
    """
    size = attention.abs()
    value = (size * (1 - roi)).mean((1, 2, 3))
    return value / size.mean((1, 2, 3)).clamp(min=TINY) if relative else value


class Outside(GuidanceLoss):
    """See `outside`.

    Args:
        relative: judge the share of the evidence instead of its amount.
        **common: see `GuidanceLoss`; `classes: all` penalises evidence outside for or against any class.

    Example:
        >>> import torch
        >>> import sightline as sl
        >>> attention = torch.tensor([[[[2.0, 1.0], [0.0, 1.0]]]])
        >>> roi = torch.tensor([[[[1.0, 0.0], [0.0, 0.0]]]])
        >>> sl.losses.Outside()(attention, roi, torch.tensor([True]), "evidence")
        tensor(0.5000)
    """

    words: ClassVar[str] = "no evidence outside the annotated region"
    formula: ClassVar[str] = "no evidence outside the ROI"

    def __init__(self, *, relative: bool = False, **common: Any) -> None:
        super().__init__(**common)
        self.relative = relative

    def compare(self, attention: Tensor, roi: Tensor) -> Tensor:
        """See `outside`."""
        return outside(attention, roi, self.relative)
