"""Masks that were painted in Label Studio: a packed stream of bits, in which runs of equal bytes and single bytes alternate.

The stream begins with the number of bytes (32 bits), the bits of a byte less one (5), and four widths of counters, each less one (4 bits
each). Then, until all bytes are there: one bit that says whether one byte is repeated or each is written, two bits that choose the width
of the counter, the counter less one, and the byte or bytes. The bytes are red, green, blue and alpha of each pixel, row by row; what has
any alpha was painted. Source: the rle-pack of thi.ng/umbrella, which Label Studio uses.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np

from sightline.data.annotation import Size
from sightline.errors import UserError

WIDTHS = (3, 4, 8, 16)  # bits of the counters that are written


@dataclass(frozen=True)
class BrushMask:
    """A painted mask.

    Attributes:
        where: names it in messages.
        size: (H, W).
        packed: the stream.
    """

    where: str
    size: Size
    packed: bytes

    @property
    def key(self) -> str:
        return f"brush {self.size} {hashlib.sha256(self.packed).hexdigest()}"

    def draw(self) -> np.ndarray:
        """(H, W) uint8, 0 or 255.

        Raises:
            UserError: the stream does not hold a picture of this size.
        """
        height, width = self.size
        found = unpacked(self.packed, 4 * height * width)
        if found is None:
            reason = f"its painted mask is not one of {width} x {height} pixels"
            raise UserError(self.where, reason, "Export the annotations again.")
        return np.where(found.reshape(height, width, 4)[:, :, 3] > 0, np.uint8(255), np.uint8(0))


def unpacked(packed: bytes, length: int) -> np.ndarray | None:
    """The bytes of a stream: (length,) uint8; None where it holds another number of them, or ends too early."""
    bits = _Bits(packed)
    try:
        if bits.read(32) != length:
            return None
        word = bits.read(5) + 1
        widths = [bits.read(4) + 1 for _ in range(4)]
        out = np.zeros(length, np.uint8)
        at = 0
        while at < length:
            is_run = bits.read(1)
            end = at + 1 + bits.read(widths[bits.read(2)])
            if end > length:
                return None
            out[at:end] = bits.read(word) & 255 if is_run else [bits.read(word) & 255 for _ in range(at, end)]
            at = end
    except EOFError:
        return None
    return out


class _Bits:
    """Reads numbers of any number of bits, highest first."""

    def __init__(self, packed: bytes) -> None:
        self.bits = np.unpackbits(np.frombuffer(packed, np.uint8))
        self.at = 0

    def read(self, number: int) -> int:
        bits = self.bits[self.at : self.at + number]
        if len(bits) < number:
            raise EOFError
        self.at += number
        value = 0
        for bit in bits.tolist():
            value = value << 1 | bit
        return value


def packed(inside: np.ndarray) -> bytes:
    """The stream of a mask (H, W) bool: every pixel inside has all four bytes 255, every other one all four 0."""
    flat = inside.ravel()
    ends = [*np.flatnonzero(np.diff(flat)).tolist(), len(flat) - 1]
    numbers = [(4 * len(flat), 32), (8 - 1, 5), *((width - 1, 4) for width in WIDTHS)]
    start = 0
    for end in ends:
        left, value = 4 * (end + 1 - start), 255 * int(flat[start])
        while left:
            choice = next((i for i, width in enumerate(WIDTHS) if left <= 1 << width), len(WIDTHS) - 1)
            run = min(left, 1 << WIDTHS[choice])
            numbers += [(1, 1), (choice, 2), (run - 1, WIDTHS[choice]), (value, 8)]
            left -= run
        start = end + 1
    bits = "".join(f"{number:0{width}b}" for number, width in numbers)
    return int(bits.ljust(-(-len(bits) // 8) * 8, "0"), 2).to_bytes(-(-len(bits) // 8), "big")
