from __future__ import annotations

import math

import pytest
import torch
from weighted_losses import ENTRIES, losses

from sightline.losses.calibrated import Calibrated
from sightline.losses.weighting import LossEntry


def test_calibration_follows_the_paper_s_rule():
    """000-29: max(class) = 2.0, mean(guidance) = 0.5, max(behaviour) = 0.5."""
    weighting = Calibrated(ENTRIES, batches=3)
    assert weighting.needs_calibration == 3
    history = [
        {"cross_entropy": 0.5, "l2": 0.001, "mining": 0.3},
        {"cross_entropy": 8.0, "mining": 0.1},  # a batch without annotated images
        {"cross_entropy": 1.0, "l2": 0.0018, "mining": 0.5},
    ]
    weighting.calibrate(history)
    weights = dict(zip((e.name for e in ENTRIES), weighting.weights.tolist(), strict=True))
    assert max(weights["cross_entropy"] * h["cross_entropy"] for h in history) == pytest.approx(2.0)
    assert max(weights["mining"] * h["mining"] for h in history) == pytest.approx(0.5)
    assert weights["l2"] * (0.001 + 0.0018) / 2 == pytest.approx(0.5)
    assert weights["l2"] == pytest.approx(360, rel=0.01)  # F5: what the paper's beta implies


def test_000_29_a_loss_of_zero_counts_for_the_average():
    """A dead map of an image without lesion meets its target: its box term is 0, and the paper's average is over every iteration."""
    weighting = Calibrated(ENTRIES)
    weighting.calibrate([{"l2": 0.0}, {"l2": 0.02}, {"l2": 0.0}, {"l2": 0.02}])
    assert weighting.weights[1].item() == pytest.approx(50.0)


def test_000_29_zeta_and_alpha_can_stay_as_printed():
    weighting = Calibrated(ENTRIES, kinds=("guidance",))
    weighting.calibrate([{"cross_entropy": 1.0, "l2": 0.02, "mining": 0.1}])
    assert weighting.weights.tolist() == pytest.approx([ENTRIES[0].weight, 25.0, ENTRIES[2].weight])


def test_calibration_makes_the_scale_of_a_loss_irrelevant():
    first, second = Calibrated(ENTRIES), Calibrated(ENTRIES)
    first.calibrate([{"cross_entropy": 1.0, "l2": 0.02, "mining": 0.1}])
    second.calibrate([{"cross_entropy": 1.0, "l2": 0.2, "mining": 0.1}])
    a = first(losses(1.0, 0.02, 0.1), math.inf)[0]
    b = second(losses(1.0, 0.2, 0.1), math.inf)[0]
    torch.testing.assert_close(a, b)


def test_what_could_not_be_measured_keeps_the_recipe_s_weight():
    weighting = Calibrated([*ENTRIES, LossEntry("l1", "guidance", weight=0)])
    weighting.calibrate([{"cross_entropy": 1.0, "l2": 0.0}, {"l1": 3.0}])
    assert weighting.weights.tolist() == [2.0, 3.0, 0.5, 0.0]
    weighting.calibrate([])
    assert weighting.weights.tolist() == [2.0, 3.0, 0.5, 0.0]
