from __future__ import annotations

import json
import time

import numpy as np
import pytest
from sklearn.metrics import balanced_accuracy_score

from sightline.metrics.scores.localisation import jaccard, upsample
from sightline.metrics.scores.thresholds import STEPS, decided, decision_at, decision_threshold, map_threshold, overlap_at, overlaps


def answers(n: int = 200, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Probabilities with ties, mostly far too low for the positives, and who is positive."""
    rng = np.random.default_rng(seed)
    positive = rng.random(n) < 0.2
    return (1 / (1 + np.exp(2.5 - rng.normal(size=n) - 1.5 * positive))).round(2), positive


def looked(n: int = 12, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Noisy maps (n, 7, 7) of squares, and the squares (n, 28, 28) as uint8."""
    rng = np.random.default_rng(seed)
    rois = np.zeros((n, 28, 28), np.uint8)
    for roi in rois:
        y, x = rng.integers(2, 14, size=2)
        roi[y : y + 10, x : x + 12] = 255
    return (rois[:, ::4, ::4] / 255 + 0.3 * rng.normal(size=(n, 7, 7))).astype(np.float32), rois


def test_no_other_threshold_has_a_higher_balanced_accuracy() -> None:
    scores, positive = answers()
    threshold, reached = decision_threshold(scores, positive)
    tried = [balanced_accuracy_score(positive, scores >= t) for t in np.linspace(0, 1, 201)]
    assert reached == pytest.approx(max(tried))
    assert balanced_accuracy_score(positive, scores >= threshold) == pytest.approx(reached)
    assert threshold < 0.4
    assert threshold not in scores


def test_classes_that_lie_apart_are_cut_in_the_middle_of_the_gap() -> None:
    assert decision_threshold(np.array([0.1, 0.2, 0.6, 0.9]), np.array([0, 0, 1, 1])) == pytest.approx((0.4, 1))


def test_of_equal_thresholds_the_one_nearest_to_a_half_is_taken() -> None:
    assert decision_threshold(np.array([0.1, 0.9, 0.2, 0.8]), np.array([0, 0, 1, 1])) == pytest.approx((0.85 - 0.7, 0.75))
    assert decision_threshold(np.full(4, 0.3), np.array([0, 0, 1, 1])) == pytest.approx((0.3, 0.5))


def test_one_class_has_no_threshold() -> None:
    assert decision_threshold(np.array([0.2, 0.4]), np.array([True, True])) is None
    found = decision_at(np.array([0.2, 0.4]), np.array([True, True]), 0.3)
    assert found.oracle is None
    assert (found.sensitivity.value, found.specificity.value, found.balanced_accuracy.value) == (0.5, None, None)


def test_a_decision_at_a_threshold_is_scored_as_it_falls() -> None:
    scores, positive = answers()
    found = decision_at(scores, positive, 0.25, bootstrap=200)
    said = scores >= 0.25
    assert found.sensitivity.value == pytest.approx(said[positive].mean())
    assert found.specificity.value == pytest.approx((~said)[~positive].mean())
    assert found.balanced_accuracy.value == pytest.approx(balanced_accuracy_score(positive, said))
    assert found.balanced_accuracy.low < found.balanced_accuracy.value < found.balanced_accuracy.high
    json.dumps(found.to_json(), allow_nan=False)


def test_the_oracle_is_never_below_the_kept_threshold() -> None:
    kept, _ = decision_threshold(*answers(seed=1))
    found = decision_at(*answers(seed=2), kept, bootstrap=20)
    assert found.oracle.balanced_accuracy >= found.balanced_accuracy.value
    own = decision_at(*answers(seed=1), kept, bootstrap=20)
    assert own.oracle.balanced_accuracy == pytest.approx(own.balanced_accuracy.value)
    maps = overlaps(*looked(), np.ones(12, bool))
    assert overlap_at(maps, 0.05).oracle.jaccard > overlap_at(maps, 0.05).jaccard.value


def test_overlaps_are_jaccard_at_every_threshold() -> None:
    maps, rois = looked(40)
    maps[3], maps[4], maps[5, 0, 0] = 1, -1.0 - rois[4, ::4, ::4], np.nan  # constant, without positive evidence, not finite
    found = overlaps(maps, rois, np.ones(40, bool))
    clean = np.where(np.isfinite(maps).all(axis=(1, 2), keepdims=True), maps, 0)
    for step, threshold in enumerate(STEPS):
        np.testing.assert_allclose(found[step], jaccard(upsample(clean, (28, 28)), rois / 255, threshold))
    np.testing.assert_allclose(overlaps(maps, rois / 255, np.ones(40, bool)), found)
    assert (found[:, 3:6] == 0).all()


def test_a_pixel_at_the_threshold_is_marked() -> None:
    roi = np.full((1, 1, 4), 1.0)
    found = overlaps(np.array([[[0.0, 0.25, 0.5, 1.0]]]), roi, np.ones(1, bool))[:, 0]
    assert dict(zip(STEPS.tolist(), found.tolist(), strict=True)).items() >= {0.25: 0.75, 0.3: 0.5, 0.5: 0.5, 0.55: 0.25}.items()


def test_unknown_and_empty_regions_are_not_judged() -> None:
    maps, rois = looked()
    rois[2] = 0
    found = overlaps(maps, rois, np.arange(12) != 7)
    assert np.flatnonzero(np.isnan(found).any(axis=0)).tolist() == np.flatnonzero(np.isnan(found).all(axis=0)).tolist() == [2, 7]
    nothing = overlaps(maps, rois, np.zeros(12, bool))
    assert map_threshold(nothing) is None
    assert overlap_at(nothing, 0.5).jaccard.value is None


def test_the_map_threshold_is_the_best_of_all_steps() -> None:
    maps, rois = looked()
    found = overlaps(maps, rois, np.ones(12, bool))
    threshold, reached = map_threshold(found)
    means = [jaccard(upsample(maps, (28, 28)), rois / 255, t).mean() for t in STEPS]
    assert (threshold, reached) == pytest.approx((STEPS[int(np.argmax(means))], max(means)))
    at = overlap_at(found, threshold, groups=np.arange(12) // 3, bootstrap=100)
    assert at.jaccard.value == pytest.approx(reached)
    assert at.oracle.to_json() == pytest.approx({"threshold": threshold, "jaccard": reached})
    assert overlap_at(found, 0.3).threshold == pytest.approx(0.3)


def test_a_hundred_maps_are_fast() -> None:
    maps, rois = looked(100)
    start = time.process_time()
    overlaps(maps, rois.repeat(8, axis=1).repeat(8, axis=2), np.ones(100, bool))  # 224 x 224
    assert time.process_time() - start < 2


def test_a_decision_is_for_the_most_probable_class_unless_a_threshold_is_kept() -> None:
    two, three = np.array([[0.8, 0.2], [0.7, 0.3], [0.4, 0.6]]), np.array([[0.2, 0.5, 0.3]])
    assert decided(two).tolist() == [0, 0, 1]
    assert decided(two, 0.3).tolist() == [0, 1, 1], "at the threshold: for the last class"
    assert decided(three).tolist() == [1]


def test_bytes_count_as_marked_from_the_middle_on() -> None:
    maps, bytes_ = np.array([[[1.0, 0.0, 0.0, 0.0]]]), np.array([[[255, 128, 127, 0]]], np.uint8)
    for rois in (bytes_, np.array([[[1.0, 0.5, 0.499, 0.0]]])):
        assert overlaps(maps, rois, np.ones(1, bool))[9, 0] == 0.5, "two pixels are marked, and the map finds one"


def test_a_constant_map_has_no_overlap_beside_others_that_have_some() -> None:
    roi = np.array([[[1.0, 1.0, 0.0, 0.0]]])
    found = overlaps(np.array([[[1.0, 1.0, 0.0, 0.0]], [[3.0] * 4], [[0.0, 0.0, 1.0, 1.0]]]), roi.repeat(3, 0), np.ones(3, bool))
    assert found.tolist() == [[1, 0, 0]] * len(STEPS)


def test_an_image_at_the_threshold_is_decided_for_the_class() -> None:
    found = decision_at(np.array([0.3, 0.2, 0.3, 0.2]), np.array([1, 1, 0, 0]), 0.3, bootstrap=5)
    assert (found.sensitivity.value, found.specificity.value) == (0.5, 0.5)


def test_the_step_that_is_nearest_is_taken() -> None:
    maps = overlaps(*looked(), np.ones(12, bool))
    assert [overlap_at(maps, t, bootstrap=5).threshold for t in (0.0, 0.32, 0.33, 1.0)] == pytest.approx([0.05, 0.3, 0.35, 0.95])
