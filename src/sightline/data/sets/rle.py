"""Run-length encoded masks as COCO writes them: runs of outside and inside pixels by turns, column by column, outside first.

The runs stand in a list, or, compressed, in a text of the characters `0` to `o`. There each carries six bits (its code less 48): five of
the number, lowest first, and one, of value 32, that says that the number goes on. The highest of the five bits of the last character is
the sign. From the fourth number on, what is written is the difference to the number two before.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sightline.data.annotation import Size
from sightline.errors import UserError


def runs_of(text: str) -> list[int]:
    """The runs that a compressed text holds.

    >>> runs_of("06")
    [0, 6]
    """
    runs: list[int] = []
    number = shift = 0
    for character in text:
        bits = ord(character) - 48
        number |= (bits & 31) << shift
        shift += 5
        if not bits & 32:
            if bits & 16:
                number -= 1 << shift
            runs.append(number + (runs[-2] if len(runs) > 2 else 0))
            number = shift = 0
    return runs


def mask_of(runs: Sequence[int], size: Size, where: str) -> np.ndarray:
    """The mask that the runs draw.

    Args:
        size: (H, W).
        where: names the mask in messages.

    Returns:
        (H, W) uint8, 0 or 255.

    Raises:
        UserError: the runs do not cover the image exactly.
    """
    height, width = size
    if min(runs, default=0) < 0 or sum(runs) != height * width:
        reason = f"its runs cover {sum(runs)} pixels, but {width} x {height} are {width * height}"
        raise UserError(where, reason, "Export the annotations again.")
    inside = np.arange(len(runs)) % 2 == 1
    return np.where(np.repeat(inside, runs).reshape(width, height).T, np.uint8(255), np.uint8(0))  # (H, W)


def text_of(inside: np.ndarray) -> str:
    """The compressed text of a mask (H, W) bool.

    >>> text_of(np.ones((2, 3)) > 0)
    '06'
    """
    down = inside.T.ravel()  # column by column
    changes = np.flatnonzero(np.diff(down, prepend=False))
    runs = np.diff(changes, prepend=0, append=len(down)).tolist()
    return "".join(_coded(run - (runs[place - 2] if place > 2 else 0)) for place, run in enumerate(runs))


def _coded(number: int) -> str:
    text = ""
    while True:
        bits, number = number & 31, number >> 5
        more = number != (-1 if bits & 16 else 0)
        text += chr(48 + bits + 32 * more)
        if not more:
            return text
