from __future__ import annotations

import numpy as np
import pytest

from sightline.metrics.comparisons.family import holm, simultaneous


def test_holm_corrects_step_by_step() -> None:
    """By hand: 4 x 0.01, 3 x 0.015, then 2 x 0.02 and 1 x 0.03, which may not fall below the one before."""
    found = holm({"a": 0.03, "b": 0.01, "c": 0.02, "d": 0.015})
    assert found == pytest.approx({"a": 0.045, "b": 0.04, "c": 0.045, "d": 0.045})
    assert list(found) == ["a", "b", "c", "d"]


def test_holm_follows_its_definition() -> None:
    """The k-th smallest is refused unless all smaller ones hold, each against alpha / (m - k + 1)."""
    rng = np.random.default_rng(0)
    for _ in range(50):
        p = dict(enumerate(rng.random(8) ** 3))
        corrected = holm(p)
        for alpha in (0.01, 0.05, 0.2):
            holds = set()
            for k, name in enumerate(sorted(p, key=p.__getitem__)):
                if p[name] > alpha / (len(p) - k):
                    break
                holds.add(name)
            assert {name for name in p if corrected[name] <= alpha} == holds


def test_what_was_not_compared_does_not_count() -> None:
    assert holm({"a": 0.02, "b": None, "c": 0.9}) == {"a": 0.04, "b": None, "c": 0.9}
    assert holm({}) == {}
    assert holm({"a": 0.6, "b": 0.6}) == {"a": 1, "b": 1}


def test_equal_p_values_are_corrected_alike() -> None:
    assert len(set(holm(dict.fromkeys("abc", 0.01)).values())) == 1


def test_chance_finds_something_in_one_family_of_twenty_at_most() -> None:
    rng = np.random.default_rng(0)
    families = rng.random((1000, 20))
    assert np.mean(families.min(axis=1) < 0.05) > 0.6
    assert np.mean([min(holm(dict(enumerate(p))).values()) < 0.05 for p in families]) == pytest.approx(0.05, abs=0.02)


def test_simultaneous_intervals_share_the_error() -> None:
    assert simultaneous(0.95, 10) == pytest.approx(0.995)
    assert simultaneous(0.95, 1) == simultaneous(0.95, 0) == pytest.approx(0.95)
