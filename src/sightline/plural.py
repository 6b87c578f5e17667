"""Numbers with what they count."""

from __future__ import annotations


def count(n: int, one: str, many: str = "") -> str:
    """
    >>> count(1, "image"), count(1200, "image")
    ('1 image', '1,200 images')
    """
    return f"{n:,} {one if n == 1 else many or one + 's'}"
