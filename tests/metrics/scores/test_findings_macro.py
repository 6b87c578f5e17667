"""Means over findings."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, roc_auc_score

from sightline.metrics.scores.findings import macro_scores
from sightline.metrics.scores.running_findings import epoch_findings

RNG = np.random.default_rng(0)
LABELS = RNG.integers(0, 2, (60, 3)).astype(float)
SAID = np.clip(LABELS * 0.2 + RNG.random((60, 3)) * 0.8, 0, 1)
LABELS[::7, 0] = np.nan
EPG = np.where(LABELS == 1, RNG.random((60, 3)), np.nan)


def each(score) -> list[float]:
    return [score(LABELS[known, c], SAID[known, c]) for c in range(3) for known in [~np.isnan(LABELS[:, c])]]


def test_means_over_findings_leave_out_what_is_not_known():
    found = macro_scores(LABELS, SAID, EPG, [0.5, 0.4, 0.6], bootstrap=50)
    assert found.auc.value == pytest.approx(np.mean(each(roc_auc_score)))
    assert found.average_precision.value == pytest.approx(np.mean(each(average_precision_score)))
    hits = [(SAID[LABELS[:, c] == 1, c] >= t).mean() for c, t in enumerate([0.5, 0.4, 0.6])]
    passed = [(SAID[LABELS[:, c] == 0, c] < t).mean() for c, t in enumerate([0.5, 0.4, 0.6])]
    assert found.sensitivity.value == pytest.approx(np.mean(hits))
    assert found.specificity.value == pytest.approx(np.mean(passed))
    assert found.balanced_accuracy.value == pytest.approx(np.mean([hits, passed]))
    assert found.epg.value == pytest.approx(np.mean([np.nanmean(EPG[:, c]) for c in range(3)]))
    assert found.auc.low < found.auc.value < found.auc.high


def test_without_thresholds_and_maps_their_scores_are_left_out():
    found = macro_scores(LABELS, SAID, np.full_like(EPG, np.nan), bootstrap=50)
    assert (found.sensitivity, found.specificity, found.balanced_accuracy, found.epg) == (None, None, None, None)


def test_a_finding_without_both_answers_is_left_out_of_the_mean():
    one = LABELS.copy()
    one[:, 2] = 0
    found = macro_scores(one, SAID, EPG, bootstrap=50)
    assert found.auc.value == pytest.approx(np.mean(each(roc_auc_score)[:2]))


def test_an_epoch_has_the_mean_and_each_finding():
    found = epoch_findings(LABELS, SAID, EPG, names=["a", "b", "c"])
    assert found["auc"] == pytest.approx(np.mean(each(roc_auc_score)))
    assert [found[f"auc[{name}]"] for name in "abc"] == pytest.approx(each(roc_auc_score))
    assert found["epg"] == pytest.approx(np.mean([np.nanmean(EPG[:, c]) for c in range(3)]))


def test_a_decision_falls_at_the_threshold_and_a_finding_without_one_is_left_out_of_decisions():
    labels, said = np.array([[1.0, 1], [1, 0], [0, 1], [0, 0]]), np.array([[0.5, 0.9], [0.4, 0.1], [0.5, 0.8], [0.1, 0.2]])
    found = macro_scores(labels, said, np.full((4, 2), np.nan), [0.5, None], bootstrap=5)
    assert (found.sensitivity.value, found.specificity.value, found.balanced_accuracy.value) == (0.5, 0.5, 0.5)
    assert found.auc.value == pytest.approx((0.625 + 1) / 2), "ranks need no threshold"


def test_a_finding_of_which_nothing_is_known_changes_nothing():
    more = [np.concatenate([of, np.full((60, 1), fill)], axis=1) for of, fill in ((LABELS, np.nan), (SAID, 0.5), (EPG, np.nan))]
    one, two = macro_scores(LABELS, SAID, EPG, [0.5] * 3, bootstrap=20), macro_scores(*more, [0.5] * 4, bootstrap=20)
    assert one == two


def test_patients_of_a_macro_score_are_drawn_whole():
    patients = np.repeat(np.arange(60), 4)
    thrice = [np.repeat(of, 4, axis=0) for of in (LABELS, SAID, EPG)]
    alone, grouped = macro_scores(LABELS, SAID, EPG), macro_scores(*thrice, groups=patients)
    assert grouped.auc.interval == pytest.approx(alone.auc.interval)
    assert grouped.epg.interval == pytest.approx(alone.epg.interval)
