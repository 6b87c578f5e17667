"""Where `train.compile` works and where it says that it does not. That compiled code computes the same is torch's own promise."""

from __future__ import annotations

import pytest
import torch

from sightline.attention.classifier import build
from sightline.engine.compiling import in_training, obstacle
from sightline.engine.train import train
from sightline.losses.objective import Objective


@pytest.mark.parametrize(
    ("sections", "devices", "said"),
    [
        ({}, 1, None),
        ({"losses": {"guidance": [{"name": "energy"}]}}, 1, None),
        ({}, 2, "several processes"),
        ({"attention": {"name": "gates"}}, 1, "reads layers inside"),
        ({"losses": {"behaviour": [{"name": "rrr"}]}}, 1, "runs the network again"),
    ],
)
def test_what_cannot_be_compiled_is_known_before(tiny_recipe, sections, devices, said):
    recipe = tiny_recipe(**sections)
    found = obstacle(build(recipe, 2), Objective(recipe.losses, recipe.weighting), devices)
    assert (found is None) if said is None else (said in found)


def test_only_training_steps_are_compiled_and_a_failure_is_said_once(monkeypatch):
    calls: list[str] = []
    said: list[str] = []

    def broken(plain, dynamic):
        def run(x):
            calls.append("compiled")
            raise RuntimeError("no compiler\nmore")

        return run

    monkeypatch.setattr(torch, "compile", broken)
    net = torch.nn.Linear(1, 1)
    run = in_training(net, lambda x: x + 1, said.append)
    net.eval()
    assert run(1) == 2
    assert calls == []
    net.train()
    assert run(1) == run(1) == 2
    assert calls == ["compiled"]
    assert said == ["train.compile: not compiled, since it failed here (no compiler)."]


@pytest.mark.parametrize(("attention", "networks"), [("cam", 1), ("own_region", 2)])
def test_a_training_compiles_its_backbone_and_leaves_it_as_it_was(tiny_recipe, tmp_path, monkeypatch, attention, networks):
    used: list[bool] = []

    def plainly(plain, dynamic):
        def run(*args):
            used.append(dynamic)
            return plain(*args)

        return run

    monkeypatch.setattr(torch, "compile", plainly)
    made: list[torch.nn.Module] = []
    monkeypatch.setattr("sightline.engine.train.build", lambda *args: made.append(build(*args)) or made[0])
    losses = {"guidance": [{"name": "pixel_ce"}]}
    recipe = tiny_recipe({"train.compile": True, "train.epochs": 1}, attention={"name": attention}, losses=losses)
    train(recipe, tmp_path / "run", say=lambda _: None)
    assert used == [False] * 3 * networks  # one for each batch of the epoch
    assert not any("raw" in vars(part) for part in made[0].backbone.modules())
