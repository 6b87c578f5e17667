"""Decoy digits: handwritten digits with a grey square in a corner, whose shade is that of the digit in training and random in the test.

The construction of Decoy-MNIST (Ross, Hughes and Doshi-Velez, IJCAI 2017), on the 1,797 digits of 8 x 8 pixels that come with scikit-learn
(extra `digits`), so that nothing is downloaded. A network can read the digit or the shade; the test set `random` tells which one it reads.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from PIL import Image
from pydantic import Field

from sightline.errors import UserError
from sightline.settings import NUMBER, CountFromZero, Seed
from sightline.types import Annotation, Record

CLASSES = tuple("0123456789")
WHERE = "Built in: the digits of scikit-learn, with squares from a seed; nothing to download."
AVAILABLE = 1797
_EDITION = 1  # part of every key: raise it when the same description comes to be drawn differently


@dataclass(frozen=True)
class DigitImage:
    """A digit in the middle of a black picture, perhaps with a square in a corner.

    Attributes:
        size: side in pixels; the digit takes 5/7 of it, the square 1/7.
        number: which digit of scikit-learn's.
        corner: 0 to 3, row by row.
        shade: grey level of the square; None: no square.
    """

    size: int
    number: int
    corner: int = 0
    shade: int | None = None

    @property
    def key(self) -> str:
        return f"decoy_digits{_EDITION}-{self.size}-{self.number}-{self.corner}-{self.shade}"

    @property
    def square(self) -> tuple[slice, slice]:
        """Rows and columns of the square."""
        side = round(self.size / 7)
        low, high = slice(0, side), slice(self.size - side, self.size)
        return (high if self.corner // 2 else low, high if self.corner % 2 else low)

    def draw(self) -> np.ndarray:
        """(size, size, 3) uint8."""
        picture = np.zeros((self.size, self.size), dtype=np.uint8)
        left, top, right, bottom = middle(self.size)
        small = Image.fromarray((_digits()[0][self.number] * 15.9375).astype(np.uint8))  # 0 ... 16 -> 0 ... 255
        picture[top:bottom, left:right] = np.asarray(small.resize((right - left, bottom - top), Image.Resampling.BICUBIC))
        if self.shade is not None:
            picture[self.square] = self.shade
        return np.repeat(picture[..., None], 3, axis=2)


def middle(size: int) -> tuple[int, int, int, int]:
    """Where the digit lies: left, top, right, bottom."""
    low = round(size / 7)
    return low, low, size - low, size - low


def shade_of(digit: int) -> int:
    """The grey level of a digit's square: 255 for 0, 25 less for each further digit (Ross et al. 2017)."""
    return 255 - 25 * digit


@cache
def _digits() -> tuple[np.ndarray, np.ndarray]:
    """(1797, 8, 8) of 0 to 16; (1797,) labels."""
    try:
        from sklearn.datasets import load_digits
    except ImportError:
        raise UserError("decoy_digits", "needs scikit-learn, which is not installed", "Run `pip install 'sightline[digits]'`.") from None
    found = load_digits()
    return found.images, found.target


def read(
    root: Path | None = None,
    *,
    size: Annotated[int, Field(ge=28, le=512), NUMBER] = 28,
    train: CountFromZero = 1000,
    val: CountFromZero = 197,
    test: CountFromZero = 600,
    seed: Seed = 0,
) -> list[Record]:
    """The records of the splits `train`, `val`, `matched`, `random` and `removed`; the last three hold the same digits.

    The annotation is the box in which the digit lies; `avoid` is the square. The tag `shade` is the digit that the square speaks for.

    Args:
        root: not used; every data set has one.
        size: image side in pixels.
        train, val, test: images in `train`, in `val` and in each of the three test sets. The square has the digit's own shade in `train`,
            `val` and `matched`; in `random` that of a random digit; in `removed` there is none.
        seed: of the division, the corners and the random shades.

    Raises:
        UserError: more images than there are; scikit-learn, whose digits they are, is not installed.

    Source:
        Ross, Hughes, Doshi-Velez, IJCAI 2017, section 4.3 (there on MNIST, 28 x 28 pixels with squares of 4 x 4).
    """
    if train + val + test > AVAILABLE:
        remedy = "Lower train, val or test."
        raise UserError("decoy_digits", f"has {AVAILABLE:,} digits, and {train + val + test:,} are asked for", remedy)
    rng = np.random.default_rng(seed)
    order = rng.permutation(AVAILABLE)
    parts = {"train": order[:train], "val": order[train : train + val], "test": order[train + val : train + val + test]}
    records = []
    for part, numbers in parts.items():
        for split in ("matched", "random", "removed") if part == "test" else (part,):
            records += [_record(split, int(number), size, rng) for number in numbers]
    return records


def _record(split: str, number: int, size: int, rng: np.random.Generator) -> Record:
    digit = int(_digits()[1][number])
    said = int(rng.integers(10)) if split == "random" else digit
    picture = DigitImage(size, number, int(rng.integers(4)), None if split == "removed" else shade_of(said))
    rows, columns = picture.square
    box = (float(columns.start), float(rows.start), float(columns.stop), float(rows.stop))
    tags: dict[str, Any] = {} if split == "removed" else {"shade": str(said)}
    return Record(
        id=f"digit-{split}-{number:04d}",
        image=picture,
        label=str(digit),
        group=f"digit-{number:04d}",
        split=split,
        annotations=(Annotation("box", points=(tuple(float(edge) for edge in middle(size)),)),),
        avoid=(Annotation("nothing") if split == "removed" else Annotation("box", points=(box,)),),
        tags=tags,
    )
