"""Outlines of several reviewers."""

from __future__ import annotations

import numpy as np
import pytest

from sightline.review.judgement import Box, Judgement
from sightline.review.readers import agreements, combined, judged_alike, regions
from sightline.review.store import Brief, Kept


def row(reviewer: str, *boxes: tuple[float, float, float, float]) -> Kept:
    said = Judgement(map="wrong", shapes=tuple(Box(box=box) for box in boxes))
    return Kept(1, "test", "a", reviewer, "2026-11-27T10:00:00Z", said, (4, 10), 0.5)


def test_they_agree_as_far_as_they_overlap() -> None:
    found = regions([row("cy", (0, 0, 10, 4)), row("ana", (0, 0, 4, 4)), row("bo", (2, 0, 6, 4)), row("di")], (4, 10))
    assert list(found) == ["ana", "bo", "cy"]
    # of 40 pixels, ana and bo both mark 8, and neither marks 16: (24 - 0.52 * 40) / (40 - 0.52 * 40)
    kappa = (24 / 40 - 0.52) / 0.48
    assert agreements(found) == [
        ("ana", "bo", 0.5, pytest.approx(kappa)),
        ("ana", "cy", 4 / 7, pytest.approx(0)),
        ("bo", "cy", 4 / 7, pytest.approx(0)),
    ]


def test_they_agree_on_maps_over_the_cases_that_both_judged() -> None:
    def words(**maps: str | None) -> tuple[Brief, ...]:
        return tuple(Brief(name, verdict, False, False, "x", False) for name, verdict in maps.items())

    said = {
        ("test", "a"): words(ana="right", bo="right", cy=None),
        ("test", "b"): words(bo="wrong", ana="wrong"),
        ("test", "c"): words(ana="right", bo="wrong"),
        ("test", "d"): words(ana="wrong", bo="wrong", cy="wrong"),
        ("test", "e"): words(ana="wrong"),
    }
    assert judged_alike(said) == [("ana", "bo", 4, 3, 0.5), ("ana", "cy", 1, 1, None), ("bo", "cy", 1, 1, None)]


def test_they_are_united_intersected_or_counted() -> None:
    masks = [np.array(row, bool) for row in ([1, 1, 1, 0], [0, 1, 1, 0], [0, 0, 1, 0], [0, 1, 0, 0])]
    found = {way: combined(masks, way).astype(int).tolist() for way in ("united", "shared", "majority")}  # type: ignore[arg-type]
    assert found == {"united": [1, 1, 1, 0], "shared": [0, 0, 0, 0], "majority": [0, 1, 1, 0]}
    assert combined(masks[:2], "majority").tolist() == combined(masks[:2], "shared").tolist() == [False, True, True, False]
