"""Conformal sets hold the right class as often as asked, whatever the network is worth."""

from __future__ import annotations

import numpy as np
import pytest

from sightline.errors import UserError
from sightline.metrics.scores.conformal import conformal_sets, images_needed, rank, set_scores


def draw(rng: np.random.Generator, n: int, classes: int) -> tuple[np.ndarray, np.ndarray]:
    """A network that is half guessing and too sure."""
    labels = rng.integers(0, classes, n)
    logits = rng.normal(0, 2, (n, classes))
    logits[np.arange(n), labels] += 1.5
    said = np.exp(logits)
    return said / said.sum(axis=1, keepdims=True), labels


@pytest.mark.parametrize("classes", [2, 5])
@pytest.mark.parametrize(("n", "coverage"), [(9, 0.9), (25, 0.8), (99, 0.95)])
def test_marginal_coverage_by_simulation(n: int, coverage: float, classes: int) -> None:
    """Without ties the exact coverage is rank / (n + 1), which is at least what was asked for, and not much more."""
    rng = np.random.default_rng(0)
    held = []
    for _ in range(1500):
        said, labels = draw(rng, n + 20, classes)
        sets = conformal_sets(said[:n], labels[:n], coverage)
        held.append(sets(said[n:])[np.arange(20), labels[n:]].mean())
    exact = rank(n, coverage) / (n + 1)
    assert coverage <= exact < coverage + 1 / (n + 1)
    assert np.mean(held) == pytest.approx(exact, abs=4 * np.std(held) / np.sqrt(len(held)))


def test_ties_cost_nothing_but_size() -> None:
    """Answers of three values only: the coverage is at least what was asked for, since a class at q is inside."""
    rng = np.random.default_rng(1)
    held = []
    for _ in range(1500):
        labels = rng.integers(0, 2, 40)
        p = rng.choice([0.3, 0.6, 0.9], 40, p=[0.2, 0.3, 0.5])
        said = np.where(labels[:, None] == np.arange(2), p[:, None], 1 - p[:, None])
        held.append(conformal_sets(said[:20], labels[:20], 0.8)(said[20:])[np.arange(20), labels[20:]].mean())
    assert np.mean(held) > 0.8 - 4 * np.std(held) / np.sqrt(len(held))
    same = conformal_sets(np.full((20, 2), 0.5), np.repeat([0, 1], 10), 0.9)
    assert same(np.full((3, 2), 0.5)).all()


def test_the_rank_is_that_of_the_decimal_as_it_is_written() -> None:
    assert rank(9, 0.9) == 9  # 10 * 0.9 is 9.000000000000002 for some ways of writing it
    assert [rank(n, 0.95) for n in (19, 20)] == [19, 20]
    for coverage in (0.5, 0.8, 0.9, 0.95, 0.99, 0.999):
        n = images_needed(coverage)
        assert rank(n, coverage) <= n
        assert rank(n - 1, coverage) > n - 1


def test_too_few_validation_images_are_refused_by_their_number() -> None:
    said, labels = draw(np.random.default_rng(0), 98, 2)
    with pytest.raises(UserError, match=r"coverage: takes at least 99 validation images, and there are 98\."):
        conformal_sets(said, labels, 0.99)
    with pytest.raises(UserError, match=r"takes at least 9 validation images, and there is 1\."):
        conformal_sets(said[:1], labels[:1], 0.9)


def test_coverage_and_size_are_counted() -> None:
    sets = conformal_sets(np.tile([0.3, 0.7], (9, 1)), np.ones(9, int), 0.9)  # classes from a probability of 0.7
    said = np.array([[0.2, 0.8], [0.75, 0.25], [0.5, 0.5], [0.3, 0.7]])
    found = set_scores(sets, said, np.array([1, 1, 0, 1]), bootstrap=50)
    assert found.coverage.value == 0.5
    assert found.size.value == 0.75
    assert (found.asked, found.n, found.least) == (0.9, 9, pytest.approx(0.7))
    assert found.size.low < 0.75 < found.size.high


def test_a_coverage_of_all_is_no_certainty_but_a_size_of_one_is_a_size() -> None:
    sets = conformal_sets(np.tile([0.3, 0.7], (9, 1)), np.ones(9, int), 0.9)
    found = set_scores(sets, np.tile([0.2, 0.8], (20, 1)), np.ones(20, int), bootstrap=20)
    assert (found.coverage.value, found.coverage.method) == (1, "wilson")
    assert found.coverage.low == pytest.approx(0.8389, abs=1e-4)
    assert (found.size.value, found.size.low, found.size.high, found.size.method) == (1, 1, 1, None)


def test_as_many_images_as_are_needed_suffice() -> None:
    for n, coverage in ((9, 0.9), (4, 0.8), (1, 0.5)):
        assert conformal_sets(np.tile([0.3, 0.7], (n, 1)), np.ones(n, int), coverage).n == n
