"""Folders in folders of which it is open which are the classes: folds or patients above them, or both ways round."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from pathlib import Path

from sightline.data.sets.folder_places import Place
from sightline.data.sets.walk import some
from sightline.errors import UserError


def refuse_exchanged(top: Path, at: Iterable[Place]) -> None:
    """Refuses upper folders that look like folds or patients: all of them hold folders of the same names.

    Upper folders are classes where the inner ones alone are numbered, as patients and magnifications are.

    Raises:
        UserError: that is so.
    """
    within: dict[str, set[str]] = {}
    for place in at:
        if place.label is not None:
            within.setdefault(place.label, set()).add(place.inner[0] if place.inner else "")
    names = set().union(*within.values())
    if len(within) < 2 or len(names) < 2 or "" in names or (is_series(names) and not is_series(within)):
        return
    shared = all(sum(name in inner for inner in within.values()) > 1 for name in names)
    if all(inner == names for inner in within.values()) or (is_series(within) and shared and len(names) < len(within)):
        reason = (
            f"the folders {some(sorted(within))} hold the same folders ({some(sorted(names))}), so that either level may be the classes"
        )
        remedy = (
            "data.options={level: 2} takes the inner ones, {level: 2, groups: folder} the upper ones for patients besides, {level: 1} the "
            "upper ones alone. Of folds, give one as data.root."
        )
        raise UserError(top, reason, remedy)


def is_series(names: Collection[str]) -> bool:
    """Names that differ in their number alone.

    >>> is_series(["fold1", "fold2"]), is_series(["melanoma", "nevus"])
    (True, False)
    """
    return all(any(map(str.isdigit, name)) for name in names) and len({re.sub(r"\d+", "", name).casefold() for name in names}) == 1
