"""Groups of training images that are to count alike: each class with each value of some tags, such as melanomas without a ruler."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sightline.data.divide import divide, settled
from sightline.types import Record

FEW = 10  # images of a group; with fewer, balancing shows the same ones again and again


@dataclass(frozen=True)
class Strata:
    """The group of each image.

    Attributes:
        names: of the groups that have images.
        member: (N,) place of each image's group in `names`.
    """

    names: tuple[str, ...]
    member: list[int]


def strata(records: Sequence[Record], labels: Sequence[int], classes: Sequence[str], by: Sequence[str]) -> Strata:
    """Divides images by class and by tags; images of which a tag is not known are groups of their own.

    Args:
        labels: places in `classes`.
        by: tags, with bins of numbers as in `age=40,60` (see `tag_groups`); none: the classes are the groups.

    Raises:
        UserError: a tag that no image has, or bins of a tag that holds text.

    Example:
        >>> records = [Record(str(i), "", label, tags={"ruler": there}) for i, (label, there) in enumerate([("a", 1), ("a", 0), ("b", 1)])]
        >>> strata(records, [0, 0, 1], ["a", "b"], ["ruler"])
        Strata(names=('a, ruler=0', 'a, ruler=1', 'b, ruler=1'), member=[1, 0, 2])
    """
    divisions = [divide(records, one) for one in settled(by, records, "data.balance_by")]
    columns = [np.asarray(labels, dtype=np.int64), *(division.member for division in divisions)]
    rows, member = np.unique(np.stack(columns, axis=1), axis=0, return_inverse=True)  # (N, 1 + tags) -> groups
    called = [
        ", ".join([classes[label], *(f"{d.by.tag}={d.names[place]}" for d, place in zip(divisions, places, strict=True))])
        for label, *places in rows.tolist()
    ]
    return Strata(tuple(called), member.ravel().tolist())


def few(found: Strata) -> list[str]:
    """A warning of the groups with fewer than ten images.

    >>> few(Strata(("a, ruler=0", "a, ruler=1"), [0] * 12 + [1] * 3))
    ['balancing shows few images again and again: 3 of a, ruler=1']
    """
    counts = np.bincount(found.member, minlength=len(found.names))
    rare = [f"{n} of {name}" for name, n in zip(found.names, counts.tolist(), strict=True) if n < FEW]
    return [f"balancing shows few images again and again: {'; '.join(rare)}"] if rare else []
