"""What a training does in its steps: losses that run away, what is logged, and how the learning rate falls by what is watched."""

from __future__ import annotations

import copy

import numpy as np
import pytest
import torch

from sightline.engine.module import Training
from sightline.engine.run import Run
from sightline.engine.train import train
from sightline.errors import UserError

GUIDED = {"guidance": [{"name": "energy", "classes": "all"}], "behaviour": [{"name": "background"}]}


def quiet(_: str) -> None:
    pass


def test_a_loss_that_is_not_a_number_stops_with_the_images(tiny_recipe, tmp_path, monkeypatch):
    step = Training.training_step

    def poisoned(self, batch, index):
        if self.current_epoch == 1:
            batch.images[0] = float("nan")
        return step(self, batch, index)

    monkeypatch.setattr(Training, "training_step", poisoned)
    with pytest.raises(UserError, match=r"epoch 1, batch 0: the loss is no longer a number .*phantom-train-"):
        train(tiny_recipe(), tmp_path / "run", say=quiet)
    checkpoint = torch.load(tmp_path / "run" / "last.ckpt", weights_only=True)
    assert all(torch.isfinite(v).all() for v in checkpoint["state_dict"].values() if v.is_floating_point())
    assert not Run(tmp_path / "run").finished


def test_a_step_learns_from_the_total_of_all_losses(tiny_recipe, tmp_path, monkeypatch):
    step, compared = Training.training_step, []

    def watched(self, batch, index):
        weight, drawn = next(self.classifier.parameters()), torch.get_rng_state()
        total = self.objective(self.classifier, batch, float(self.current_epoch))[0]
        (wanted,) = torch.autograd.grad(total, weight)
        torch.set_rng_state(drawn)  # whose background an image gets
        learnt_from = step(self, batch, index)
        (slope,) = torch.autograd.grad(learnt_from, weight, retain_graph=True)
        torch.testing.assert_close(slope, wanted)
        compared.append(float(learnt_from.detach()) - float(total.detach()))
        return learnt_from

    monkeypatch.setattr(Training, "training_step", watched)
    train(tiny_recipe({"train.epochs": 1}, losses=GUIDED), tmp_path / "run", say=quiet)
    assert compared == pytest.approx([0] * 3, abs=1e-5)


def test_000_42_a_loss_sets_in_at_the_epoch_of_its_start(tiny_recipe, tmp_path):
    losses = {"guidance": [{"name": "energy", "start": 1}], "behaviour": [{"name": "mining", "start": 1, "ramp": 2, "weight": 4}]}
    rows = train(tiny_recipe({"train.epochs": 3}, losses=losses), tmp_path / "run", say=quiet).history
    assert [row["weight/energy"] for row in rows] == [0, 1, 1]
    assert [row["weight/mining"] for row in rows] == pytest.approx([0, 4 / 3, 8 / 3], rel=1e-4)


def test_004_28_sigmas_and_alpha_are_logged_every_epoch(tiny_recipe, tmp_path):
    losses = {"guidance": [{"name": "selective_mse"}]}
    run = train(tiny_recipe({"weighting.name": "uncertainty"}, losses=losses), tmp_path / "run", say=quiet)
    first, second = run.history
    for symbol, start in (("sigma/cross_entropy", 1), ("sigma/selective_mse", 0.1), ("alpha/selective_mse", 1)):
        assert first[symbol] == pytest.approx(start, rel=0.05)
        assert second[symbol] != first[symbol]


def test_004_10_a_drop_of_the_learning_rate_goes_back_to_the_best_weights(tiny_recipe, tmp_path):
    """After the drop the rate is 0, so that the loss stays what it was in the best epoch so far."""
    schedule = {"name": "plateau", "patience": 1, "gamma": 0, "reload_best": True}
    restless = {"train.schedule": schedule, "train.optimizer.lr": 0.01, "train.epochs": 8, "backbone.freeze_batchnorm": True}
    run = train(tiny_recipe(restless), tmp_path / "run", say=quiet)
    losses, rates = [row["val/loss"] for row in run.history], [row["lr"] for row in run.history]
    drop = rates.index(0)
    assert losses[drop - 1] > min(losses[:drop])
    assert losses[drop:] == pytest.approx([min(losses[:drop])] * (8 - drop), rel=1e-5)


