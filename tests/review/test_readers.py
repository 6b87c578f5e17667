"""Outlines of several reviewers."""

from __future__ import annotations

import numpy as np

from sightline.review.judgement import Box, Judgement
from sightline.review.readers import agreements, combined, regions
from sightline.review.store import Kept


def row(reviewer: str, *boxes: tuple[float, float, float, float]) -> Kept:
    said = Judgement(map="wrong", shapes=tuple(Box(box=box) for box in boxes))
    return Kept(1, "test", "a", reviewer, "2026-11-27T10:00:00Z", said, (4, 10), 0.5)


def test_they_agree_as_far_as_they_overlap() -> None:
    found = regions([row("cy", (0, 0, 10, 4)), row("ana", (0, 0, 4, 4)), row("bo", (2, 0, 6, 4)), row("di")], (4, 10))
    assert list(found) == ["ana", "bo", "cy"]
    assert agreements(found) == [("ana", "bo", 0.5), ("ana", "cy", 4 / 7), ("bo", "cy", 4 / 7)]


def test_they_are_united_intersected_or_counted() -> None:
    masks = [np.array(row, bool) for row in ([1, 1, 1, 0], [0, 1, 1, 0], [0, 0, 1, 0], [0, 1, 0, 0])]
    found = {way: combined(masks, way).astype(int).tolist() for way in ("united", "shared", "majority")}  # type: ignore[arg-type]
    assert found == {"united": [1, 1, 1, 0], "shared": [0, 0, 0, 0], "majority": [0, 1, 1, 0]}
    assert combined(masks[:2], "majority").tolist() == combined(masks[:2], "shared").tolist() == [False, True, True, False]
