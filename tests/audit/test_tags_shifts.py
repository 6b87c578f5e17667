"""Tags and permutations."""

from __future__ import annotations

import numpy as np
import pytest
from readers import SAMPLING

from sightline.audit.scores import log_odds
from sightline.audit.tags import by_tags
from sightline.types import Record


def data(effect: float, n: int = 80, seed: int = 0):
    """Two classes; the tag goes with class 1, and adds `effect` to the log-odds of class 1."""
    rng = np.random.default_rng(seed)
    labels = np.arange(n) % 2
    tagged = rng.random(n) < 0.3 + 0.4 * labels
    odds = 2 * labels - 1 + rng.normal(0, 0.5, n) + effect * tagged
    p = 1 / (1 + np.exp(-odds))
    records = [Record(f"r{i}", None, "ab"[labels[i]], tags={"ruler": bool(tagged[i]), "age": 40}) for i in range(n)]
    return records, labels, np.stack([1 - p, p], 1), tagged


def test_a_tag_that_only_goes_with_the_class_shifts_nothing_within_it():
    records, labels, probabilities, tagged = data(0)
    assert log_odds(probabilities[tagged, 1]).mean() - log_odds(probabilities[~tagged, 1]).mean() > 0.5, "across the classes it does"
    found = by_tags(records, labels, probabilities, ("a", "b"), np.arange(80), SAMPLING)
    assert set(found) == {"ruler"}
    change = found["ruler"].change["b"]
    assert change.low < 0 < change.high
    assert change.p > 0.05
    assert found["ruler"].tagged + found["ruler"].untagged == 80
    assert set(found["ruler"].by_group) == {"a, ruler", "a, no ruler", "b, ruler", "b, no ruler"}


def test_a_tag_that_moves_the_scores_is_found_with_its_size():
    records, labels, probabilities, _ = data(1)
    change = by_tags(records, labels, probabilities, ("a", "b"), np.arange(80), SAMPLING)["ruler"].change["b"]
    assert change.value == pytest.approx(1, abs=0.3)
    assert change.low > 0
    assert change.p < 0.001


def test_rare_tags_are_left_out():
    records, labels, probabilities, _ = data(0, n=12)
    rare = [Record(r.id, None, r.label, tags={"ruler": i < 2}) for i, r in enumerate(records)]
    assert by_tags(rare, labels, probabilities, ("a", "b"), np.arange(12), SAMPLING) == {}
