"""Which cases are shown, and in which order."""

from __future__ import annotations

import pytest

from sightline.review.cases import Case, Cases
from sightline.review.filters import Filter, matching
from sightline.review.places import Place, Places
from sightline.review.store import Brief

ANA, BO = Brief("ana", "right", False, False, "", True), Brief("bo", "wrong", True, False, "why?", False)


@pytest.fixture
def places(own_cases: Cases) -> Places:
    found = Places({case.key: lambda i=i: {"cam": Place(i / 16, i % 3 == 0)} for i, case in enumerate(own_cases) if i < 12})
    found.fill()
    return found


def keys(cases: Cases, places: Places, said=None, me: str = "", **chosen: str) -> list[Case]:  # type: ignore[no-untyped-def]
    return [cases[place] for place in matching(cases, Filter(**chosen), said or {}, places, me)]


def test_by_what_the_run_says(own_cases: Cases, places: Places) -> None:
    every = list(own_cases)
    for chosen, fits in (
        ({"split": "val"}, lambda case: case.split == "val"),
        ({"label": "benign"}, lambda case: case.label == "benign"),
        ({"decided": "benign"}, lambda case: case.decided == "benign"),
        ({"right": "no"}, lambda case: case.decided != case.label),
        ({"low": "60", "high": "90"}, lambda case: 0.6 <= case.probability <= 0.9),
        ({"tag": "site=arm"}, lambda case: case.tags["site"] == "arm"),
        ({"text": " TEST/3"}, lambda case: case.image == "test/3.png"),
        ({"text": "VAL 1"}, lambda case: case.group == "val 1"),
        ({"place": "peak-in"}, lambda case: every.index(case) < 12 and every.index(case) % 3 == 0),
        ({"place": "most-out"}, lambda case: every.index(case) < 8),
        ({"split": "val", "right": "yes"}, lambda case: case.split == "val" and case.right),
    ):
        expected = [case for case in every if fits(case)]
        assert keys(own_cases, places, **chosen) == expected, chosen
        assert 0 < len(expected) < len(every), chosen
    assert keys(own_cases, places, place="unknown") == []


def test_by_what_reviewers_say(own_cases: Cases, places: Places) -> None:
    a, b, c = own_cases[0], own_cases[1], own_cases[2]
    said = {a.stored: (ANA, BO), b.stored: (BO,), c.stored: (ANA, ANA)}
    for chosen, expected in (
        ({"review": "yes"}, [a, b, c]),
        ({"review": "right"}, [a, c]),
        ({"review": "right", "reviewer": "bo"}, []),
        ({"review": "doubted"}, [a, b]),
        ({"review": "outlined"}, [a, c]),
        ({"review": "commented"}, [a, b]),
        ({"review": "unusable"}, []),
        ({"reviewer": "bo"}, [a, b]),
        ({"agreement": "differ"}, [a]),
        ({"agreement": "agree"}, [c]),
    ):
        assert keys(own_cases, places, said, **chosen) == expected, chosen
    assert keys(own_cases, places, said, review="no") == list(own_cases)[3:]
    assert keys(own_cases, places, said, "ana", review="mine-no") == [case for case in own_cases if case not in (a, c)]
    assert keys(own_cases, places, said, "ana", review="mine") == [a, c]


def test_orders(own_cases: Cases, places: Places) -> None:
    every = list(own_cases)
    assert keys(own_cases, places) == every
    assert keys(own_cases, places, down="yes") == every[::-1]
    assert [case.image for case in keys(own_cases, places, sort="image")] == sorted(case.image for case in every)
    assert [case.group for case in keys(own_cases, places, sort="group")] == sorted(case.group for case in every)
    true = [case.probabilities[own_cases.classes.index(case.label)] for case in keys(own_cases, places, sort="label")]
    assert true == sorted(true)
    for down, known in (("", every[:12]), ("yes", every[11::-1])):
        assert keys(own_cases, places, sort="inside", down=down)[:12] == known  # what is not known stands last


def test_an_address_that_makes_no_sense_chooses_nothing(own_cases: Cases, places: Places) -> None:
    odd = Filter.of({"sort": "size", "place": "moon", "low": "much", "review": "?", "agreement": "x", "tag": "site", "page": "3"})
    assert matching(own_cases, odd, {}, places) == list(range(len(own_cases)))
    assert Filter.of({"text": "a&b", "right": "no", "x": "y"}).query == "?right=no&text=a%26b"
