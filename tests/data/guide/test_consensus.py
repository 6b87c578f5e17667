"""One region of several readers, and their agreement."""

from __future__ import annotations

from typing import get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from sightline.data.guide.consensus import Merge, dice, kappa, merged, staple

MASKS = arrays.arrays(bool, st.tuples(st.integers(2, 4), st.integers(2, 6), st.integers(2, 6)))


def readers(truth: np.ndarray, sensitivity: list[float], specificity: list[float], seed: int = 0) -> np.ndarray:
    """What readers of these rates mark."""
    rng = np.random.default_rng(seed)
    chances = [np.where(truth, p, 1 - q) for p, q in zip(sensitivity, specificity, strict=True)]
    return np.stack([rng.random(truth.shape) < chance for chance in chances])


def by_pixel(masks: np.ndarray, steps: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The equations of Warfield et al. (14, 15, 18, 19), pixel by pixel and without any grouping."""
    marks = masks.reshape(len(masks), -1).astype(float)  # (R, N)
    f, p, q = marks.mean(), np.full(len(masks), 0.99999), np.full(len(masks), 0.99999)
    for _ in range(steps):
        a, b = np.full(marks.shape[1], f), np.full(marks.shape[1], 1 - f)
        for j, own in enumerate(marks):
            a = a * p[j] ** own * (1 - p[j]) ** (1 - own)
            b = b * q[j] ** (1 - own) * (1 - q[j]) ** own
        w = a / (a + b)
        p = (marks * w).sum(axis=1) / w.sum()
        q = ((1 - marks) * (1 - w)).sum(axis=1) / (1 - w).sum()
    return w.reshape(masks.shape[1:]), p, q


def test_staple_is_that_of_the_equations() -> None:
    truth = np.zeros((40, 40), bool)
    truth[10:30, 12:33] = True
    masks = readers(truth, [0.95, 0.8, 0.6], [0.97, 0.9, 0.99])
    found = staple(masks)
    w, p, q = by_pixel(masks, 400)
    assert np.allclose(found.probability, w, atol=1e-6)
    assert np.allclose([found.sensitivity, found.specificity], [p, q], atol=1e-6)


def test_staple_finds_the_rates_of_the_readers_and_trusts_the_better_ones() -> None:
    truth = np.zeros((200, 200), bool)
    truth[40:150, 50:160] = True
    rates = [0.95, 0.95, 0.55, 0.55, 0.55], [0.98, 0.98, 0.7, 0.7, 0.7]
    masks = readers(truth, *rates)
    found = staple(masks)
    assert np.allclose([found.sensitivity, found.specificity], rates, atol=0.03)
    assert dice(merged(masks, "staple"), truth) > 0.95 > dice(merged(masks, "majority"), truth)


def test_what_the_ways_of_merging_mean() -> None:
    masks = np.array([[[1, 1, 1, 0]], [[1, 1, 0, 0]], [[1, 0, 0, 0]]]) > 0
    sums: dict[Merge, list[int]] = {"union": [1, 1, 1, 0], "majority": [1, 1, 0, 0], "intersection": [1, 0, 0, 0]}
    for how, expected in sums.items():
        assert merged(masks, how).tolist() == [[bool(value) for value in expected]]
    assert merged(masks[:2], "majority").tolist() == [[True, True, False, False]], "half of two readers is not more than half"


@pytest.mark.parametrize("how", get_args(Merge))
@given(masks=MASKS)
def test_readers_who_agree_are_believed_and_the_merged_region_lies_between_the_extremes(how: Merge, masks: np.ndarray) -> None:
    same = np.repeat(masks[:1], 3, axis=0)
    assert np.array_equal(merged(same, how), masks[0])
    found = merged(masks, how)
    assert found.dtype == bool
    if how != "staple":
        assert not (merged(masks, "intersection") & ~found).any()
    assert not (found & ~merged(masks, "union")).any() or how == "staple"


@given(masks=MASKS)
def test_agreement_is_symmetric_and_complete_where_masks_are_equal(masks: np.ndarray) -> None:
    a, b = masks[0], masks[1]
    assert dice(a, b) == dice(b, a)
    assert kappa(a, b) == pytest.approx(kappa(b, a))
    assert dice(a, a) == 1
    assert kappa(a, a) in (None, 1)


def test_kappa_is_that_of_the_confusion_matrix() -> None:
    a, b = np.array([1] * 45 + [0] * 55) > 0, np.array([1] * 20 + [0] * 25 + [1] * 10 + [0] * 45) > 0
    observed, expected = 0.65, 0.45 * 0.30 + 0.55 * 0.70
    assert kappa(a, b) == pytest.approx((observed - expected) / (1 - expected))
    assert kappa(np.zeros(3, bool), np.zeros(3, bool)) is None
