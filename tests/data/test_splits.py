"""Divisions: whole groups, near the asked shares, every class everywhere, the same again."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sightline.config import Split
from sightline.data.splits import annotated_subset, divide, split, used
from sightline.errors import UserError
from sightline.types import Annotation, Record


def records(labels: str, groups: list[str | None] | None = None, owner: list[str | None] | None = None) -> list[Record]:
    return [
        Record(f"{i:04d}", Path(f"{i}.png"), label, groups[i] if groups else None, owner[i] if owner else None)
        for i, label in enumerate(labels)
    ]


def ids(parts: dict[str, list[Record]]) -> dict[str, list[str]]:
    return {name: [r.id for r in part] for name, part in parts.items()}


def test_shares_are_kept_within_every_class() -> None:
    parts = split(records("a" * 374 + "b" * 254 + "c" * 1372), Split(val=0.15, test=0.2))
    assert list(parts) == ["train", "val", "test"]
    for name, share in (("train", 0.65), ("val", 0.15), ("test", 0.2)):
        counts = Counter(r.label for r in parts[name])
        for label, n in (("a", 374), ("b", 254), ("c", 1372)):
            assert abs(counts[label] - share * n) <= 1


@pytest.mark.parametrize("owner", [None, ["train"] * 40 + ["val"] * 20 + ["test"] * 20 + ["other hospital"] * 20])
def test_a_rehearsal_leaves_every_test_image_out_and_divides_as_the_training_does(owner: list[str | None] | None) -> None:
    some = records("ab" * 50, owner=owner)
    whole = split(some, Split(test=0.35))
    rehearsed = used(split(some, Split(test=0.35, rehearse=True)), Split(rehearse=True))
    assert used(whole, Split()) == whole
    assert list(rehearsed) == ["train", "val"]
    assert ids(rehearsed) == {name: found for name, found in ids(whole).items() if name in ("train", "val")}
    assert len(whole) > 2


def test_the_same_seed_divides_alike_whatever_the_order_and_another_seed_does_not() -> None:
    some = records("ab" * 40)
    first = {name: sorted(part) for name, part in ids(split(some, Split(seed=1))).items()}
    again = {name: sorted(part) for name, part in ids(split(some[::-1], Split(seed=1))).items()}
    assert first == again
    assert first != {name: sorted(part) for name, part in ids(split(some, Split(seed=2))).items()}


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.integers(2, 4), st.sampled_from([(0.15, 0.15), (0.3, 0), (0, 0.25), (0.1, 0.4)]))
def test_pitfall_31_groups_stay_whole_and_shares_near_the_asked_ones(seed: int, classes: int, shares: tuple[float, float]) -> None:
    rng = np.random.default_rng(seed)
    label_of = rng.integers(0, classes, 80)  # a patient's images mostly share a label
    groups = rng.integers(0, 80, 400)
    labels = np.where(rng.random(400) < 0.9, label_of[groups], rng.integers(0, classes, 400))
    some = records("".join("wxyz"[k] for k in labels), [f"p{g}" for g in groups])
    val, test = shares
    parts = split(some, Split(val=val, test=test, seed=seed))
    assert sorted(r.id for part in parts.values() for r in part) == [r.id for r in some]
    held = [{r.group for r in part} for part in parts.values()]
    assert sum(len(h) for h in held) == len(set().union(*held))
    for name, share in (("train", 1 - val - test), ("val", val), ("test", test)):
        assert abs(len(parts.get(name, [])) / 400 - share) < 0.04
        if share:
            assert {r.label for r in parts[name]} == {r.label for r in some}


def test_a_rare_class_within_mixed_groups_keeps_its_shares() -> None:
    shares = np.array([0.7, 0.15, 0.15])
    for seed in range(20):
        rng = np.random.default_rng(seed)
        counts = np.zeros((60, 2), int)  # every patient has many common lesions, one in three a few rare ones
        counts[:, 0] = rng.integers(5, 30, 60)
        counts[rng.permutation(60)[:20], 1] = rng.integers(1, 4, 20)
        part = divide(counts, list(shares), seed)
        given = np.stack([counts[part == p].sum(axis=0) for p in range(3)]) / counts.sum(axis=0)
        assert np.abs(given[:, 1] - shares).max() < 0.08


def test_a_rare_class_reaches_every_part() -> None:
    for seed in range(20):
        parts = split(records("a" * 60 + "b" * 3), Split(val=0.15, test=0.15, seed=seed))
        assert [Counter(r.label for r in part)["b"] for part in parts.values()] == [1, 1, 1]


def test_a_rare_class_in_large_groups_reaches_every_part() -> None:
    groups = ["p", "q", "r"]
    for seed in range(20):
        some = records("a" * 90 + "b" * 30, [None] * 90 + [groups[i // 10] for i in range(30)])
        parts = split(some, Split(seed=seed))
        assert all({r.label for r in part} == {"a", "b"} for part in parts.values())


def test_a_class_with_too_few_groups_is_named() -> None:
    with pytest.raises(UserError, match=r"data\.split: class 'b' has 2 groups \(images, patients or lesions\) for 3 parts"):
        split(records("a" * 30 + "b" * 9, [None] * 30 + ["p", "q", "q"] * 3), Split())


def test_groups_that_cannot_give_every_part_every_class_are_refused() -> None:
    counts = np.array([[1, 1, 0], [1, 0, 1], [0, 1, 1]])  # three groups hold each class twice, and share all of them
    with pytest.raises(UserError, match="cannot be divided so that every part has every class"):
        divide(counts, [0.5, 0.5], 0)


def test_the_owners_split_is_kept() -> None:
    owner = ["train", "val", "test", "extra"] * 10
    some = records("ab" * 20, owner=owner)  # type: ignore[arg-type]
    parts = split(some, Split(val=0.5, test=0.3))
    assert {name: {r.split for r in part} for name, part in parts.items()} == {n: {n} for n in ("train", "val", "test", "extra")}


def test_with_an_owners_validation_set_no_test_set_is_cut() -> None:
    parts = split(records("ab" * 20, owner=["train"] * 30 + ["val"] * 10), Split())
    assert {name: len(part) for name, part in parts.items()} == {"train": 30, "val": 10}


def test_without_an_owners_validation_set_one_is_cut_from_training() -> None:
    some = records("ab" * 60, owner=["train"] * 100 + ["test"] * 20)
    parts = split(some, Split(val=0.2, test=0.3))
    assert {name: len(part) for name, part in parts.items()} == {"train": 80, "val": 20, "test": 20}
    assert {r.split for r in parts["val"]} == {"train"}


def test_training_alone_is_cut_in_three_and_unmarked_records_are_divided_beside_it() -> None:
    parts = split(records("ab" * 50, owner=["train"] * 40 + [None] * 60), Split(val=0.1, test=0.2))
    assert {name: len(part) for name, part in parts.items()} == {"train": 70, "val": 10, "test": 20}


def test_a_share_of_zero_makes_no_part() -> None:
    assert list(split(records("ab" * 10), Split(val=0.2, test=0))) == ["train", "val"]


def test_the_owners_sets_can_be_pooled_and_divided_anew() -> None:
    given = records("ab" * 60, owner=["train", "val", "test"] * 40)
    parts = split(given, Split(owner=False, val=0.2, test=0.3))
    assert {name: len(part) for name, part in parts.items()} == {"train": 60, "val": 24, "test": 36}
    assert all({given[int(r.id)].split for r in part} == {"train", "val", "test"} for part in parts.values())


def test_folds_cover_every_record_once_and_are_alike() -> None:
    some = records("a" * 50 + "b" * 23)
    folds = [split(some, Split(folds=4, fold=k, test=0)) for k in range(4)]
    held = [r.id for parts in folds for r in parts["val"]]
    assert sorted(held) == [r.id for r in some]
    for parts in folds:
        counts = Counter(r.label for r in parts["val"])
        assert abs(counts["a"] - 12.5) < 1
        assert abs(counts["b"] - 5.75) < 1.5
        assert not {r.id for r in parts["val"]} & {r.id for r in parts["train"]}


def test_folds_pool_the_owners_training_and_validation_and_leave_the_test_set() -> None:
    some = records("ab" * 30, owner=(["train"] * 4 + ["val", "test"]) * 10)
    parts = split(some, Split(folds=5, fold=2))
    assert {name: len(part) for name, part in parts.items()} == {"train": 40, "val": 10, "test": 10}
    assert {r.split for r in parts["test"]} == {"test"}


def test_003_31_five_folds_hold_every_training_image_out_and_learn_from_17_of_25() -> None:
    """Without a test set of the owner's `test=0` is needed; of the other four fifths `val` of 15 % chooses the epoch."""
    some = records("a" * 670 + "b" * 330, owner=["train"] * 1000)
    folds = [split(some, Split(folds=5, fold=k, fold_is="held_out", test=0)) for k in range(5)]
    assert sorted(r.id for parts in folds for r in parts["held_out"]) == [r.id for r in some]
    for parts in folds:
        assert {name: len(part) for name, part in parts.items()} == {"train": 680, "val": 120, "held_out": 200}


