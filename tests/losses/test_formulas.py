"""Guidance formulas against independent implementations."""

from __future__ import annotations

import math

import pytest
import torch
from scipy.spatial import distance
from scipy.special import expit
from sklearn.metrics import log_loss, mean_absolute_error, mean_squared_error

from sightline.losses.avoid import Avoid, avoid, erode
from sightline.losses.dice import Dice, dice
from sightline.losses.energy import FAINT, Energy, energy
from sightline.losses.inside_ce import EPS as FLOOR
from sightline.losses.inside_ce import InsideCrossEntropy, inside_cross_entropy
from sightline.losses.l1 import l1
from sightline.losses.l2 import L2, l2
from sightline.losses.outside import Outside, outside
from sightline.losses.pixel_ce import PixelCrossEntropy, logits_of, pixel_cross_entropy
from sightline.losses.selective_mse import SelectiveMSE
from sightline.metrics.scores.localisation import energy_inside

_random = torch.Generator().manual_seed(0)
A = torch.rand(3, 1, 5, 5, generator=_random)
R = (torch.rand(3, 1, 5, 5, generator=_random) > 0.5).float()
ALL = torch.ones(3, dtype=torch.bool)


@pytest.mark.parametrize(("ours", "oracle"), [(l2, mean_squared_error), (l1, mean_absolute_error)])
def test_differences_agree_with_sklearn(ours, oracle):
    expected = [oracle(r.flatten(), a.flatten()) for a, r in zip(A, R, strict=True)]
    assert ours(A, R).tolist() == pytest.approx(expected)


def test_pixel_ce_agrees_with_sklearn_and_torch():
    expected = [log_loss(r.flatten(), a.flatten()) for a, r in zip(A, R, strict=True)]
    assert pixel_cross_entropy(logits_of(A), R).tolist() == pytest.approx(expected, rel=1e-4)
    soft = torch.rand(3, 1, 5, 5)
    torch.testing.assert_close(
        PixelCrossEntropy()(A, soft, ALL, "unit"), torch.nn.functional.binary_cross_entropy(A, soft), rtol=1e-4, atol=1e-5
    )


def test_inside_ce_is_the_cross_entropy_with_one_over_the_roi_alone():
    lifted = (A + FLOOR) / (1 + FLOOR)
    for value, a, r in zip(inside_cross_entropy(A, R), lifted, R, strict=True):
        inside = a[r > 0]
        assert value.item() == pytest.approx(-math.fsum(math.log(x) for x in inside.tolist()) / len(inside), rel=1e-5)
    torch.testing.assert_close(inside_cross_entropy(torch.where(R > 0, A, 0.5), R), inside_cross_entropy(A, R))  # blind to the outside


def test_inside_ce_of_a_dead_pixel_is_bounded_and_pulls():
    unit = torch.zeros(1, 1, 2, 2, requires_grad=True)
    value = inside_cross_entropy(unit, torch.ones(1, 1, 2, 2)).sum()
    value.backward()
    assert value.item() == pytest.approx(math.log(1.01 / 0.01))
    torch.testing.assert_close(unit.grad, torch.full((1, 1, 2, 2), -1 / (4 * FLOOR)))


def test_inside_ce_as_in_the_source_never_wins_a_negative_pixel_over():
    raw, roi = torch.tensor([[[[2.0, -1.0], [1.0, -3.0]]]], requires_grad=True), torch.tensor([[[[1.0, 1.0], [1.0, 0.0]]]])
    pulls = []
    for squash in ("max", None):
        value = InsideCrossEntropy(squash=squash)(raw, roi, ALL[:1], "evidence")
        pulls.append(torch.autograd.grad(value, raw)[0][0, 0, 0, 1].item())
    assert pulls[0] == 0
    assert pulls[1] < -0.1


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


def test_dice_agrees_with_scipy_on_binary_maps_over_the_whole_batch():
    marked = (A > 0.5).float()
    assert float(dice(marked, R)) == pytest.approx(distance.dice(marked.flatten().bool(), R.flatten().bool()))


def test_dice_is_one_ratio_over_the_batch_so_that_empty_maps_need_no_smoothing():
    roi = R.clone()
    roi[1] = 0
    overlap = sum(float((a * r).sum()) for a, r in zip(A, roi, strict=True))
    total = sum(float(a.sum() + r.sum()) for a, r in zip(A, roi, strict=True))
    assert float(dice(A, roi)) == pytest.approx(1 - 2 * overlap / total)
    empty = torch.zeros(3, 1, 5, 5, requires_grad=True)
    value = Dice()(empty, torch.zeros(3, 1, 5, 5), ALL, "unit")
    value.backward()
    assert value == 0
    assert torch.isfinite(empty.grad).all()


def test_selective_mse_follows_the_printed_equations():
    loss = SelectiveMSE(alpha=2.5)
    assert loss.alpha.item() == pytest.approx(2.5)
    omega = torch.randn(3, 1, 5, 5)
    expected = ((expit(2.5 * omega.numpy()) - R.numpy()) ** 2).mean()
    assert loss(omega, R, ALL).item() == pytest.approx(expected, rel=1e-5)


def test_selective_mse_learns_its_scale():
    """Pitfall 1: in the authors' code the scale has no gradient at all. Here it grows on a map of the right sign and stays positive."""
    loss = SelectiveMSE()
    omega = 2 * R - 1
    loss(omega, R, ALL).backward()
    assert loss.log_alpha.grad < 0
    loss.log_alpha.data.fill_(-30)
    assert loss.alpha > 0


