"""Weights of losses: when they set in, how they grow, and what every weighting owes."""

from __future__ import annotations

import io
import math

import pytest
import torch
from weighted_losses import ENTRIES, losses

from sightline import catalog
from sightline.losses.weighting import Fixed, LossEntry, Weighting


def test_fixed_is_the_weighted_sum():
    total, weights = Fixed(ENTRIES)(losses(1.0, 2.0, 4.0), math.inf)
    assert total == 1 + 3 * 2 + 0.5 * 4
    assert weights == {"cross_entropy": 1, "l2": 3, "mining": 0.5}


def test_a_loss_sets_in_at_its_start_and_grows_over_its_ramp():
    fixed = Fixed(ENTRIES)
    l2 = [fixed(losses(0.0, 1.0, 0.0), e)[1]["l2"] for e in range(6)]
    assert l2 == pytest.approx([0, 0.75, 1.5, 2.25, 3, 3])
    assert [float(fixed(losses(0.0, 1.0, 0.0), e)[0].detach()) for e in range(6)] == pytest.approx(l2), "what is reported is what counts"
    assert [sorted(fixed.active(e)) for e in range(3)] == [["cross_entropy"], ["cross_entropy", "l2"], ["cross_entropy", "l2", "mining"]]


def test_losses_that_were_not_computed_have_weight_zero():
    total, weights = Fixed(ENTRIES)({"cross_entropy": torch.tensor(2.0)}, math.inf)
    assert total == 2
    assert weights == {"cross_entropy": 1, "l2": 0, "mining": 0}


def test_a_weight_of_zero_switches_off():
    """Pitfall 7 is found by the audit; here it costs nothing."""
    off = [ENTRIES[0], LossEntry("l2", "guidance", weight=0)]
    for name in catalog.places("weighting"):
        assert catalog.make("weighting", name, {}, off).active(5) == {"cross_entropy"}


@pytest.mark.parametrize("name", sorted(catalog.places("weighting")))
def test_every_weighting_keeps_to_the_contract(name):
    weighting = catalog.make("weighting", name, {}, ENTRIES)
    assert isinstance(weighting, Weighting)
    assert isinstance(weighting.needs_calibration, int)
    values = losses(1.0, 2.0, 4.0)
    total, weights = weighting(values, math.inf)
    total.backward()
    assert total.shape == ()
    assert list(weights) == [e.name for e in ENTRIES]
    for key, value in values.items():
        assert value.grad.item() == pytest.approx(weights[key])


@pytest.mark.parametrize("name", sorted(catalog.places("weighting")))
def test_state_survives_a_save(name):
    weighting, other = (catalog.make("weighting", name, {}, ENTRIES) for _ in range(2))
    weighting.calibrate([{"cross_entropy": 4.0, "l2": 0.1, "mining": 0.2}])
    for parameter in weighting.parameters():
        parameter.data.add_(0.3)
    file = io.BytesIO()
    torch.save(weighting.state_dict(), file)
    file.seek(0)
    other.load_state_dict(torch.load(file, weights_only=True))
    values = losses(1.0, 2.0, 4.0)
    assert weighting(values, math.inf)[0] == other(values, math.inf)[0]
