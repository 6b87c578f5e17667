"""A loss against evidence on an artefact ("don't look here")."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field
from torch import Tensor
from torch.nn import functional as F

from sightline.losses.guidance import GuidanceLoss
from sightline.losses.outside import outside
from sightline.settings import NUMBER


def avoid(attention: Tensor, mask: Tensor, relative: bool = False) -> Tensor:
    """mean over all pixels of |A| M; relative: divided by the mean of |A|

    It equals `outside` with everything except the artefact as region.

    Args:
        attention: (N, 1, h, w), raw evidence or in [0, 1].
        mask: (N, 1, h, w) in [0, 1], 1 on the artefact.

    Returns:
        (N,) non-negative, relative: in [0, 1]; 0 where the artefact is not attended.
    """
    return outside(attention, 1 - mask, relative)


def erode(mask: Tensor, pixels: int) -> Tensor:
    """Erodes a mask by that width, except along the border of the image. (N, 1, H, W) -> (N, 1, H, W)"""
    return -F.max_pool2d(-mask, 2 * pixels + 1, stride=1, padding=pixels) if pixels else mask


class Avoid(GuidanceLoss):
    """See `avoid`. It uses the areas to avoid of the batch in place of the ROI.

    Args:
        relative: judge the share of the evidence instead of its amount.
        erode: width, in pixels of the input image, by which the mask is eroded. A mask that is too small does no harm; one that reaches
            into the lesion penalises evidence on the lesion.
        **common: see `GuidanceLoss`.

    Example:
        >>> import torch
        >>> import sightline as sl
        >>> attention = torch.tensor([[[[2.0, 1.0], [0.0, 1.0]]]])
        >>> roi = torch.tensor([[[[1.0, 0.0], [0.0, 0.0]]]])
        >>> sl.losses.Avoid()(attention, roi, torch.tensor([True]), "evidence")
        tensor(0.5000)
    """

    words: ClassVar[str] = "no evidence on artefacts"
    formula: ClassVar[str] = "no evidence on artefacts"
    reads: ClassVar[Literal["roi", "avoid"]] = "avoid"
    needs_region: ClassVar[bool] = True

    def __init__(self, *, relative: bool = False, erode: Annotated[int, Field(ge=0, le=4096), NUMBER] = 0, **common: Any) -> None:
        super().__init__(**common)
        self.relative, self.erode = relative, erode

    def prepared(self, roi: Tensor) -> Tensor:
        """The eroded mask."""
        return erode(roi, self.erode)

    def compare(self, attention: Tensor, roi: Tensor) -> Tensor:
        """See `avoid`."""
        return avoid(attention, roi, self.relative)
