"""Compares the data with those at the start of a run: changes are named, and the run is refused."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from sightline.errors import UserError

COLUMNS = ["id", "split", "label", "group", "annotated", "picture", "marks"]  # of split.csv; the last two are digests of contents
_SAID = {
    "split": "in another split",
    "label": "with another label",
    "group": "in another group",
    "annotated": "whose annotation is used and was not before, or the reverse",
    "picture": "with another picture",
    "marks": "with other annotations",
}
_SHOWN = 3

Rows = Sequence[Mapping[str, str]]


def check_same(before: Rows, now: Rows, where: Path | str, remedy: str) -> None:
    """Compares rows of `split.csv`, in the columns that `before` has, with what they would be now.

    Raises:
        UserError: they differ; names the images and in what.
    """
    if changes := differences(before, now):
        raise UserError(where, f"the data are not those of this run: {'; '.join(changes)}", remedy)


def differences(before: Rows, now: Rows) -> list[str]:
    """What differs, each with how many images and the first of them; the order of the rows does not count.

    >>> differences([{"id": "a", "split": "test"}], [{"id": "a", "split": "train"}, {"id": "b", "split": "test"}])
    ['1 image is new (b)', '1 image in another split (a: test, now train)']
    """
    old, new = ({row["id"]: row for row in rows} for rows in (before, now))
    found = [
        _counted("is new", "are new", (i for i in new if i not in old)),
        _counted("is gone", "are gone", (i for i in old if i not in new)),
    ]
    for column, said in _SAID.items():
        changed = [i for i in old if i in new and column in old[i] and column in new[i] and old[i][column] != new[i][column]]
        shown = (f"{i}: {old[i][column] or 'none'}, now {new[i][column] or 'none'}" for i in changed)
        found.append(_counted(said, said, changed if column in ("annotated", "picture", "marks") else shown))
    return [line for line in found if line]


def _counted(one: str, several: str, ids: Iterable[str]) -> str:
    named = list(ids)
    if not named:
        return ""
    rest = f" and {len(named) - _SHOWN} more" if len(named) > _SHOWN else ""
    head = f"1 image {one}" if len(named) == 1 else f"{len(named)} images {several}"
    return f"{head} ({', '.join(named[:_SHOWN])}{rest})"
