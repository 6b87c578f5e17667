"""Pixel-wise cross-entropy against scikit-learn and torch."""

from __future__ import annotations

import pytest
import torch
from random_maps import ALL, A, R
from sklearn.metrics import log_loss

from sightline.losses.pixel_ce import PixelCrossEntropy, logits_of, pixel_cross_entropy


def test_pixel_ce_agrees_with_sklearn_and_torch():
    expected = [log_loss(r.flatten(), a.flatten()) for a, r in zip(A, R, strict=True)]
    assert pixel_cross_entropy(logits_of(A), R).tolist() == pytest.approx(expected, rel=1e-4)
    soft = torch.rand(3, 1, 5, 5)
    torch.testing.assert_close(
        PixelCrossEntropy()(A, soft, ALL, "unit"), torch.nn.functional.binary_cross_entropy(A, soft), rtol=1e-4, atol=1e-5
    )


def test_pixel_ce_pulls_at_a_pixel_that_is_wrong_beyond_doubt():
    """Evidence of -200 where the target is 1: the sigmoid is 0 in any precision, the gradient is not."""
    raw = torch.full((1, 1, 2, 2), -200.0, requires_grad=True)
    PixelCrossEntropy()(raw, torch.ones(1, 1, 2, 2), ALL[:1], "evidence").backward()
    torch.testing.assert_close(raw.grad, torch.full((1, 1, 2, 2), -0.25))


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_pixel_ce_is_finite_at_the_ends(value):
    unit = torch.full((1, 1, 2, 2), value, requires_grad=True)
    loss = PixelCrossEntropy()(unit, torch.full((1, 1, 2, 2), 1 - value), ALL[:1], "unit")
    loss.backward()
    assert 5 < loss < 20
    assert torch.isfinite(unit.grad).all()


def test_pixel_ce_of_a_soft_target_is_lowest_at_the_target():
    """Pitfall 5: each pixel is a probability of its own, not one share of a softmax."""
    soft = torch.rand(1, 1, 5, 5)
    best = pixel_cross_entropy(logits_of(soft), soft)
    for _ in range(10):
        assert pixel_cross_entropy(logits_of((soft + 0.1 * torch.randn_like(soft)).clamp(0, 1)), soft) > best


@pytest.mark.parametrize(("logit", "share"), [(8.0, 0.997), (10.0, 0.978), (12.0, 0.861), (14.0, 0.455), (17.0, 0.0)])
def test_001_07_how_much_of_its_gradient_a_map_in_0_to_1_keeps(logit, share):
    """Of a pixel that is wrong with certainty; computed from the logit itself, the slope is 1."""
    z = torch.full((1, 1, 1, 1), logit, requires_grad=True)
    loss = PixelCrossEntropy()(z.sigmoid(), torch.zeros(1, 1, 1, 1), torch.tensor([True]), "unit")
    (slope,) = torch.autograd.grad(loss, z)
    assert float(slope) == pytest.approx(share, abs=0.02)