def test_all_folds_share_one_test_set() -> None:
    tests = [ids(split(records("ab" * 30), Split(folds=3, fold=k, test=0.2)))["test"] for k in range(3)]
    assert tests[0] == tests[1] == tests[2]
    assert len(tests[0]) == 12


def test_groups_given_beside_the_records_stay_whole() -> None:
    some = records("ab" * 30)
    twins = {f"{i:04d}": f"like {i // 4}" for i in range(40)}
    parts = split(some, Split(), twins)
    where = {r.id: name for name, part in parts.items() for r in part}
    assert all(len({where[f"{4 * k + j:04d}"] for j in range(4)}) == 1 for k in range(10))


def test_what_the_records_cannot_give_is_named() -> None:
    some = records("ab" * 10)
    with pytest.raises(UserError, match=r"class 'a' has 10 groups .* for 12 parts"):
        split(some, Split(folds=11))
    with pytest.raises(UserError, match="all records are in test, val, none is left to train on"):
        split(records("abab", owner=["val", "test", "val", "test"]), Split())


def annotated(labels: str, kinds: str) -> list[Record]:
    kind = {"m": (Annotation("box", points=((0, 0, 1, 1),)),), "0": (Annotation("nothing"),), "-": ()}
    return [
        Record(f"{i:04d}", Path(f"{i}.png"), label, annotations=kind[k]) for i, (label, k) in enumerate(zip(labels, kinds, strict=True))
    ]


def test_pitfall_29_annotated_subsets_are_nested_and_seeded() -> None:
    some = annotated("ab" * 50, "m" * 100)
    subsets = [annotated_subset(some, fraction, 3) for fraction in (0, 0.1, 0.25, 0.5, 1)]
    assert [len(s) for s in subsets] == [0, 10, 25, 50, 100]
    assert all(small < large for small, large in pairwise(subsets))
    assert subsets[2] == annotated_subset(some[::-1], 0.25, 3)
    assert subsets[2] != annotated_subset(some, 0.25, 4)


def test_annotated_subsets_are_stratified_and_count_every_known_record() -> None:
    some = annotated("a" * 60 + "b" * 40, "m" * 40 + "-" * 20 + "0" * 40)
    subset = annotated_subset(some, 0.25, 0)
    label = {r.id: r.label for r in some}
    assert Counter(label[id] for id in subset) == {"a": 10, "b": 10}
    assert annotated_subset(some, 1, 0) == {r.id for r in some if r.annotations}
