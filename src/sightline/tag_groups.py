"""How the images of a data set are divided by a tag: `sex` by its values, `age=40,60` into bins of a number.

One grammar serves the settings, the command line and the score names of a study.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated

from pydantic import AfterValidator, Field

NOT_KNOWN = "not known"
MOST_EDGES, LONGEST = 20, 200
_NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_BETWEEN = re.compile(rf"({_NUMBER})-({_NUMBER})", re.ASCII)
_BELOW = re.compile(rf"<({_NUMBER})", re.ASCII)
_FROM = re.compile(rf">=({_NUMBER})", re.ASCII)


@dataclass(frozen=True)
class Bin:
    """The numbers from `low` on and below `high`.

    >>> Bin(40, 60).name, Bin(high=40).name, Bin(60).words, 60 in Bin(40, 60), 40 in Bin(40, 60)
    ('40-60', '<40', '60 and above', False, True)
    """

    low: float = -math.inf
    high: float = math.inf

    def __contains__(self, value: float) -> bool:
        return self.low <= value < self.high

    @property
    def name(self) -> str:
        """As groups are called, and as scores of a study name them."""
        if math.isinf(self.low):
            return f"<{self.high:g}"
        return f">={self.low:g}" if math.isinf(self.high) else f"{self.low:g}-{self.high:g}"

    @property
    def words(self) -> str:
        """What lies in it, for a sentence."""
        if math.isinf(self.low):
            return f"below {self.high:g}"
        return f"{self.low:g} and above" if math.isinf(self.high) else f"{self.low:g} to below {self.high:g}"


@dataclass(frozen=True)
class ByTag:
    """A tag, and the edges of its bins; without edges, the values decide. `quartiles`: whether the edges are those of the images."""

    tag: str
    edges: tuple[float, ...] = ()
    quartiles: bool = False

    @property
    def words(self) -> str:
        """What the bins are, in a sentence; empty without edges.

        >>> by_tag("age=40,60").words
        'Groups of age: below 40; 40 to below 60; 60 and above.'
        """
        bins = "; ".join(one.words for one in self.bins)
        return bins and f"Groups of {self.tag}{', divided at the quartiles of all images' * self.quartiles}: {bins}."

    @property
    def bins(self) -> tuple[Bin, ...]:
        """From below the first edge to above the last; none without edges."""
        ends = (-math.inf, *self.edges, math.inf)
        return tuple(Bin(low, high) for low, high in pairwise(ends)) if self.edges else ()


def by_tag(text: str) -> ByTag:
    """Reads `sex` or `age=40,60`.

    >>> by_tag("sex"), by_tag("age=40,60")
    (ByTag(tag='sex', edges=(), quartiles=False), ByTag(tag='age', edges=(40.0, 60.0), quartiles=False))

    Raises:
        ValueError: no tag, or edges that are not numbers in rising order.
    """
    tag, equals, listed = text.strip().partition("=")
    if not tag.strip():
        raise ValueError(f"{text!r} names no tag. Write a tag, such as sex, or a tag and the edges of its bins, such as age=40,60")
    if not equals:
        return ByTag(tag.strip())
    edges = []
    for word in listed.split(","):
        if not re.fullmatch(_NUMBER, word.strip(), re.ASCII) or math.isinf(float(word)):
            raise ValueError(f"{text!r}: {word.strip()!r} is not a number. Edges of bins are written as in age=40,60")
        edges.append(float(word))
    if len(edges) > MOST_EDGES or any(low >= high for low, high in pairwise(edges)):
        raise ValueError(
            f"{text!r}: the edges of its bins do not rise, or are too many. Give up to {MOST_EDGES} rising numbers, such as age=40,60"
        )
    return ByTag(tag.strip(), tuple(edges))


def _is_read(text: str) -> str:
    by_tag(text)
    return text


def each_tag_once(texts: tuple[str, ...]) -> tuple[str, ...]:
    """The same texts.

    Raises:
        ValueError: one cannot be read, or two name one tag.
    """
    tags = [by_tag(text).tag for text in texts]
    if twice := next((tag for tag in tags if tags.count(tag) > 1), None):
        raise ValueError(f"the tag {twice!r} is named twice. Name it once")
    return texts


# the setting `evaluate.by`
ByTags = Annotated[
    tuple[Annotated[str, Field(max_length=LONGEST), AfterValidator(_is_read)], ...], Field(max_length=20), AfterValidator(each_tag_once)
]


def name_of(value: object) -> str:
    """What the group of a value is called: numbers in their shortest form, `yes` and `no` for truth values.

    >>> name_of(True), name_of(2.0), name_of(" left arm ")
    ('yes', '2', 'left arm')
    """
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, int | float) else str(value).strip()


def bin_of(text: str) -> Bin | None:
    """The bin of that name; None: it is the name of a value.

    >>> bin_of("40-60"), bin_of("<40"), bin_of("female")
    (Bin(low=40.0, high=60.0), Bin(low=-inf, high=40.0), None)

    Raises:
        ValueError: the bin has no numbers in it.
    """
    if found := _BETWEEN.fullmatch(text):
        if float(found[1]) >= float(found[2]):
            raise ValueError(f"{text!r} is no bin, since its first number is not below its second. Write for example 40-60")
        return Bin(float(found[1]), float(found[2]))
    if found := _BELOW.fullmatch(text):
        return Bin(high=float(found[1]))
    found = _FROM.fullmatch(text)
    return Bin(float(found[1])) if found else None
