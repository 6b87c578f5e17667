"""Simple facts of every image, as columns: size, file, looks and tags. None of them says where anything is in the picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sightline.data.facts import Facts
from sightline.types import Record


@dataclass(frozen=True)
class SimpleFact:
    """One fact of N images.

    Attributes:
        name: as a sentence names it.
        values: (N,) numbers, NaN where the image does not have it; of categories their numbers.
        categories: the names of the categories; empty of a fact that is a number, or yes (1) and no (0).
        yes_no: the number means yes or no.
    """

    name: str
    values: NDArray[Any]
    categories: tuple[str, ...] = ()
    yes_no: bool = False


LOOKS = {  # field of Looks -> as a sentence names it
    "file_size": "file size",
    "brightness": "brightness",
    "contrast": "contrast",
    "saturation": "colour saturation",
    "border_brightness": "brightness of the border",
    "border_warmth": "colour of the border (red less blue)",
    "sharpness": "sharpness",
}


def simple_facts(records: Sequence[Record], facts: Mapping[str, Facts]) -> list[SimpleFact]:
    """Every fact that differs between the images."""
    seen = [facts.get(record.id) for record in records]
    looks = {name: _numbers([getattr(one.looks, name) if one and one.looks else None for one in seen]) for name in LOOKS}
    sizes = [one.size if one and one.size else (np.nan, np.nan) for one in seen]
    height, width = np.array(sizes, np.float64).reshape(-1, 2).T
    types = [record.image.suffix.lower() if isinstance(record.image, Path) else None for record in records]
    found = [
        SimpleFact("picture width", width),
        SimpleFact("picture height", height),
        SimpleFact("shape (width by height)", width / height),
        SimpleFact("compression (bytes per pixel)", looks["file_size"] / (width * height)),
        _named("file type", types),
        *(SimpleFact(words, looks[name]) for name, words in LOOKS.items()),
    ]
    for name in sorted({name for record in records for name in record.tags}):
        found += _of_tag(name, [record.tags.get(name) for record in records])
    return [fact for fact in found if _differs(fact.values)]


def _of_tag(name: str, values: Sequence[Any]) -> list[SimpleFact]:
    """A tag as yes or no, as numbers and whether they are given, or as categories, of which one is that nothing is given."""
    given = [value for value in values if value is not None]
    numbers = [value if isinstance(value, int | float) and not isinstance(value, bool) else None for value in values]
    if len(given) == len(values) and all(isinstance(value, bool) for value in given):
        return [SimpleFact(f"the tag {name}", _numbers(values), yes_no=True)]
    if sum(number is not None for number in numbers) > len(given) / 2:  # the others say in words that nothing is known
        column = _numbers(numbers)
        return [
            SimpleFact(f"the tag {name}", column),
            SimpleFact(f"whether the tag {name} is a number", _numbers(~np.isnan(column)), yes_no=True),
        ]
    return [_named(f"the tag {name}", [None if value is None else str(value) for value in values])]


def _named(name: str, values: Sequence[str | None]) -> SimpleFact:
    plain = ["not given" if value is None else value for value in values]
    categories, codes = np.unique(plain, return_inverse=True)
    return SimpleFact(name, codes.astype(np.float64), tuple(map(str, categories)))


def _numbers(values: Sequence[Any] | NDArray[Any]) -> NDArray[Any]:
    """(N,), NaN for None and for what is infinite."""
    numbers = np.array([np.nan if value is None else float(value) for value in values], np.float64)
    return np.where(np.isfinite(numbers), numbers, np.nan)


def _differs(values: NDArray[Any]) -> bool:
    return len(np.unique(values[~np.isnan(values)])) > 1
