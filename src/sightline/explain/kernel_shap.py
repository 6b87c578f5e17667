"""Shapley values of the cells of a grid: the score, shared out fairly among parts of the picture (Lundberg and Lee 2017, Kernel SHAP)."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn

from sightline.attention.wrapped import evaluating
from sightline.explain.reference import mean_colour

GRID = 8  # cells in a row and in a column: an eighth of the image each, like the patches of the occlusion map
SAMPLES = 512  # sets of cells that are shown; each costs the network one call
_BATCH = 32
_SEED = 0


@torch.no_grad()
def kernel_shap(classifier: nn.Module, images: Tensor, target: Tensor, *, grid: int = GRID, samples: int = SAMPLES) -> Tensor:
    """How much each cell adds to the score, on average over all orders in which the cells can be shown, estimated from some sets of cells.

    Cells that are not shown have the mean colour of the image. The values solve a weighted least-squares problem under the constraint
    that their sum is s(x) - s(r), r being a plain picture of that colour. Each set is used together with its complement (Covert and Lee
    2021), which makes the values exact where no more than two cells act together.

    Args:
        classifier: images to logits (B, C).
        images: (B, 3, H, W) in [0, 1].
        target: (B,) class indices.
        grid: cells in a row and in a column.
        samples: sets of cells that are shown in addition to all and none; an even number.

    Returns:
        (B, 1, grid, grid), signed, in units of the score (logit).
    """
    sets = _sets(grid**2, samples)  # (samples + 2, cells)
    rows, columns = ((torch.arange(side) * grid // side).to(images.device) for side in images.shape[2:])
    with evaluating(classifier):
        values = [_values(classifier, image, c, sets, rows[:, None] * grid + columns) for image, c in zip(images, target, strict=True)]
    solved = torch.tensor(np.stack([_solved(sets.numpy(), one.cpu().double().numpy()) for one in values]))
    result: Tensor = solved.to(images).unflatten(1, (grid, grid))[:, None]
    return result


def _sets(cells: int, samples: int) -> Tensor:
    """None, all, then pairs of a set and its complement: (samples + 2, cells) bool. Sizes are drawn by their weight in Shapley values."""
    random = torch.Generator().manual_seed(_SEED)
    sizes = torch.arange(1, cells)
    drawn = torch.multinomial(1 / (sizes * (cells - sizes)), samples // 2, replacement=True, generator=random) + 1
    rank = torch.rand(len(drawn), cells, generator=random).argsort(1).argsort(1)
    shown = rank < drawn[:, None]
    return torch.cat([torch.zeros(1, cells).bool(), torch.ones(1, cells).bool(), shown, ~shown])


def _values(classifier: nn.Module, image: Tensor, target: Tensor, sets: Tensor, cell_of: Tensor) -> Tensor:
    """The score of one image (3, H, W) for each set of cells; `cell_of` (H, W) is the cell of each pixel."""
    reference, found = mean_colour(image[None]), []
    for some in sets.to(image.device).split(_BATCH):
        pictures = torch.where(some[:, cell_of][:, None], image, reference)  # (b, 3, H, W)
        found.append(classifier(pictures).gather(1, target.expand(len(some), 1))[:, 0])
    return torch.cat(found)


def _solved(sets: np.ndarray, values: np.ndarray) -> np.ndarray:
    """The least-squares solution; the constraint is kept by leaving out the last cell, whose value is what the others leave of the sum."""
    total, shown, gain = values[1] - values[0], sets[2:].astype(float), values[2:] - values[0]
    last = shown[:, -1:]
    others, *_ = np.linalg.lstsq(shown[:, :-1] - last, gain - last[:, 0] * total, rcond=None)
    return np.append(others, total - others.sum())
