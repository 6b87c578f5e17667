"""Poisson seams: what is pasted takes on the tones of its new surroundings (Pérez, Gangnet, Blake 2003)."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

ROUNDS = 24  # at each size; from half the size they begin near the solution
SMALLEST = 4  # pixels, of the shorter side, below which there is no smaller size


def cloned(images: Tensor, region: Tensor, backgrounds: Tensor) -> Tensor:
    """The regions on other backgrounds: their gradients are kept, and at the border they have the values of the background.

    Args:
        images, backgrounds: (N, C, H, W) in [0, 1].
        region: (N, 1, H, W) in [0, 1]; cut at one half.

    Returns:
        (N, C, H, W) in [0, 1].
    """
    inside = region >= 0.5
    return torch.where(inside, (images + membrane(backgrounds - images, inside)).clamp(0, 1), backgrounds)


def membrane(values: Tensor, inside: Tensor) -> Tensor:
    """The smoothest continuation of values into a region: the solution of Laplace's equation, by relaxation from coarse to fine.

    It is off by about a hundredth of the range of the values where they are smooth, by up to a tenth in single pixels where they are noise.
    At the border of the image the slope is zero. Where nothing lies outside the region, the result is 0.

    Args:
        values: (N, C, H, W), of which those outside the region count.
        inside: (N, 1, H, W) bool.

    Returns:
        (N, C, H, W), outside the region as given.
    """
    outside = (~inside).to(values)
    height, width = values.shape[-2:]
    if min(height, width) > SMALLEST:
        odd = (0, width % 2, 0, height % 2)  # so that every pixel has a place at half the size
        share = F.avg_pool2d(F.pad(outside, odd), 2)  # (N, 1, h, w)
        means = F.avg_pool2d(F.pad(values * outside, odd), 2) / share.clamp(min=0.25)  # (N, C, h, w)
        start = F.interpolate(membrane(means, share == 0), scale_factor=2, mode="bilinear")[..., :height, :width]
    else:
        count = outside.sum((2, 3), keepdim=True).clamp(min=1)
        start = ((values * outside).sum((2, 3), keepdim=True) / count).expand_as(values)
    found = torch.where(inside, start, values)
    for _ in range(ROUNDS):
        wide = F.pad(found, (1, 1, 1, 1), mode="replicate")
        mean = (wide[..., 1:-1, :-2] + wide[..., 1:-1, 2:] + wide[..., :-2, 1:-1] + wide[..., 2:, 1:-1]) / 4
        found = torch.where(inside, mean, values)
    return found
