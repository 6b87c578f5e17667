"""The data sets of a run with several findings, as one finding sees them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sightline.data.dataset import ImageDataset


class OfFinding(Mapping[str, "ImageDataset"]):
    """Split -> the images of which one finding is known, as data sets of two classes; each is made when it is asked for."""

    def __init__(self, whole: Mapping[str, ImageDataset], finding: str) -> None:
        self._whole, self._make = whole, cache(lambda name: whole[name].of(finding))

    def __getitem__(self, name: str) -> ImageDataset:
        return self._make(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._whole)

    def __len__(self) -> int:
        return len(self._whole)
