from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score
from sklearn.metrics import roc_curve as sklearns_roc_curve

from sightline.metrics.scores.ranks import roc_curve
from sightline.results.scores import Curve


def area(curve: Curve) -> float:
    return float(np.trapezoid(curve.tpr, curve.fpr))


def test_a_short_curve_is_sklearns_point_by_point() -> None:
    rng = np.random.default_rng(0)
    score, positive = rng.integers(0, 12, 60) / 12, rng.random(60) < 0.4
    curve, (fpr, tpr, _) = roc_curve(score, positive), sklearns_roc_curve(positive, score, drop_intermediate=False)
    np.testing.assert_allclose(np.interp(fpr[1:-1], curve.fpr, curve.tpr).sum(), np.interp(fpr[1:-1], fpr, tpr).sum())
    assert set(zip(curve.fpr, curve.tpr, strict=True)) <= set(zip(fpr.tolist(), tpr.tolist(), strict=True))
    assert area(curve) == pytest.approx(roc_auc_score(positive, score))


@pytest.mark.parametrize("shift", [0, 0.5, 3])
def test_a_long_curve_is_thinned_but_keeps_its_area(shift: float) -> None:
    rng = np.random.default_rng(1)
    positive = rng.random(5000) < 0.5
    score = rng.normal(size=5000) + shift * positive
    curve = roc_curve(score, positive)
    assert len(curve.fpr) <= 200
    assert area(curve) == pytest.approx(roc_auc_score(positive, score), abs=1e-3)
    assert curve.fpr[0] == curve.tpr[0] == 0
    assert curve.fpr[-1] == curve.tpr[-1] == 1
    assert (np.diff(curve.fpr) >= 0).all()
    assert (np.diff(curve.tpr) >= 0).all()


@pytest.mark.parametrize("n", [398, 400, 402, 796, 800, 1200])
@pytest.mark.parametrize("first", [True, False])
def test_a_regular_staircase_keeps_its_area(n: int, first: bool) -> None:
    """An even spacing keeps every second corner of it, all on the same side: the area would be off by 0.0025."""
    positive = (np.arange(n) % 2 == 0) == first
    curve = roc_curve(-np.arange(n), positive)
    assert len(curve.fpr) <= 200
    assert area(curve) == pytest.approx(roc_auc_score(positive, -np.arange(n)), abs=1e-3)


def test_one_class_only_has_no_curve() -> None:
    assert roc_curve(np.array([0.1, 0.2]), np.array([True, True])) == Curve(fpr=[], tpr=[])
    assert roc_curve(np.array([0.1, 0.2]), np.array([False, False])) == Curve(fpr=[], tpr=[])
