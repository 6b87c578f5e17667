"""Judgements for other programs: one line of JSON for the newest word of each reviewer on each case."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from sightline.data.annotation import Size
from sightline.data.sets.rle import text_of
from sightline.explain.window import window
from sightline.review.cases import Case, Cases
from sightline.review.outlines import marked
from sightline.review.store import Kept, Store


def exported(cases: Cases, store: Store) -> Iterator[str]:
    """The lines, oldest word first. Words on cases that are not among `cases` are left out."""
    known = {case.stored: case for case in cases}
    for row in store.newest():
        if case := known.get((row.split, row.id)):
            yield json.dumps(_line(cases, case, row), ensure_ascii=False) + "\n"


def _line(cases: Cases, case: Case, row: Kept) -> dict[str, Any]:
    said = row.said.model_dump(mode="json")
    about = {"image": case.image, "id": row.id, "split": row.split, "run": cases.name, "reviewer": row.reviewer, "at": row.at}
    return about | {
        "map": said["map"],
        "label_doubted": said["label_doubted"],
        "unusable": said["unusable"],
        "comment": said["comment"],
        "size": list(row.size),
        "shapes": said["shapes"],
        "looked": looked(cases, case, row.size, row.threshold),
        "threshold": row.threshold,
        "blind": row.blind,
    }


def looked(cases: Cases, case: Case, size: Size, threshold: float) -> str | None:
    """Where the first map is at or above the threshold, see `outlines.marked`, as a compressed text of runs; None without a map."""
    raw = cases.maps.of(case.split, case.id, cases.maps.first)
    if raw is None:
        return None
    return text_of(marked(raw, threshold, window(size, cases.dataset(case).data), size))