def test_004_10_sigmas_and_the_optimiser_s_memory_go_back_too_and_the_new_rate_stays(tiny_recipe, tmp_path, monkeypatch):
    states = []
    go_back = Training._go_back

    def watch(self, best, optimizer):
        go_back(self, best, optimizer)
        now = {"classifier": self.classifier, "objective": self.objective, "optimizer": optimizer}
        states.append((copy.deepcopy(best), copy.deepcopy({name: one.state_dict() for name, one in now.items()})))

    monkeypatch.setattr(Training, "_go_back", watch)
    schedule = {"name": "plateau", "patience": 1, "gamma": 0.5, "reload_best": True}
    restless = {
        "train.schedule": schedule,
        "train.optimizer": {"name": "adam", "lr": 0.05},
        "train.epochs": 8,
        "weighting.name": "uncertainty",
    }
    train(tiny_recipe(restless, losses=GUIDED), tmp_path / "run", say=quiet)
    assert states
    for best, now in states:
        for name in ("classifier", "objective"):
            assert all(torch.equal(now[name][key], value) for key, value in best[name].items())
        assert all(torch.equal(now["optimizer"]["state"][i]["exp_avg"], one["exp_avg"]) for i, one in best["optimizer"]["state"].items())
        assert now["optimizer"]["param_groups"][0]["lr"] < best["optimizer"]["param_groups"][0]["lr"]


def test_004_10_the_total_with_maps_and_sigmas_can_be_watched(tiny_recipe, tmp_path, monkeypatch):
    """By hand: L_ce / s^2 + L_sm / (2 s^2) + ln(1 + s) of both, of the sigmas and of alpha as they are at the end of the epoch."""
    totals = []
    step = Training.validation_step

    def watch(self, batch, index):
        step(self, batch, index)
        look = self.classifier.look(batch.images, batch.labels)
        of_class, of_map = self.objective.weighting.sigma().tolist()
        (loss,) = self.objective.guidance_losses().values()
        omega = look.maps["cam"].detach()
        psi = torch.nn.functional.adaptive_avg_pool2d(batch.roi, omega.shape[-2:])
        own = (torch.sigmoid(loss.alpha.item() * omega) - psi).square().mean().item()
        cross_entropy = torch.nn.functional.cross_entropy(look.logits, batch.labels).item()
        total = cross_entropy / of_class**2 + own / (2 * of_map**2) + np.log1p(of_class) + np.log1p(of_map)
        totals.append((len(batch), total))

    monkeypatch.setattr(Training, "validation_step", watch)
    settings = {"train.select": "val/total", "weighting": {"name": "uncertainty", "sigma_class": 0.7, "sigma_map": 0.3}, "train.epochs": 1}
    losses = {"guidance": [{"name": "selective_mse", "alpha": 1.5}]}
    (row,) = train(tiny_recipe(settings, attention={"name": "cam"}, losses=losses), tmp_path / "run", say=quiet).history
    assert [n for n, _ in totals] == [8, 4]
    assert row["val/total"] == pytest.approx((8 * totals[0][1] + 4 * totals[1][1]) / 12, rel=1e-4)


@pytest.mark.parametrize(("watched", "drops"), [("val/loss", True), ("val/total", False)])
def test_004_10_the_rate_falls_by_the_loss_that_is_watched(tiny_recipe, tmp_path, watched, drops):
    """Sigma of the classes falls from 100, and the total with it, in a network that does not learn."""
    settings = {
        "train.schedule": {"name": "plateau", "patience": 1, "gamma": 0.5, "watch": watched},
        "train.optimizer": {"name": "adam", "lr": 0.1},
        "train.lr_factors": {"backbone": 1e-9, "head": 1e-9},
        "train.epochs": 4,
        "backbone.freeze_batchnorm": True,
        "weighting": {"name": "uncertainty", "sigma_class": 100.0},
    }
    run = train(tiny_recipe(settings), tmp_path / "run", say=quiet)
    rates = [row["lr"] for row in run.history]
    assert (rates[-1] < rates[0]) is drops
