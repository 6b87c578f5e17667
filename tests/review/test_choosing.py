"""What can be chosen above the grid."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from sightline.review import filters
from sightline.review.cases import Cases
from sightline.review.choosing import QUICK, choices, done, form, quick
from sightline.review.filters import Filter
from sightline.review.store import Brief, Overview


def words(*reviewers: str) -> tuple[Brief, ...]:
    return tuple(Brief(name, "right", False, False, "", False) for name in reviewers)


def values(cases: Cases, said: Overview, name: str) -> list[str]:
    return [option.value for option in choices(cases, said)[name]]


def test_only_what_is_there_can_be_chosen(own_cases: Cases) -> None:
    assert values(own_cases, {}, "split") == ["val", "test"]
    assert values(own_cases, {}, "label") == values(own_cases, {}, "decided") == list(own_cases.classes)
    assert values(own_cases, {}, "place") == list(filters.PLACES)
    assert set(values(own_cases, {}, "tag")) == {f"site={value}" for value in own_cases.tags["site"]}
    assert values(own_cases, {}, "map") == [], "the first map is what is shown when nothing is chosen"
    assert "inside" in values(own_cases, {}, "sort")
    assert "" not in values(own_cases, {}, "sort")


def test_agreement_needs_two_reviewers(own_cases: Cases) -> None:
    one: Overview = {own_cases[0].stored: words("bo"), own_cases[1].stored: words("bo")}
    assert (values(own_cases, one, "reviewer"), values(own_cases, one, "agreement")) == (["bo"], [])
    two = one | {own_cases[2].stored: words("ana", "bo")}
    assert (values(own_cases, two, "reviewer"), values(own_cases, two, "agreement")) == (["ana", "bo"], list(filters.AGREEMENTS))


def test_without_maps_nothing_is_chosen_by_them(own_cases: Cases, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own_cases, "maps", SimpleNamespace(names=(), first=""))
    assert values(own_cases, {}, "place") == []
    assert "inside" not in values(own_cases, {}, "sort")
    assert form(Filter(), own_cases, {})["first"]["map"] == ""


def test_every_field_of_the_form_has_a_name_and_what_is_chosen_is_kept(own_cases: Cases) -> None:
    shown = form(Filter(split="val", sort="image"), own_cases, {})
    assert shown["names"].keys() == shown["choices"].keys()
    assert shown["names"].keys() <= shown["chosen"].keys()
    assert (shown["chosen"]["split"], shown["chosen"]["sort"], shown["first"]) == (
        "val",
        "image",
        {"sort": "order of the run", "map": "cam"},
    )


def test_a_quick_choice_is_taken_off_by_the_same_click(own_cases: Cases) -> None:
    found = quick(Filter(review="doubted", split="val"), "")
    assert [one.key for one in found] == [key for key, _, _ in QUICK]
    (on,) = [one for one in found if one.on]
    assert (on.name, on.query) == ("doubted", "?split=val")
    assert next(one for one in found if one.key == "x").query == "?split=val&review=unusable"
    first, *_ = quick(Filter(queue="yes"), "1 of 2 done")
    assert (first.key, first.name, first.on, first.query) == ("q", "queue: 1 of 2 done", True, "")
    assert quick(Filter(), "1 of 2 done")[0].query == "?queue=yes"


def test_of_the_queue_counts_what_a_reviewer_has_spoken_of(own_cases: Cases, monkeypatch: pytest.MonkeyPatch) -> None:
    said: Overview = {own_cases[0].stored: words("ana"), own_cases[1].stored: words("bo"), own_cases[9].stored: words("ana")}
    assert done(own_cases, said, "ana") == ""
    monkeypatch.setattr(own_cases, "queue", {own_cases[place].key: place for place in (0, 1, 2)})
    assert [done(own_cases, said, me) for me in ("ana", "bo", "cy")] == ["1 of 3 done", "1 of 3 done", "0 of 3 done"]
