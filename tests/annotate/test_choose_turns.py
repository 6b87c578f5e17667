"""The choice: best first, one image per patient before anyone's second."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from sightline.annotate.choose import choose


def ids(n: int) -> list[str]:
    return [f"i{i}" for i in range(n)]


def test_without_groups_the_best_come_first():
    worth = np.array([0.1, 0.9, 0.5, 0.7])
    assert choose(worth, ids(4), ids(4), [], budget=3, seed=0) == [1, 3, 2]


def test_nobody_gets_a_second_image_before_everybody_has_one():
    worth = np.array([0.9, 0.8, 0.7, 0.2, 0.1])
    groups = ["anna", "anna", "anna", "bert", "carl"]
    assert choose(worth, ids(5), groups, [], budget=5, seed=0) == [0, 3, 4, 1, 2]


def test_annotations_of_earlier_rounds_count_as_turns():
    worth = np.array([0.9, 0.8, 0.7, 0.2])
    groups = ["anna", "anna", "bert", "bert"]
    assert choose(worth, ids(4), groups, ["anna", "anna", "dora"], budget=4, seed=0) == [2, 3, 0, 1]


@pytest.mark.parametrize("budget", [1, 7, 40])
def test_among_many_patients_the_numbers_of_annotations_differ_by_one_at_most(budget):
    rng = np.random.default_rng(budget)
    groups = [f"p{i % 8}" for i in range(80)]
    chosen = choose(rng.random(80), ids(80), groups, [], budget=budget, seed=0)
    per_patient = Counter(groups[i] for i in chosen)
    assert len(chosen) == len(set(chosen)) == budget
    assert max(per_patient.values()) - min(per_patient[f"p{i}"] for i in range(8)) <= 1


def test_between_equals_a_lot_decides_that_the_order_of_the_rows_does_not_change():
    names = ids(30)
    first = [names[i] for i in choose(np.ones(30), names, names, [], budget=10, seed=0)]
    backwards = names[::-1]
    assert [backwards[i] for i in choose(np.ones(30), backwards, backwards, [], budget=10, seed=0)] == first
    assert [names[i] for i in choose(np.ones(30), names, names, [], budget=10, seed=1)] != first
