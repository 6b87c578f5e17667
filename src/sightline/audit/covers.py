"""Covers a region of an image by something that does not reveal the class.

Every cover leaves a trace that a network may mistake for a finding, so each test is done with two: one even colour, and a smooth
continuation of what is left. Neither holds a pixel of what it covers.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from sightline.data.cover import without_region

Cover = Literal["mean", "blur"]
COVERS: tuple[Cover, ...] = ("mean", "blur")

_COARSE = 32  # side at which blurring happens: what it leaves is coarser still
_SIGMA = 4.0  # there; an eighth of the side


def blurred(images: Tensor, kept: Tensor | None = None) -> Tensor:
    """A Gaussian blur over an eighth of the side, in which only the kept pixels take part.

    Far from every kept pixel their mean colour is left.

    Args:
        images: (N, 3, H, W).
        kept: (N, 1, H, W) in [0, 1]; None: all.

    Returns:
        (N, 3, H, W).
    """
    weight = torch.ones_like(images[:, :1]) if kept is None else kept
    size = (min(_COARSE, images.shape[2]), min(_COARSE, images.shape[3]))
    coarse = F.adaptive_avg_pool2d(torch.cat([images * weight, weight], 1), size)  # (N, C + 1, h, w)
    mean = coarse[:, :-1].sum((2, 3), keepdim=True) / coarse[:, -1:].sum((2, 3), keepdim=True).clamp(min=1e-6)
    spread = _gauss(coarse)
    smooth = (spread[:, :-1] + 1e-3 * mean) / (spread[:, -1:] + 1e-3)
    return F.interpolate(smooth, size=images.shape[2:], mode="bilinear", align_corners=False).clamp(0, 1)


def _gauss(x: Tensor) -> Tensor:
    """(N, K, h, w) blurred with `_SIGMA`; nothing lies beyond the border, so colour and weight fade alike."""
    reach = round(3 * _SIGMA)
    bell = torch.exp(-((torch.arange(-reach, reach + 1, device=x.device) / _SIGMA) ** 2) / 2)
    kernel = (bell / bell.sum()).expand(x.shape[1], 1, -1)  # (K, 1, T)
    x = F.conv2d(x, kernel[..., None, :], padding=(0, reach), groups=x.shape[1])
    return F.conv2d(x, kernel[..., :, None], padding=(reach, 0), groups=x.shape[1])


def covered(images: Tensor, region: Tensor, how: Cover) -> Tensor:
    """The images with the region covered by the mean colour of the rest, or by the rest blurred into it.

    (N, 3, H, W), (N, 1, H, W) in [0, 1] -> (N, 3, H, W)
    """
    if how == "mean":
        return without_region(images, region)
    return (1 - region) * images + region * blurred(images, 1 - region)


def boxes(region: Tensor) -> Tensor:
    """The bounding box of each region: unlike its outline it does not tell what shape was there. (N, 1, H, W) -> (N, 1, H, W)"""
    inside = (region >= 0.5).float()
    rows, columns = inside.amax(3, keepdim=True), inside.amax(2, keepdim=True)  # (N, 1, H, 1), (N, 1, 1, W)

    def filled(line: Tensor, axis: int) -> Tensor:
        return line.cummax(axis).values * line.flip(axis).cummax(axis).values.flip(axis)

    return filled(rows, 2) * filled(columns, 3)


def free_shift(region: np.ndarray, blocked: np.ndarray, rng: np.random.Generator) -> tuple[int, int]:
    """How far (rows, columns) a region is to be moved, going round at the borders, to meet as little as possible of what is blocked.

    Of the equally good places a random one is taken.

    Args:
        region, blocked: (H, W) bool.
    """
    spectrum = np.fft.rfft2(blocked) * np.conj(np.fft.rfft2(region))
    met = np.rint(np.fft.irfft2(spectrum, s=region.shape))  # (H, W): pixels of `blocked` under the region moved by that much
    best = np.flatnonzero(met.ravel() == met.min())
    row, column = np.unravel_index(int(rng.choice(best)), met.shape)
    return int(row), int(column)


def moved(values: np.ndarray, by: tuple[int, int]) -> np.ndarray:
    """(H, W, ...) moved by (rows, columns), going round at the borders."""
    return np.roll(values, by, axis=(0, 1))
