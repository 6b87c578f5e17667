"""The average of the weights: its formula, and that a training validates, keeps and saves it."""

from __future__ import annotations

import pytest
import torch
from safetensors.torch import load_file
from torch import nn

from sightline.engine.averaging import Average, decay_at
from sightline.engine.evaluate import evaluate
from sightline.engine.train import train


class Tied(nn.Module):
    """One weight under two names, and a counter, as batch norm has."""

    def __init__(self) -> None:
        super().__init__()
        self.one = nn.Linear(1, 1, bias=False)
        self.two = self.one
        self.register_buffer("count", torch.tensor(0))


def test_each_step_keeps_its_share_and_counters_are_copied():
    net = Tied()
    net.one.weight.data.fill_(1.0)
    average, expected = Average(net, 0.5), 1.0
    for step in range(12):
        net.one.weight.data.fill_(float(step))
        net.count.fill_(step)
        average.update()
        expected = decay_at(step, 0.5) * expected + (1 - decay_at(step, 0.5)) * step
    assert decay_at(11, 0.5) == 0.5
    with average.in_place():
        assert net.one.weight.item() == pytest.approx(expected)
        assert net.two is net.one
        assert net.count == 11
    assert net.one.weight.item() == 11.0


def test_the_average_goes_on_from_its_state_and_from_other_weights():
    net = Tied()
    average = Average(net, 0.9)
    net.one.weight.data.add_(1)
    average.update()
    again = Average(net, 0.9)
    again.load_state_dict(average.state_dict())
    assert again.step == 1
    assert all(torch.equal(one, two) for one, two in zip(again._average.values(), average._average.values(), strict=True))
    average.restart()
    with average.in_place():
        averaged = net.one.weight.clone()
    assert torch.equal(averaged, net.one.weight)


def test_what_is_validated_is_what_is_saved_and_not_the_weights_of_the_last_step(tiny_recipe, tmp_path):
    recipe = tiny_recipe({"train.ema": 0.9, "train.epochs": 1, "train.select": "last", "train.optimizer.lr": 0.01})
    run = train(recipe, tmp_path / "run", say=lambda _: None)
    last = torch.load(run.path / "last.ckpt", weights_only=True)["state_dict"]
    saved = load_file(run.path / "model.safetensors")
    assert any(not torch.equal(last[f"classifier.{name}"], tensor) for name, tensor in saved.items())
    assert evaluate(run, ["val"])["val"].classification.auc.value == pytest.approx(run.history[-1]["val/auc"], abs=1e-5)
