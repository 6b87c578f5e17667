"""The output of a backbone, and conversion of the outputs of any architecture to maps (B, K, h, w)."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import torch
from torch import Tensor

from sightline.channels import LUMA
from sightline.errors import UserError

Restore = Callable[[Tensor], Tensor]


@dataclass
class Features:
    """The features from one pass through a backbone.

    Attributes:
        last: (B, K, h, w), the final feature map.
        raw: the same in the architecture's own form (tokens with their prefix, channels last); `last` is upstream of it, so that
            scores computed from either depend on `last`.
        size: (H, W) of the images.
        taps: layer name -> (B, k, h, w).
        images: (B, C, H, W) in [0, 1], as the backbone was given them, for a source that looks at them again.
    """

    last: Tensor
    raw: Tensor
    size: tuple[int, int]
    taps: dict[str, Tensor] = field(default_factory=dict)
    images: Tensor | None = None


def as_map(output: Tensor, size: tuple[int, int], prefixes: Iterable[int] = (0,), channels_last: bool = False) -> tuple[Tensor, Restore]:
    """Converts the output of a layer to a map, and gives the inverse conversion.

    Args:
        output: (B, K, h, w), (B, h, w, K) or tokens (B, prefix + h * w, K).
        size: (H, W) of the images: tokens are laid out with the same aspect.
        prefixes: how many class or register tokens may come first; the first number that leaves a whole grid counts.
        channels_last: four-dimensional outputs are (B, h, w, K).

    Returns:
        (B, K, h, w), and a function from such a map to the form of `output`.

    Raises:
        UserError: an output that is none of these.
    """
    if output.ndim == 4 and channels_last:
        return output.permute(0, 3, 1, 2), lambda found: found.permute(0, 2, 3, 1)  # (B, K, h, w) and back
    if output.ndim == 4:
        return output, lambda found: found
    if output.ndim == 3:
        for prefix in prefixes:
            grid = _grid(output.shape[1] - prefix, size)
            if grid is not None:
                return _tokens_as_map(output[:, :prefix], output[:, prefix:], grid)
    shape = tuple(output.shape)
    raise UserError("layer", f"its output {shape} cannot be laid out as a map", "Name a layer that keeps positions, before any pooling.")


def _tokens_as_map(first: Tensor, tokens: Tensor, grid: tuple[int, int]) -> tuple[Tensor, Restore]:
    """From tokens (B, h * w, K) behind `first` (B, prefix, K)."""
    found = tokens.transpose(1, 2).unflatten(2, grid)  # (B, K, h, w)
    return found, lambda found: torch.cat([first, found.flatten(2).transpose(1, 2)], 1)  # (B, prefix + h * w, K)


def _grid(tokens: int, size: tuple[int, int]) -> tuple[int, int] | None:
    """Rows and columns of that many tokens at the aspect of the image; None if they do not fill a rectangle."""
    if tokens < 1:
        return None
    rows = max(round(math.sqrt(tokens * size[0] / size[1])), 1)
    return (rows, tokens // rows) if tokens % rows == 0 else None


def shape_of(found: Tensor) -> tuple[int, int, int]:
    """(K, h, w) of maps (B, K, h, w)."""
    return (found.shape[1], found.shape[2], found.shape[3])


def grey(images: Tensor) -> Tensor:
    """The luma of ITU-R BT.601, which leaves grey images stored in three channels as they are. (B, 3, H, W) -> (B, 1, H, W)"""
    return (images * images.new_tensor(LUMA).view(1, 3, 1, 1)).sum(1, keepdim=True)
