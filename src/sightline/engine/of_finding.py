"""The images of a run with several findings, as one finding sees them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING

from sightline.data.findings import BETWEEN, classes_of, parts_of

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


def rows_of_finding(rows: Sequence[Mapping[str, str]], finding: str) -> list[dict[str, str]]:
    """The rows of `split.csv` of which a finding is known, with its two classes as labels.

    >>> row = {"id": "a", "label": "effusion;nodule?", "annotated": "1", "marked": "effusion"}
    >>> [(r["label"], r["annotated"]) for r in rows_of_finding([row], "effusion")], rows_of_finding([row], "nodule")
    ([('effusion', '1')], [])
    >>> [(r["label"], r["annotated"]) for r in rows_of_finding([row], "mass")]
    [('no mass', '0')]
    """
    names = classes_of(finding)
    said = [(row, parts_of(row["label"]).get(finding, False)) for row in rows]
    return [
        {**row, "label": names[present], "annotated": str(int(finding in row["marked"].split(BETWEEN)))}
        for row, present in said
        if present is not None
    ]
