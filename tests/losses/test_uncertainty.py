from __future__ import annotations

import math

import pytest
import torch
from scipy.optimize import brentq, minimize_scalar
from weighted_losses import ENTRIES, losses

from sightline.losses.objective import Objective
from sightline.losses.selective_mse import SelectiveMSE
from sightline.losses.uncertainty import Uncertainty, regulariser
from sightline.losses.weighting import LossEntry
from sightline.recipe import load_recipe


@pytest.mark.parametrize(("loss", "sigma", "weight"), [(0.05, 0.413, 2.9), (0.01, 0.231, 9.4), (0.5, 1.0, 0.5)])
def test_stationary_point_of_equation_11(loss, sigma, weight):
    """s^3 = L (1 + s), and what follows for the weight."""
    exact = brentq(lambda s: s**3 - loss * (1 + s), 1e-6, 10)
    weighting = Uncertainty([LossEntry("l2", "guidance")]).double()
    optimiser = torch.optim.Adam(weighting.parameters(), lr=0.1)
    for _ in range(600):
        optimiser.zero_grad()
        weighting({"l2": torch.tensor(loss)}, 0)[0].backward()
        optimiser.step()
    assert weighting.sigma().item() == pytest.approx(exact, rel=1e-3)
    assert weighting.sigma().item() == pytest.approx(sigma, abs=1e-3)
    assert weighting({"l2": torch.tensor(loss)}, 0)[1]["l2"] == pytest.approx(weight, abs=0.05)


@pytest.mark.parametrize("form", ["ln(1+s)", "ln(1+s^2)", "ln s"])
@pytest.mark.parametrize("coefficients", ["kendall", "half"])
def test_the_learned_sigma_is_the_one_that_scipy_finds(form, coefficients):
    k = 0.5 if coefficients == "half" else 1.0
    weighting = Uncertainty([LossEntry("focal", "classification")], regulariser=form, coefficients=coefficients)
    formula = {"ln(1+s)": lambda s: math.log(1 + s), "ln(1+s^2)": lambda s: math.log(1 + s * s), "ln s": math.log}[form]
    best = minimize_scalar(lambda s: k * 0.3 / s**2 + formula(s), bounds=(0.05, 5), method="bounded").x
    weighting.log_sigma.data.fill_(math.log(best))
    total, _ = weighting({"focal": torch.tensor(0.3)}, 0)
    total.backward()
    assert total.item() == pytest.approx(k * 0.3 / best**2 + formula(best), rel=1e-5)
    assert weighting.log_sigma.grad.item() == pytest.approx(0, abs=1e-3)


def test_equation_11_as_it_starts():
    """004-06: sigma of the class loss 1, of the map small; kendall's coefficients by default."""
    _, weights = Uncertainty(ENTRIES)(losses(1.0, 1.0, 1.0), math.inf)
    assert weights == pytest.approx({"cross_entropy": 1.0, "l2": 3 * 0.5 / 0.01, "mining": 0.5}, rel=1e-5)
    _, weights = Uncertainty(ENTRIES, coefficients="half", sigma_map=0.5)(losses(1.0, 1.0, 1.0), math.inf)
    assert weights == pytest.approx({"cross_entropy": 0.5, "l2": 3 * 0.5 / 0.25, "mining": 0.25}, rel=1e-5)


@pytest.mark.parametrize(("cross_entropy", "map_loss"), [(0.4, 0.05), (0.05, 0.05)])
def test_004_28_a_small_sigma_of_the_maps_grows_until_both_losses_contribute_alike(cross_entropy, map_loss):
    """The map loss leads at first; both sigmas come to their balance, at which k L / s^2 is s / (2 (1 + s)), whatever the loss."""
    weighting = Uncertainty([ENTRIES[0], LossEntry("selective_mse", "guidance")])
    values = {"cross_entropy": torch.tensor(cross_entropy), "selective_mse": torch.tensor(map_loss)}
    optimiser = torch.optim.Adam(weighting.parameters(), lr=0.02)
    sigmas, parts = [], []
    for _ in range(600):
        optimiser.zero_grad()
        total, weights = weighting(values, 0)
        parts.append([weights[name] * value.item() for name, value in values.items()])
        sigmas.append(weighting.learned()["sigma/selective_mse"])
        total.backward()
        optimiser.step()
    assert sigmas[0] == pytest.approx(0.1)
    assert sigmas[:80] == sorted(sigmas[:80])
    balanced = [balance(2 * cross_entropy), balance(map_loss)]
    assert weighting.sigma().tolist() == pytest.approx(balanced, rel=1e-2)
    assert parts[-1] == pytest.approx([s / (2 * (1 + s)) for s in balanced], rel=1e-2)
    assert parts[0][1] / parts[0][0] > 6
    assert parts[-1][1] / parts[-1][0] < 1


