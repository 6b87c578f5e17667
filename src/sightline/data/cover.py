"""Parts of images are covered: regions grow and fade out, and what lies in them is filled from the rest of the image."""

from __future__ import annotations

import math
from typing import Annotated, Literal

import torch
from pydantic import Field
from torch import Tensor
from torch.nn import functional as F

from sightline.settings import NUMBER

Fill = Literal["mean", "blur", "noise"]
Margin = Annotated[float, Field(ge=0, le=0.5), NUMBER]
Growth = Annotated[float, Field(ge=0, le=2), NUMBER]
BLUR = 0.25
FAR = 1e-2


def widened(roi: Tensor, margin: float, feather: float | None = None) -> Tensor:
    """`widen` by shares of the image's longer side. (N, 1, H, W) -> (N, 1, H, W)"""
    side = max(roi.shape[-2:])
    return widen(roi, round(margin * side), None if feather is None else round(feather * side))


def widen(roi: Tensor, pixels: int, feather: int | None = None) -> Tensor:
    """Grows a region by that many pixels and lets it fade out over the next as many; the region itself stays whole.

    (N, 1, H, W) -> (N, 1, H, W)

    Args:
        feather: half the width of the seam, in pixels; None: as many as it grows by. A seam wider than that moves outwards.
    """
    feather = pixels if feather is None else feather
    reach = max(pixels, feather)
    grown = F.max_pool2d(roi, 2 * reach + 1, stride=1, padding=reach) if reach else roi
    return F.avg_pool2d(grown, 2 * feather + 1, stride=1, padding=feather, count_include_pad=False) if feather else grown


def grown(roi: Tensor, share: float) -> Tensor:
    """Grows each region by a share of its own radius, that of a circle of the same area. (N, 1, H, W) -> (N, 1, H, W)"""
    if not share:
        return roi
    reaches = [round(share * math.sqrt(area / math.pi)) for area in roi.sum((1, 2, 3)).tolist()]
    return torch.cat([F.max_pool2d(one[None], 2 * reach + 1, stride=1, padding=reach) for one, reach in zip(roi, reaches, strict=True)])


def without_region(images: Tensor, region: Tensor, fill: Fill = "mean") -> Tensor:
    """Fills the region by means of the rest of the image, so that nothing of it remains, not even its mean colour.

    Args:
        images: (N, 3, H, W).
        region: (N, 1, H, W) in [0, 1].
        fill: the rest's `mean` colour; its colours running into the region (`blur`); or random pixels of its mean colour and contrast
            (`noise`).

    Returns:
        (N, 3, H, W).
    """
    rest = 1 - region
    area = rest.sum((2, 3), keepdim=True).clamp(min=1)  # (N, 1, 1, 1)
    cover = (images * rest).sum((2, 3), keepdim=True) / area  # (N, 3, 1, 1)
    if fill == "blur":
        window = 2 * round(BLUR * max(images.shape[-2:]) / 2) + 1
        # twice, since one box would leave its edges; far from all that is left, the mean colour takes over
        cover = (_spread(images * rest, window) + FAR * cover) / (_spread(rest, window) + FAR)  # (N, 3, H, W)
    elif fill == "noise":
        contrast = ((images - cover).square() * rest).sum((2, 3), keepdim=True).div(area).sqrt()  # (N, 3, 1, 1)
        cover = (cover + contrast * torch.randn_like(images)).clamp(0, 1)  # (N, 3, H, W)
    return rest * images + region * cover


def _spread(x: Tensor, window: int) -> Tensor:
    for _ in range(2):
        x = F.avg_pool2d(x, window, stride=1, padding=window // 2)
    return x
