"""Pictures as a network takes them, from files or from the data of a run."""

from __future__ import annotations

import re
from collections.abc import Sequence
from hashlib import sha256
from itertools import chain, count
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from sightline.config import Data
from sightline.data.augment import evaluation, prepare
from sightline.data.images import open_image
from sightline.engine.run import Run
from sightline.errors import UserError
from sightline.explain.choose import evenly_spaced

_LONGEST = 64  # bytes of a part of a file's name, of which there may be three


def square(pixels: np.ndarray, data: Data) -> Tensor:
    """What the network sees of a picture: (H, W, 3 or C) uint8 -> (C, S, S) float32 in [0, 1]."""
    seen = evaluation(data)([prepare(pixels, [], data)[0]])[0]  # (C, S, S) uint8
    return seen.as_subclass(Tensor).float() / 255


def file_name(name: str) -> str:
    """What is left of a name in the name of a file: letters, figures and dots, at most 64 bytes of them."""
    left = re.sub(r"[^\w.]+", "_", name).strip("_") or "_"
    if len(left.encode()) <= _LONGEST:
        return left
    return f"{left.encode()[: _LONGEST - 9].decode(errors='ignore')}-{sha256(left.encode()).hexdigest()[:8]}"


def untaken(name: str, taken: set[str]) -> str:
    """The name, or the next one with a number that nothing has: what is left of two names may be the same. It is taken then."""
    free = next(one for one in chain([name], (f"{name}-{n}" for n in count(2))) if one.casefold() not in taken)
    taken.add(free.casefold())  # on some disks `A.png` is `a.png`
    return free


def pixels_of(image: Path | str | np.ndarray, data: Data) -> np.ndarray:
    """(H, W, 3) uint8, or (H, W, C), of a picture that a person named, its grey levels read as `data` says.

    Raises:
        UserError: what is there is not a picture; says what it is.
    """
    if isinstance(image, np.ndarray):
        return image
    path = Path(image)
    if path.is_dir():
        raise UserError(path, "is a folder; pictures are given one by one", f"Give its files, e.g. {path / '*.png'}.")
    if not path.exists():
        raise UserError(path, "no such file", "Check the path.")
    if not path.is_file():
        raise UserError(path, "is not a file", "Give an image file.")
    if path.stat().st_size == 0:
        raise UserError(path, "is empty", "Fetch or export the file again.")
    return open_image(path, data.grey, data.channels)


def opened(images: Sequence[Path | str | np.ndarray], data: Data) -> tuple[list[str], Tensor]:
    """Names and squares (B, C, S, S) of pictures from anywhere.

    Raises:
        UserError: a picture that cannot be read.
    """
    pixels = [pixels_of(image, data) for image in images]
    names = [f"image {i}" if isinstance(image, np.ndarray) else Path(image).name for i, image in enumerate(images, start=1)]
    return names, torch.stack([square(picture, data) for picture in pixels])


def some(run: Run, split: str, count: int) -> list[int]:
    """Positions of up to `count` images of a split, spread evenly over it, as many of each class as there are."""
    labels = np.array(run.datasets[split].labels)
    members = [np.flatnonzero(labels == c) for c in range(len(run.classes))]
    each = [evenly_spaced(m, count) for m in members if len(m)]
    turns = [m[turn] for turn in range(count) for m in each if turn < len(m)]
    return sorted(turns[:count])
