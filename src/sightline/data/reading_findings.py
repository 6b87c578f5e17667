"""Records with several findings become the findings of the task: those that the data set names, or groups of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from sightline.config import Data
from sightline.data.findings import BETWEEN, NONE, UNSURE, grouped
from sightline.data.labels import check_classes, check_labels
from sightline.errors import UserError
from sightline.types import Record

MOST = 24  # findings with marks, for which the cache has room
NOTHING_KNOWN = "images of whose findings nothing is known"


def findings_of_task(records: Sequence[Record], data: Data, where: str) -> tuple[list[Record], tuple[str, ...], Mapping[str, int]]:
    """The records with the findings of the task, their names in the order of the logits, and what is left out.

    Raises:
        UserError: an unknown finding, names that cannot be told apart, fewer than two findings, too many, or one that all images or none
            have, as far as it is known.
    """
    names = list(dict.fromkeys(name for record in records for name in record.findings))
    _check_names(names, records, where)
    if data.classes is None:
        kept, left_out = list(records), {}
    else:
        kept, left_out = [grouped(record, data.classes) for record in records], _unused(records, data.classes, names)
    chosen = tuple(data.classes or names)
    if len(chosen) < 2:
        remedy = "Give images with one finding the column `label` in place of it, with a class per image."
        raise UserError(where, f"has only the finding {', '.join(chosen) or '(none)'}", remedy)
    told = [record for record in kept if any(present is not None for present in record.findings.values()) or record.annotations]
    if len(told) < len(kept):
        left_out = {**left_out, NOTHING_KNOWN: len(kept) - len(told)}
    _check_both(told, chosen, where)
    marked = {mark.finding for record in told for mark in record.annotations}
    if len(chosen if None in marked else marked) > MOST:
        raise UserError(where, f"marks more than {MOST} findings", "Choose some of them in data.classes.")
    return told, chosen, left_out


def _check_names(names: Sequence[str], records: Sequence[Record], where: str) -> None:
    for name in names:
        if not name or name.casefold() == NONE or any(sign in name for sign in (BETWEEN, UNSURE, "|", "/", "\\")):
            raise UserError(where, f"has a finding called {name!r}", "Give it a name without any of ; | ? / \\.")
    check_labels(Counter({name: sum(name in record.findings for record in records) for name in names}), where)


def _unused(records: Sequence[Record], classes: Mapping[str, Sequence[str]], names: Sequence[str]) -> dict[str, int]:
    """Finding of no class -> the images that have it."""
    used = check_classes(classes, names)
    return {name: sum(bool(record.findings.get(name)) for record in records) for name in names if name not in used}


def _check_both(records: Sequence[Record], names: Sequence[str], where: str) -> None:
    for name in names:
        known = {record.findings.get(name) for record in records}
        for present, said in ((True, "has"), (False, "lacks")):
            if present not in known:
                remedy = "Complete the data, or leave the finding out with data.classes."
                raise UserError(where, f"has no image that {said} the finding {name!r}", remedy)
