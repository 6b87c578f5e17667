"""Copies, near-copies and shared groups between splits are found."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sightline.data.facts import Facts
from sightline.data.leaks import Leak, find_leaks, near_duplicate_groups, near_duplicates
from sightline.data.survey import Survey
from sightline.types import Record


def look(seed: int, like: np.ndarray | None = None, noise: float = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    pixels = rng.normal(size=(16, 16)) if like is None else like.astype(float) + noise * rng.normal(size=(16, 16)) / 16
    pixels = pixels - pixels.mean()
    return (pixels / np.linalg.norm(pixels)).astype(np.float16)


def facts(thumbnail: np.ndarray | None, pixels: str, file: str | None = None) -> Facts:
    return Facts((8, 8), file or f"file {pixels}", pixels, thumbnail, False, None)


def record(id: str, label: str = "x", group: str | None = None) -> Record:
    return Record(id, Path(f"{id}.png"), label, group)


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


def test_near_duplicates_against_all_correlations() -> None:
    looks = [look(i) for i in range(40)]
    looks += [look(100 + i, looks[i], 0.02 * i) for i in range(40)]
    ids = [str(i) for i in range(80)]
    seen = Survey({id: facts(small, id) for id, small in zip(ids, looks, strict=True)}, [])
    every = np.corrcoef(np.stack([small.ravel().astype(float) for small in looks]))
    expected = {(str(i), str(j)) for i in range(80) for j in range(i + 1, 80) if every[i, j] > 0.99}
    assert len(expected) > 3
    assert {(a, b) for a, b, _ in near_duplicates(ids, seen)} == expected


def test_blocks_do_not_change_the_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    looks = [look(i % 7) for i in range(30)]
    seen = Survey({str(i): facts(small, str(i)) for i, small in enumerate(looks)}, [])
    whole = near_duplicates([str(i) for i in range(30)], seen)
    monkeypatch.setattr("sightline.data.leaks.BLOCK", 4)
    assert [pair[:2] for pair in near_duplicates([str(i) for i in range(30)], seen)] == [pair[:2] for pair in whole]


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


def test_copies_of_one_colour_are_grouped_although_they_correlate_with_nothing() -> None:
    blank = np.zeros((16, 16), np.float16)
    seen = Survey({"1": facts(blank, "p"), "2": facts(blank, "p"), "3": facts(blank, "q")}, [])
    assert near_duplicate_groups([record("1"), record("2"), record("3")], seen) == {"1": "like 1", "2": "like 1"}


def test_nothing_to_compare_gives_no_groups() -> None:
    assert near_duplicate_groups([record("1")], Survey({}, [])) == {}


def test_an_image_in_three_splits_is_named_with_each_of_them() -> None:
    seen = Survey({id: facts(None, "same") for id in "abcd"}, [])
    found = find_leaks({"train": [record("a")], "val": [record("b")], "test": [record("c")], "more": [record("d")]}, seen)
    assert {(leak.a, leak.b) for leak in found} == {("a", "b"), ("a", "c"), ("a", "d"), ("b", "c"), ("b", "d")}