def learnt(name: str, epochs: int) -> tuple[list[float], float, float]:
    """The sigmas, alpha and the map loss after some epochs of 758 images, with a class loss of 0.4 and a map that an alpha of 1.55 makes
    right, at the rate of a recipe."""
    recipe = load_recipe(name)
    objective = Objective(recipe.losses, recipe.weighting)
    rate = recipe.train.optimizer.lr * recipe.train.lr_factors.get("losses", 1)
    optimiser = torch.optim.Adam(objective.parameters(), lr=rate)
    (loss,) = objective.guidance_losses().values()
    evidence, roi, known = torch.tensor([[[[1.0, -1.0]]]]), torch.tensor([[[[1.0, 0.35]]]]), torch.tensor([True])
    for _ in range(epochs * -(-758 // recipe.train.batch_size)):
        optimiser.zero_grad()
        own = loss(evidence, roi, known, "evidence")
        objective.weighting({"cross_entropy": torch.tensor(0.4), "selective_mse": own}, 0)[0].backward()
        optimiser.step()
    return objective.weighting.sigma().tolist(), loss.alpha.item(), own.item()


def balance(weighted: float) -> float:
    """Where s^3 = L (1 + s)."""
    return brentq(lambda s: s**3 - weighted * (1 + s), 1e-6, 10)


def test_004_28_sigmas_and_alpha_reach_their_balance_at_the_rate_of_the_recipe():
    sigmas, alpha, own = learnt("ggcam", 20)
    assert sigmas == pytest.approx([balance(2 * 0.4), balance(own)], rel=0.05)
    assert alpha == pytest.approx(math.log(0.825 / 0.175), abs=0.05)


def test_004_06_from_where_the_program_starts_them_sigmas_are_finite_and_move():
    """Adam remembers the first gradients, of 1e19, so that sigma of the maps grows by a hundredth of a percent in each step."""
    (of_class, of_map), _, _ = learnt("ggcam-code", 20)
    assert of_class == pytest.approx(balance(2 * 0.4), rel=0.05)
    assert 10 < of_map / math.exp(-23) < 100


def test_sigma_stays_positive_and_004_s_regulariser_has_a_lower_bound():
    s = torch.tensor([1e-6, 1.0, 100.0])
    assert (regulariser(s, "ln(1+s)") >= 0).all()
    assert regulariser(s[:1], "ln s") < -10
    weighting = Uncertainty(ENTRIES)
    weighting.log_sigma.data.fill_(-50)
    assert (weighting.sigma() > 0).all()


def test_an_inactive_loss_adds_no_regulariser():
    weighting = Uncertainty(ENTRIES)
    total, _ = weighting({"cross_entropy": torch.tensor(1.0)}, 0)
    assert total.item() == pytest.approx(1 + math.log(2))
    total.backward()
    assert weighting.log_sigma.grad.tolist()[1:] == [0, 0]


@pytest.mark.parametrize("kind", ["guidance", "behaviour"])
def test_a_loss_that_had_nothing_to_compare_leaves_its_sigma_alone(kind):
    weighting = Uncertainty([ENTRIES[0], LossEntry("own", kind)])
    total, _ = weighting({"cross_entropy": torch.tensor(0.5), "own": torch.tensor(0.0)}, 0)
    total.backward()
    assert weighting.log_sigma.grad.tolist()[1] == 0


def test_004_29_a_batch_without_gaze_leaves_the_sigma_of_the_maps_alone():
    weighting = Uncertainty([ENTRIES[0], LossEntry("selective_mse", "guidance")])
    nothing = SelectiveMSE()(torch.randn(2, 1, 4, 4), torch.rand(2, 1, 8, 8), torch.zeros(2, dtype=torch.bool), "evidence")
    total, _ = weighting({"cross_entropy": torch.tensor(0.5), "selective_mse": nothing}, 0)
    total.backward()
    assert total.item() == pytest.approx(0.5 + math.log(2))
    of_class, of_map = weighting.log_sigma.grad.tolist()
    assert of_class == pytest.approx(-2 * 0.5 + 0.5)
    assert of_map == 0
