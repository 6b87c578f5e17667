from __future__ import annotations

import pytest
import torch
from scipy.stats import entropy
from tiny import Seen, Tiny, batch, look_of

from sightline.losses.necessity import Necessity, surprise


@pytest.mark.parametrize("expected", ["uniform", "prior"])
def test_necessity_is_the_divergence_from_knowing_nothing(expected):
    model, some = Seen(3), batch(5, classes=3)
    value = Necessity(expected=expected, margin=0)(model, look_of(model, some), some)
    assert model.images[..., :8, :8].std((2, 3)).max() < 1e-6
    torch.testing.assert_close(model.images[..., 8:, :], some.images[..., 8:, :])
    p = Tiny.forward(model, model.images).softmax(1).detach().numpy()
    nothing = [1 / 3] * 3 if expected == "uniform" else [2 / 5, 2 / 5, 1 / 5]
    assert value.item() == pytest.approx(sum(entropy(nothing, q) for q in p) / 5, rel=1e-4)


def test_knowing_nothing_costs_nothing():
    prior = torch.tensor([0.7, 0.3, 0.0])
    assert surprise(prior.log().clamp(min=-100)[None], prior).item() == pytest.approx(0, abs=1e-6)
    assert surprise(torch.zeros(1, 3), torch.full((3,), 1 / 3)).item() == pytest.approx(0, abs=1e-6)
    assert surprise(torch.tensor([[5.0, 0.0, 0.0]]), torch.full((3,), 1 / 3)) > 1
