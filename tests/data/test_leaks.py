"""Copies, near-copies and shared groups between splits are found."""

from __future__ import annotations

from dataclasses import replace

import pytest
from looked_through import facts, look, record

from sightline.data.findings import label_of
from sightline.data.leaks import Leak, compare, find_leaks, near_duplicate_groups
from sightline.data.survey import Survey


def brief(leaks: list[Leak]) -> list[tuple[str, str, str, bool]]:
    return [(leak.kind, leak.a, leak.b, leak.exact) for leak in leaks]


BASE = look(0)


@pytest.fixture
def seen() -> Survey:
    return Survey(
        {
            "a": facts(BASE, "p", "f"),
            "same file": facts(BASE, "p", "f"),
            "same pixels": facts(BASE, "p", "other"),
            "near": facts(look(1, BASE, 0.05), "q"),
            "far": facts(look(2, BASE, 0.5), "r"),
            "stranger": facts(look(3), "s"),
            "drawn": facts(None, "t"),
        },
        [],
    )


@pytest.mark.parametrize(("other", "kind"), [("same file", "same file"), ("same pixels", "same pixels"), ("near", "near-duplicate")])
def test_each_kind_is_named_once_by_the_strongest(seen: Survey, other: str, kind: str) -> None:
    (leak,) = find_leaks({"train": [record("a", "cat")], "test": [record(other, "dog")]}, seen)
    assert (leak.kind, leak.exact) == (kind, kind != "near-duplicate")
    assert (leak.a, leak.split_a, leak.label_a) == ("a", "train", "cat")
    assert (leak.b, leak.split_b, leak.label_b) == (other, "test", "dog")
    assert leak.similarity == pytest.approx(1, abs=0.01)


@pytest.mark.parametrize("other", ["far", "stranger", "drawn", "broken"])
def test_what_only_resembles_is_no_leak(seen: Survey, other: str) -> None:
    assert find_leaks({"train": [record("a")], "test": [record(other)]}, seen) == []


def test_within_one_split_or_between_two_test_sets_nothing_leaks(seen: Survey) -> None:
    assert find_leaks({"train": [record("a"), record("same file"), record("near")]}, seen) == []
    assert find_leaks({"matched": [record("a", group="1")], "flipped": [record("same file", group="1")]}, seen) == []
    assert len(find_leaks({"val": [record("a")], "flipped": [record("same file")]}, seen)) == 1


def test_pitfall_31_one_patient_on_both_sides(seen: Survey) -> None:
    splits = {"train": [record("a", group="p1"), record("far", group="p2")], "val": [record("stranger", group="p1"), record("drawn")]}
    assert brief(find_leaks(splits, seen)) == [("same group", "a", "stranger", True)]


def test_many_copies_are_each_named_but_not_in_every_pair() -> None:
    ids = [str(i) for i in range(200)]
    seen = Survey({id: facts(None, "same") for id in ids}, [])
    leaks = find_leaks({"train": [record(id) for id in ids[:100]], "test": [record(id) for id in ids[100:]]}, seen)
    assert {id for leak in leaks for id in (leak.a, leak.b)} == set(ids)
    assert len(leaks) < 200


def test_pitfall_32_near_duplicates_across_classes_can_be_named(seen: Survey) -> None:
    (leak,) = find_leaks({"train": [record("a", "benign")], "val": [record("near", "malignant")]}, seen)
    assert leak.label_a != leak.label_b


def test_groups_of_near_duplicates_follow_chains_and_swallow_existing_groups() -> None:
    first = look(0)
    second = look(1, first, 0.13)
    third = look(2, second, 0.13)
    assert float((first.astype(float) * third).sum()) < 0.99 < float((first.astype(float) * second).sum())
    seen = Survey({k: facts(v, k) for k, v in {"1": first, "2": second, "3": third, "4": look(4), "5": look(5), "6": look(6)}.items()}, [])
    records = [record("1"), record("2", group="p"), record("3"), record("4", group="p"), record("5", group="q"), record("6")]
    assert near_duplicate_groups(records, seen) == dict.fromkeys("1234", "p")
    ungrouped = [record(id) for id in "123456"]
    assert near_duplicate_groups(ungrouped, seen) == dict.fromkeys("123", "like 1")


def test_nothing_to_compare_gives_no_groups() -> None:
    assert near_duplicate_groups([record("1")], Survey({}, [])) == {}


def test_an_image_in_three_splits_is_named_with_each_of_them() -> None:
    seen = Survey({id: facts(None, "same") for id in "abcd"}, [])
    found = find_leaks({"train": [record("a")], "val": [record("b")], "test": [record("c")], "more": [record("d")]}, seen)
    assert {(leak.a, leak.b) for leak in found} == {("a", "b"), ("a", "c"), ("a", "d"), ("b", "c"), ("b", "d")}


def test_a_finding_that_is_not_known_is_no_difference_between_near_duplicates() -> None:
    said = {
        "a": {"effusion": True, "nodule": None},
        "b": {"effusion": True, "nodule": False},
        "c": {"effusion": True, "nodule": True},
    }
    records = [replace(record(id, label_of(findings)), findings=findings) for id, findings in said.items()]
    survey = Survey({id: facts(look(i + 1, BASE, 0.02), id) for i, id in enumerate(said)}, [])
    assert [(pair.a, pair.b) for pair in compare(records, survey).across] == [("b", "c")]
    alone = compare(records[:2], survey)
    assert (alone.across, len(set(alone.component.tolist()))) == ([], 1)
