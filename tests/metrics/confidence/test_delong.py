from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from sightline.metrics.confidence.bootstrap import intervals
from sightline.metrics.confidence.delong import area_interval, area_test, areas, placements
from sightline.metrics.scores.ranks import auc, curves

# Ovarian cancer patients of DeLong et al. 1988: albumin, total protein, Krebs-Goplerud score, whether surgery helped. The 43 complete
# ones, as printed with their analysis in the SAS/STAT User's Guide, PROC LOGISTIC, "Comparing Receiver Operating Characteristic Curves".
PATIENTS = """
3.0 5.8 10 0  3.2 6.3 5 1  3.9 6.8 3 1  2.8 4.8 6 0  3.2 5.8 3 1  0.9 4.0 5 0  2.5 5.7 8 0  1.6 5.6 5 1  3.8 5.7 5 1  3.7 6.7 6 1
3.2 5.4 4 1  3.8 6.6 6 1  4.1 6.6 5 1  3.6 5.7 5 1  4.3 7.0 4 1  3.6 6.7 4 0  2.3 4.4 6 1  4.2 7.6 4 0  4.0 6.6 6 0  3.5 5.8 6 1
3.8 6.8 7 1  3.0 4.7 8 0  4.5 7.4 5 1  3.7 7.4 5 1  3.1 6.6 6 1  4.1 8.2 6 1  4.3 7.0 5 1  4.3 6.5 4 1  3.2 5.1 5 1  2.6 4.7 6 1
3.3 6.8 6 0  1.7 4.0 7 0  3.7 6.1 5 1  3.3 6.3 7 1  4.2 7.7 6 1  3.5 6.2 5 1  2.9 5.7 9 0  2.1 4.8 7 1  2.8 6.2 8 0  4.0 7.0 7 1
3.3 5.7 6 1  3.7 6.9 5 1  3.6 6.6 5 1
"""


def ovarian() -> tuple[np.ndarray, np.ndarray]:
    """(albumin, total protein, 10 - K-G) (3, 43), and who had a benefit."""
    table = np.array(PATIENTS.split(), dtype=float).reshape(-1, 4)
    return np.stack([table[:, 0], table[:, 1], 10 - table[:, 2]]), table[:, 3] == 1


def patients(seed: int, per: int = 3, n: int = 40) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Two classifiers' scores of `per` images of each of `n` patients, who are easy or hard as a whole; some patients have both classes."""
    rng = np.random.default_rng(seed)
    group = np.repeat(np.arange(n), per)
    positive = rng.random(n * per) < 0.4
    ease = 0.7 * rng.normal(size=n)[group] + positive
    a, b = (ease + 0.7 * rng.normal(size=n * per) for _ in range(2))
    return a, b, positive, group


