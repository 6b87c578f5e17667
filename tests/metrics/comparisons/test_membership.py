"""A group against the rest: the test finds what is there, keeps patients together, and leaves a rare class rare."""

from __future__ import annotations

import numpy as np
import pytest

from sightline.metrics.comparisons.membership import membership_test


def mean_of(values):
    return lambda weights: {"mean": weights @ values / weights.sum(axis=1)}


def test_p_is_the_share_of_divisions_that_part_as_much():
    """Of the C(8, 4) = 70 ways to pick four of eight images, two part right from wrong answers."""
    right, member = np.array([1.0, 1, 1, 1, 0, 0, 0, 0]), np.arange(8) < 4
    found = membership_test(mean_of(right), member, draws=20_000)["mean"]
    assert found.value == 1
    assert found.p == pytest.approx(2 / 70, rel=0.15)


def test_the_groups_as_they_are_count_as_one_of_the_deals():
    """So p is at least 1 / (1 + draws), and is that where no deal is as large: of 100 values the first half is far above the rest."""
    found = membership_test(mean_of(np.arange(100.0, 0, -1)), np.arange(100) < 50, draws=199)["mean"]
    assert found.p == pytest.approx(1 / 200)


def test_the_rest_is_the_mirror_image():
    values, member = np.random.default_rng(0).normal(size=30), np.arange(30) % 3 == 0
    one, other = (membership_test(mean_of(values), side)["mean"] for side in (member, ~member))
    assert (one.value, one.p) == (pytest.approx(-other.value), other.p)


def test_images_of_a_patient_are_dealt_out_together():
    """Ten patients with twenty alike images each are ten, not two hundred."""
    patients = np.repeat(np.arange(10), 20)
    values = (np.random.default_rng(1).normal(size=10) + (np.arange(10) < 5))[patients]
    member = patients < 5
    alone, together = (membership_test(mean_of(values), member, groups=groups)["mean"].p for groups in (None, patients))
    assert alone < 0.001
    assert together > 0.02


def test_within_classes_the_group_keeps_its_classes():
    """A group of which few images are ill is not judged by deals in which many are."""
    labels = np.array([1] * 3 + [0] * 27 + [1] * 30)
    member = np.arange(60) < 30
    seen = []

    def ill(weights):
        seen.append((weights @ labels).tolist())
        return {"mean": weights @ labels / weights.sum(axis=1)}

    membership_test(ill, member, within=labels, draws=50)
    assert {count for counts in seen for count in counts} == {3, 30}
    membership_test(ill, member, draws=50)
    assert len({count for counts in seen for count in counts}) > 2


def test_what_cannot_be_computed_has_no_p():
    found = membership_test(lambda weights: {"auc": np.full(len(weights), np.nan)}, np.arange(6) < 3)["auc"]
    assert (found.value, found.p) == (None, None)
