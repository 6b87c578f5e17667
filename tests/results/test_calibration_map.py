"""The calibration as a function: what it does to probabilities and to a threshold."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from scipy.special import softmax

from sightline.results.calibration import Calibration
from sightline.results.scores import Thresholds

slopes = st.floats(0.05, 20)
shares = st.floats(0, 1)


def test_dividing_logits_and_raising_probabilities_are_the_same() -> None:
    logits = np.random.default_rng(0).normal(0, 3, (2, 7, 4))
    found = Calibration(method="temperature", slope=0.4, n=10)(softmax(logits, axis=-1))
    assert found == pytest.approx(softmax(0.4 * logits, axis=-1))
    assert found.sum(axis=-1) == pytest.approx(1)


def test_platt_is_a_line_through_the_log_odds() -> None:
    said = np.array([[0.2, 0.8], [0.9, 0.1]])
    found = Calibration(method="platt", slope=0.5, intercept=-1, n=10)(said)
    assert np.log(found[:, 1] / found[:, 0]) == pytest.approx(0.5 * np.log(said[:, 1] / said[:, 0]) - 1)


@given(slope=slopes, intercept=st.floats(-5, 5), kept=shares, others=st.lists(shares, max_size=20))
def test_a_moved_threshold_decides_as_before(slope: float, intercept: float, kept: float, others: list[float]) -> None:
    calibration = Calibration(method="platt", slope=slope, intercept=intercept, n=10)
    last = np.array([*others, 0.0, 1.0])
    moved, calibrated = calibration.threshold(kept), calibration(np.column_stack([1 - last, last]))[:, 1]
    apart = np.abs(calibrated - moved) > 1e-12  # nearer than that is rounding
    assert ((calibrated >= moved) == (last >= kept))[apart].all()


@given(slope=slopes, rows=st.lists(st.tuples(shares, shares, shares).filter(lambda row: max(row) > 0.01), min_size=1, max_size=8))
def test_a_temperature_changes_no_most_probable_class(slope: float, rows: list[tuple[float, float, float]]) -> None:
    said = np.array(rows) / np.sum(rows, axis=1, keepdims=True)
    found = Calibration(method="temperature", slope=slope, n=10)(said)
    at = np.arange(len(rows))
    assert found[at, said.argmax(axis=1)] == pytest.approx(found.max(axis=1))


def test_what_is_given_is_not_changed() -> None:
    said = np.array([[0.3, 0.7]])
    Calibration(method="platt", slope=2, intercept=1, n=10)(said)
    assert said.tolist() == [[0.3, 0.7]]


def test_a_file_of_an_earlier_version_has_none_and_a_nonsensical_one_is_refused() -> None:
    assert Thresholds.model_validate({"from": "val", "decision": 0.4, "maps": {}}).calibration is None
    with pytest.raises(ValidationError):
        Calibration(method="temperature", slope=-1, n=3)
    kept = Thresholds(decision=None, maps={}, calibration=Calibration(method="temperature", slope=0.5, n=3))
    assert Thresholds.model_validate(kept.to_json()) == kept
