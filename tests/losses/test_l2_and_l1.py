"""Squared and absolute differences against scikit-learn."""

from __future__ import annotations

import pytest
import torch
from random_maps import ALL, A, R
from sklearn.metrics import mean_absolute_error, mean_squared_error

from sightline.losses.l1 import l1
from sightline.losses.l2 import L2, l2


@pytest.mark.parametrize(("ours", "oracle"), [(l2, mean_squared_error), (l1, mean_absolute_error)])
def test_differences_agree_with_sklearn(ours, oracle):
    expected = [oracle(r.flatten(), a.flatten()) for a, r in zip(A, R, strict=True)]
    assert ours(A, R).tolist() == pytest.approx(expected)


def test_the_unscaled_map_of_the_paper_is_a_setting():
    raw = torch.randn(3, 1, 5, 5) * 4
    torch.testing.assert_close(L2(squash="relu")(raw, R, ALL), (torch.relu(raw) - R).square().mean())


def test_000_26_a_zero_target_asks_for_a_weaker_map_and_a_scaled_map_cannot_be_weaker():
    """A nonsuspicious image: H is zero everywhere. The rectified map has to shrink; one over its maximum stays as it is."""
    raw, nothing, known = torch.rand(3, 1, 7, 7), torch.zeros(3, 1, 28, 28), torch.ones(3, dtype=torch.bool)

    def losses(squash):
        return [L2(squash=squash)(raw * scale, nothing, known, "evidence").item() for scale in (1, 0.1, 0.001)]

    whole, tenth, thousandth = losses("relu")
    assert (tenth, thousandth) == (pytest.approx(whole * 1e-2), pytest.approx(whole * 1e-6))
    assert losses("max") == pytest.approx([losses("max")[0]] * 3, rel=1e-4)