def by_loops(scores: np.ndarray, positive: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """DeLong's eqs. 3 to 20, pair by pair."""
    x, y = scores[:, positive], scores[:, ~positive]
    k, m, n = len(scores), x.shape[1], y.shape[1]
    v10, v01 = np.zeros((k, m)), np.zeros((k, n))
    for r in range(k):
        for i in range(m):
            for j in range(n):
                psi = 1.0 if x[r, i] > y[r, j] else 0.5 if x[r, i] == y[r, j] else 0.0
                v10[r, i] += psi / n
                v01[r, j] += psi / m
    return v10.mean(axis=1), np.cov(v10) / m + np.cov(v01) / n


def test_the_published_example_of_ovarian_cancer() -> None:
    scores, positive = ovarian()
    area, covariance = areas(scores, positive)
    np.testing.assert_allclose(area, [0.7366, 0.6478, 0.7258], atol=5e-5)
    np.testing.assert_allclose(np.sqrt(covariance.diagonal()), [0.0927, 0.1000, 0.1028], atol=5e-5)
    albumin, protein = area_test(scores[0], scores[2], positive), area_test(scores[1], scores[2], positive)
    assert [albumin.value, albumin.se, albumin.low, albumin.high] == pytest.approx([0.0108, 0.0953, -0.1761, 0.1976], abs=6e-5)
    assert [protein.value, protein.se, protein.low, protein.high] == pytest.approx([-0.0780, 0.1046, -0.2830, 0.1271], abs=6e-5)
    assert (albumin.p, protein.p) == pytest.approx((0.9102, 0.4561), abs=5e-5)
    assert (albumin.z**2, protein.z**2) == pytest.approx((0.0127, 0.5554), abs=5e-5)


def test_areas_and_covariance_are_those_of_loops_over_all_pairs() -> None:
    scores, positive = ovarian()
    ours, theirs = areas(scores, positive), by_loops(scores, positive)
    np.testing.assert_allclose(ours[0], theirs[0])
    np.testing.assert_allclose(ours[1], theirs[1])
    np.testing.assert_allclose(ours[0], [roc_auc_score(positive, s) for s in scores])


def test_clustered_covariance_is_obuchowskis_sums_patient_by_patient() -> None:
    a, b, positive, group = patients(0)
    placed = placements(np.stack([a, b]), positive)
    m, n = positive.sum(), (~positive).sum()
    area = placed[:, positive].mean(axis=1)
    s10, s01, s11 = np.zeros((3, 2, 2))
    with_pos, with_neg, everyone = (len(set(group[mine])) for mine in (positive, ~positive, positive | True))
    for patient in set(group):
        own = group == patient
        x = placed[:, own & positive].sum(axis=1) - (own & positive).sum() * area
        y = placed[:, own & ~positive].sum(axis=1) - (own & ~positive).sum() * area
        s10 += np.outer(x, x) * with_pos / ((with_pos - 1) * m)
        s01 += np.outer(y, y) * with_neg / ((with_neg - 1) * n)
        s11 += np.outer(x, y) * everyone / (everyone - 1)
    np.testing.assert_allclose(areas(np.stack([a, b]), positive, groups=group)[1], s10 / m + s01 / n + (s11 + s11.T) / (m * n))


def test_groups_of_one_image_change_nothing() -> None:
    a, b, positive, _ = patients(1)
    alone = areas(np.stack([a, b]), positive, groups=[f"p{i}" for i in range(len(a))])
    np.testing.assert_allclose(alone[1], areas(np.stack([a, b]), positive)[1])


def test_clustered_intervals_are_those_of_drawing_whole_patients() -> None:
    a, b, positive, group = patients(2, per=5, n=80)
    drawn = intervals(
        lambda w: {"a": auc(*curves(a, positive, w)), "a-b": auc(*curves(a, positive, w)) - auc(*curves(b, positive, w))},
        len(a),
        groups=group,
        bootstrap=2000,
    )
    closed = {"a": area_interval(a, positive, groups=group), "a-b": area_test(a, b, positive, groups=group)}
    naive = area_interval(a, positive)
    for name in closed:
        assert closed[name].high - closed[name].low == pytest.approx(drawn[name].high - drawn[name].low, rel=0.12)
    assert closed["a"].high - closed["a"].low > 1.05 * (naive.high - naive.low)


def test_p_is_uniform_where_two_classifiers_are_equally_good() -> None:
    found = [area_test(*patients(seed, per=1, n=60)[:3]).p for seed in range(600)]
    assert np.mean(np.array(found) < 0.05) == pytest.approx(0.05, abs=0.02)
    assert np.mean(found) == pytest.approx(0.5, abs=0.04)


def test_what_cannot_be_computed_is_none() -> None:
    a, b, positive, _ = patients(0)
    nothing = area_test(a, b, positive | True)
    assert {nothing.value, nothing.low, nothing.high, nothing.se, nothing.z, nothing.p} == {None}
    one_patient = area_interval(a, positive, groups=["p"] * len(a))
    assert one_patient.value is not None
    assert one_patient.low is None
    assert area_interval(a, np.arange(len(a)) == 0).low is None
    assert area_test(positive * 1.0, ~positive * 1.0, positive).p is None


def test_a_classifier_does_not_differ_from_itself() -> None:
    a, _, positive, _ = patients(0)
    same = area_test(a, a * 3 + 1, positive)
    assert (same.value, same.low, same.high, same.z, same.p) == (0, 0, 0, 0, 1)


def test_bounds_stay_in_the_range() -> None:
    scores, positive = np.array([0.1, 0.2, 0.3, 0.45, 0.4, 0.8, 0.9]), np.array([0, 0, 0, 0, 1, 1, 1], bool)
    assert area_interval(scores, positive).high == 1
    turned = area_interval(-scores, positive)
    assert turned.low == 0
    assert 0 < turned.high < 1
    assert area_test(-scores, scores, positive).low == -1
    assert area_test(scores, -scores, positive).high == 1


def test_ten_thousand_images_are_not_compared_pair_by_pair() -> None:
    """A table of all pairs would take 200 MB, and minutes; ranks take neither."""
    a, b, positive, group = patients(0, per=1, n=10_000)
    tracemalloc.start()
    area_test(a, b, positive, groups=group)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 30e6
