"""The calibration that is fitted: it finds what was planted, and stays sane where the likelihood does not."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit, softmax

from sightline.metrics.calibrate import fit


def planted(temperature: float, n: int, classes: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Probabilities of a network whose logits are `temperature` times too large, and labels drawn from the right ones."""
    rng = np.random.default_rng(seed)
    logits = rng.normal(0, 1.5, (n, classes))
    right = softmax(logits, axis=1)
    labels = (rng.random((n, 1)) > right.cumsum(axis=1)).sum(axis=1).clip(0, classes - 1)
    return softmax(temperature * logits, axis=1), labels


@pytest.mark.parametrize("classes", [2, 5])
@pytest.mark.parametrize("temperature", [0.4, 1.0, 3.0])
def test_a_planted_temperature_is_recovered_within_its_error(temperature: float, classes: int) -> None:
    n = 4000
    found = [fit(*planted(temperature, n, classes, seed)) for seed in range(8)]
    logs = np.log([one.temperature for one in found])
    # the standard error of log T from the information of one parameter; a generous multiple for eight of them
    raised = np.log(planted(temperature, n, classes)[0]) / temperature
    p = softmax(raised, axis=1)
    information = n * ((p * raised**2).sum(axis=1) - (p * raised).sum(axis=1) ** 2).mean()
    error = 1 / np.sqrt(information)
    assert np.abs(logs - np.log(temperature)).max() < 4 * error
    assert abs(logs.mean() - np.log(temperature)) < 3 * error / np.sqrt(8)
    assert all(one.note == "" and one.n == n and one.intercept == 0 for one in found)


def test_platt_recovers_slope_and_shift_where_a_temperature_cannot() -> None:
    rng = np.random.default_rng(1)
    odds = rng.normal(0, 2, 6000)
    labels = (rng.random(6000) < expit(odds)).astype(int)
    said = expit(2 * odds + 1.5)  # too sure, and of a training with more of the last class
    both = np.column_stack([1 - said, said])
    found = fit(both, labels, "platt")
    assert found.slope == pytest.approx(0.5, abs=0.04)
    assert found.intercept == pytest.approx(-0.75, abs=0.08)
    assert found(both)[:, 1] == pytest.approx(expit(odds), abs=0.03)
    assert abs(fit(both, labels)(both)[:, 1].mean() - labels.mean()) > 3 * abs(found(both)[:, 1].mean() - labels.mean())


def test_the_fit_is_the_best_of_a_fine_grid_and_always_the_same() -> None:
    said, labels = planted(2.2, 60, 3)
    found = fit(said, labels)
    assert found == fit(said, labels)

    def loss(slope: float) -> float:
        raised = softmax(slope * np.log(said), axis=1)
        return float(-np.log(raised[np.arange(60), labels]).mean())

    grid = np.exp(np.linspace(np.log(0.05), np.log(20), 4001))
    assert loss(found.slope) <= min(map(loss, grid)) + 1e-9


@pytest.mark.parametrize("method", ["temperature", "platt"])
def test_images_of_one_class_fit_nothing_and_say_so(method: str) -> None:
    said, _ = planted(2.0, 12, 2)
    found = fit(said, np.ones(12, int), method)
    assert found(said) == pytest.approx(said)
    assert found.note == "Not fitted: all 12 validation images are of one class."


def test_where_all_is_right_the_network_is_made_no_surer_than_so_many_images_can_bear_out() -> None:
    labels = np.arange(12) % 2
    for p in (0.6, 0.8):
        said = np.where(labels[:, None] == np.arange(2), p, 1 - p)
        found = fit(said, labels)
        assert found(said).max(axis=1).mean() == pytest.approx(13 / 14)
        assert "all 12 validation images are classified rightly" in found.note
    surer = np.where(labels[:, None] == np.arange(2), 0.999, 0.001)
    assert fit(surer, labels)(surer) == pytest.approx(surer), "nor less sure than it is, which nothing asks for"
    separated = fit(said, labels, "platt")
    assert separated(said).max(axis=1) == pytest.approx(7 / 8, abs=1e-4), "Platt's targets"


def test_few_images_are_named_and_none_fit_nothing() -> None:
    said, labels = planted(1.0, 29, 3)
    assert fit(said, labels).note.startswith("Only 29 validation images")
    assert fit(*planted(1.0, 400, 3)).note == ""
    assert fit(said[:0], labels[:0]) is None
    assert fit(said, labels, "none") is None


def test_a_network_that_says_the_same_of_every_image_is_left_alone() -> None:
    flat, labels = np.full((40, 2), 0.5), np.repeat([0, 1], 20)
    assert fit(flat, labels).slope == 1
    assert fit(flat, np.repeat([0, 0, 0, 1], 10), "platt")(flat)[:, 1] == pytest.approx(0.25 * 11 / 12 + 0.75 / 32)


def test_a_network_that_is_wrong_most_of_the_time_becomes_unsure_and_keeps_its_order() -> None:
    said, labels = planted(1.0, 500, 2)
    for method in ("temperature", "platt"):
        found = fit(said, 1 - labels, method)
        assert found.slope == pytest.approx(1 / 20, rel=1e-6)
        assert "bound" in found.note


def test_certainties_that_left_no_room_for_the_other_class_are_no_obstacle() -> None:
    said = np.tile([[1.0, 0.0], [0.0, 1.0]], (50, 1))
    labels = np.where(np.arange(100) % 10 == 0, 1 - np.arange(100) % 2, np.arange(100) % 2)  # 90 of 100 right
    found = fit(said, labels)
    assert np.isfinite(found(said)).all()
    assert found(said)[0, 0] < 1


def test_platt_is_for_two_classes() -> None:
    with pytest.raises(ValueError, match="for two classes, not 3"):
        fit(*planted(1.0, 50, 3), "platt")


def test_thirty_images_are_no_longer_few() -> None:
    assert fit(*planted(1.0, 30, 3)).note == ""