@pytest.mark.parametrize("shift", [0.0, -1.5])
def test_energy_is_one_minus_the_energy_based_pointing_game(shift):
    raw = torch.randn(20, 1, 6, 6) + shift
    roi = torch.rand(20, 1, 6, 6)
    expected = 1 - energy_inside(raw[:, 0].numpy(), roi[:, 0].numpy())
    positive = torch.relu(raw).sum((1, 2, 3)) >= FAINT * raw.abs().sum((1, 2, 3))
    assert positive.sum() >= 5
    torch.testing.assert_close(energy(raw, roi)[positive], torch.tensor(expected, dtype=torch.float32)[positive])


def test_energy_of_faint_maps_has_no_jump_and_no_exploding_gradient():
    """Close to no positive evidence the plain share has a gradient of 1 / (what is left)."""
    roi = torch.zeros(1, 1, 4, 4)
    roi[..., :2, :] = 1
    raw = -torch.rand(1, 1, 4, 4) - 0.5

    def at(level: float) -> tuple[float, float]:
        map = raw.clone()
        map[..., 0, 0] = map[..., 3, 3] = level / 2
        map.requires_grad_()
        value = energy(map, roi).sum()
        value.backward()
        return value.item(), map.grad.abs().max().item()

    assert at(1e-7)[0] == pytest.approx(at(-1e-7)[0], abs=1e-4)
    assert at(1e-7)[1] < 20
    border = FAINT * raw.abs().sum().item()
    assert at(border * 0.99)[0] == pytest.approx(at(border * 1.03)[0], abs=0.02)


def test_energy_of_a_dead_map_draws_even_negative_evidence_inside():
    roi = torch.zeros(1, 1, 4, 4)
    roi[..., :2, :] = 1
    inside, out = -roi - 0.01, -(1 - roi) - 0.01
    assert energy(inside, roi) < 0.1
    assert energy(out, roi) > 0.9
    assert energy(torch.zeros(1, 1, 4, 4), roi) == 1


def test_outside_counts_evidence_for_and_against_in_units_of_the_logit():
    raw = torch.tensor([[[[3.0, -1.0], [2.0, -6.0]]]])
    roi = torch.tensor([[[[1.0, 1.0], [0.0, 0.0]]]])
    assert outside(raw, roi).item() == pytest.approx((2 + 6) / 4)
    assert outside(raw, roi, relative=True).item() == pytest.approx(8 / 12)
    # a CAM's logit cannot change by more than this when all that lies outside is taken away
    assert abs(raw.mean() - (raw * roi).mean()) <= outside(raw, roi)


def test_weaker_evidence_lowers_the_plain_form_and_not_the_relative_one():
    raw, known = torch.randn(3, 1, 5, 5), ALL
    assert Outside()(raw / 10, R, known) < Outside()(raw, R, known) / 5
    torch.testing.assert_close(Outside(relative=True)(raw / 10, R, known), Outside(relative=True)(raw, R, known))


@pytest.mark.parametrize("loss", [Energy(), Outside(relative=True), Avoid(relative=True)])
@pytest.mark.parametrize("factor", [1e-4, 10.0, 1e4])
def test_shares_of_the_evidence_are_blind_to_its_scale(loss, factor):
    raw = torch.randn(3, 1, 5, 5)
    torch.testing.assert_close(loss(raw * factor, R, ALL), loss(raw, R, ALL))


@pytest.mark.parametrize("loss", [Outside(), Outside(relative=True), Energy()])
def test_a_region_over_the_whole_image_leaves_nothing_outside(loss):
    """Pitfall 18, on the side of the loss."""
    assert loss(torch.rand(3, 1, 7, 7), torch.ones(3, 1, 30, 30), ALL).item() == pytest.approx(0, abs=1e-6)


def test_avoid_is_outside_of_the_complement():
    raw = torch.randn(3, 1, 5, 5)
    expected = [
        sum(abs(x) * m for x, m in zip(a.flatten().tolist(), r.flatten().tolist(), strict=True)) / 25 for a, r in zip(raw, R, strict=True)
    ]
    assert avoid(raw, R).tolist() == pytest.approx(expected, rel=1e-5)


def test_eroding_takes_the_rim_off_but_not_at_the_image_border():
    mask = torch.zeros(1, 1, 9, 9)
    mask[..., 2:7, 0:5] = 1
    smaller = torch.zeros(1, 1, 9, 9)
    smaller[..., 3:6, 0:4] = 1
    assert torch.equal(erode(mask, 1), smaller)
    assert torch.equal(erode(mask, 0), mask)
    rim = mask - smaller
    assert Avoid(erode=1)(rim, mask, ALL[:1]) == 0
    assert Avoid()(rim, mask, ALL[:1]) > 0


def test_the_unscaled_map_of_the_paper_is_a_setting():
    raw = torch.randn(3, 1, 5, 5) * 4
    torch.testing.assert_close(L2(squash="relu")(raw, R, ALL), (torch.relu(raw) - R).square().mean())


def test_gazing_at_everything_costs_each_formula_something():
    everywhere = torch.full((3, 1, 5, 5), 1.0)
    for value in (l2(everywhere, R), l1(everywhere, R), energy(everywhere, R), outside(everywhere, R), dice(everywhere, R)):
        assert value.min() > 0.1
    assert math.isfinite(float(energy(everywhere, R).sum()))
