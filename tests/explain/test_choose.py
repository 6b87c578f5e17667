from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from sightline.engine.decision import Decision
from sightline.engine.run import Predictions
from sightline.explain.choose import choose, evenly_ranked, evenly_spaced


def saying(labels, of_class_1, order=None, threshold=None):
    """A run with these probabilities, its rows in any order."""
    ids = [f"i{k}" for k in range(len(labels))]
    order = range(len(labels)) if order is None else order
    p = np.array([of_class_1[k] for k in order])
    said = Predictions([ids[k] for k in order], np.array([labels[k] for k in order]), np.stack([1 - p, p], 1))
    return SimpleNamespace(predictions=lambda split: said, decision=Decision(threshold))


LABELS = [0, 0, 0, 0, 1, 1, 1, 1]
P = [0.1, 0.45, 0.9, 0.6, 0.95, 0.55, 0.2, 0.99]


def test_errors_come_first_the_surest_of_them_first_then_the_least_certain():
    assert choose(saying(LABELS, P), "test", 8) == ["i2", "i6", "i3", "i1", "i5", "i0", "i4", "i7"]


def test_classes_take_turns():
    only_class_1_errs = [0.1, 0.2, 0.3, 0.4, 0.1, 0.2, 0.3, 0.4]
    chosen = choose(saying(LABELS, only_class_1_errs), "test", 4)
    assert sorted(chosen) == ["i2", "i3", "i4", "i5"]


def test_one_class_can_be_asked_for():
    assert choose(saying(LABELS, P), "test", 2, label=1) == ["i6", "i5"]


def test_images_on_which_runs_disagree_come_first():
    both_err_on_2, disagree_on_7 = list(P), list(P)
    disagree_on_7[7] = 0.3
    assert choose([saying(LABELS, both_err_on_2), saying(LABELS, disagree_on_7)], "test", 8)[0] == "i7"


def test_the_order_of_the_rows_and_of_the_runs_changes_nothing():
    other = [0.2, 0.6, 0.3, 0.4, 0.7, 0.4, 0.6, 0.8]
    plain = choose([saying(LABELS, P), saying(LABELS, other)], "test", 5)
    mixed = choose([saying(LABELS, other, [3, 1, 7, 0, 2, 6, 5, 4]), saying(LABELS, P, [7, 6, 5, 4, 3, 2, 1, 0])], "test", 5)
    assert plain == mixed


def test_more_than_there_are_gives_all_of_them():
    assert len(choose(saying(LABELS, P), "test", 100)) == 8


def test_what_is_evenly_ranked_has_both_ends():
    values = np.array([0.1, 0.9, 0.5, 0.7, 0.3])
    assert evenly_ranked(values, 3) == [1, 2, 0]
    assert evenly_ranked(values, 1) == [1]
    assert evenly_ranked(values[:2], 5) == [1, 0]


def test_what_is_evenly_spaced_has_both_ends():
    assert evenly_spaced(np.arange(10, 19), 3) == [10, 14, 18]
    assert evenly_spaced(np.array([3, 5]), 4) == [3, 5]
