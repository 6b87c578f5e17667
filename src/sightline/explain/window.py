"""Which part of a picture the network sees, and how its map comes back onto the whole picture."""

from __future__ import annotations

import numpy as np
import torch
from torch.nn.functional import grid_sample

from sightline.config import Data
from sightline.metrics.scores.localisation import energy_inside

Window = tuple[float, float, float, float]


def window(size: tuple[int, int], data: Data) -> Window:
    """The part of a picture that becomes the network's square, as (x0, y0, x1, y1) in pixels of the picture.

    The counterpart of what the data room does to a picture that is not trained on: `centre`, `fit`, then the centre of `load_size`.
    With `fit: pad` the window is larger than the picture.

    Args:
        size: (H, W) of the picture.
    """
    height, width = size
    side = data.load_size or data.image_size
    x0, y0, x1, y1 = 0.0, 0.0, float(width), float(height)
    if data.centre is not None or data.fit == "crop":
        cut = min(size) if data.centre is None else max(1, round(data.centre * min(size)))
        x0, y0 = float(round((width - cut) / 2)), float(round((height - cut) / 2))
        x1, y1 = x0 + cut, y0 + cut
    elif data.fit == "pad":
        h, w = (max(1, round(n * side / max(size))) for n in size)
        left, top = (side - w) // 2, (side - h) // 2
        x0, y0 = -left * width / w, -top * height / h
        x1, y1 = (side - left) * width / w, (side - top) * height / h
    first = round((side - data.image_size) / 2) / side
    last = first + data.image_size / side
    return x0 + first * (x1 - x0), y0 + first * (y1 - y0), x0 + last * (x1 - x0), y0 + last * (y1 - y0)


def put_back(attention: np.ndarray, where: Window, size: tuple[int, int], *, cells: bool = False) -> np.ndarray:
    """A map of the network's square on the pixels of the whole picture, bilinearly.

    Args:
        attention: (h, w), raw.
        where: see `window`.
        size: (H, W) of the picture.
        cells: every pixel has the value of the cell in which it lies, and nothing between cells is made up.

    Returns:
        (H, W) float32, NaN where the network saw nothing.
    """
    x0, y0, x1, y1 = where
    # -1 and 1 are the borders of the window; pixels are at their centres
    x = 2 * (torch.arange(size[1]) + 0.5 - x0) / (x1 - x0) - 1
    y = 2 * (torch.arange(size[0]) + 0.5 - y0) / (y1 - y0) - 1
    grid = torch.stack(torch.meshgrid(x, y, indexing="xy"), dim=-1)[None]  # (1, H, W, 2)
    raw = torch.from_numpy(np.array(attention, dtype=np.float32))[None, None]
    mode = "nearest" if cells else "bilinear"
    large = grid_sample(raw, grid.float(), mode=mode, padding_mode="border", align_corners=False)[0, 0].numpy()  # (H, W)
    seen = np.outer(y.abs().numpy() <= 1, x.abs().numpy() <= 1)
    return np.where(seen, large, np.float32("nan"))


def share_inside(attention: np.ndarray, where: Window, region: np.ndarray) -> float | None:
    """The share of a map's positive evidence inside a region, on the pixels of the picture; None where the region is empty.

    Args:
        attention: (h, w), raw.
        where: see `window`.
        region: (H, W) in [0, 1].
    """
    large = np.nan_to_num(put_back(attention, where, (region.shape[0], region.shape[1])))
    share = float(energy_inside(large[None], region[None])[0])
    return None if np.isnan(share) else share
