"""Learning-rate factors and schedules against their closed forms."""

from __future__ import annotations

import math
from functools import partial

import pytest
import torch
from torch import nn

from sightline.config import Schedule, Train
from sightline.engine.optimise import optimiser, parameter_groups, schedule


def rates(settings: Schedule, epochs: int, steps: int, losses: list[float] | None = None) -> list[float]:
    train = Train.model_validate({"optimizer": {"name": "sgd", "lr": 1.0}})
    optimizer = optimiser(parameter_groups({"head": nn.Linear(1, 1)}, train), train)
    plan = schedule(optimizer, settings, epochs, steps)
    seen = []
    for i in range(epochs * steps):
        seen.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        plan.step(*([losses[i]] if losses else []))
    return seen


def test_layers_learn_at_their_own_rate():
    train = Train.model_validate({"optimizer": {"lr": 0.1, "weight_decay": 0.5}, "lr_factors": {"head": 10}})
    parts = {"backbone": nn.Linear(2, 2), "head": nn.Linear(2, 2), "losses": nn.Linear(1, 1)}
    groups = {g["name"]: g for g in optimiser(parameter_groups(parts, train), train).param_groups}
    assert groups["backbone"]["lr"] == pytest.approx(0.1)
    assert groups["head"]["lr"] == pytest.approx(1.0)
    assert groups["backbone"]["weight_decay"] == 0.5
    assert groups["losses"]["weight_decay"] == 0


def test_shared_and_frozen_parameters_are_listed_once_or_not_at_all():
    shared, frozen = nn.Linear(2, 2), nn.Linear(2, 2).requires_grad_(False)
    groups = parameter_groups({"backbone": shared, "head": nn.Sequential(shared, frozen)}, Train())
    assert [g["name"] for g in groups] == ["backbone"]


def test_step_drops_every_so_many_epochs():
    assert rates(Schedule(name="step", every=2, gamma=0.1), 5, 1) == pytest.approx([1, 1, 0.1, 0.1, 0.01])


def test_cosine_runs_over_all_steps():
    expected = [(1 + math.cos(math.pi * i / 6)) / 2 for i in range(6)]
    assert rates(Schedule(name="cosine"), 3, 2) == pytest.approx(expected)


def test_plateau_drops_after_as_many_epochs_without_improvement_as_it_says():
    losses = [3.0, 2.0, 2.0, 2.0, 2.0, 1.0]
    assert rates(Schedule(name="plateau", patience=2, gamma=0.1), 6, 1, losses) == pytest.approx([1, 1, 1, 1, 0.1, 0.1])
    assert rates(Schedule(name="plateau", patience=2, gamma=0.1), 5, 1, [1 - epoch * 1e-5 for epoch in range(5)]) == [1] * 5, (
        "any gain counts"
    )


def test_one_cycle_rises_and_falls():
    seen = rates(Schedule(name="one_cycle"), 5, 4)
    top = seen.index(max(seen))
    assert seen[top] == pytest.approx(1.0, rel=0.05)
    assert 0 < top < len(seen) - 1
    assert seen[-1] < 0.05


@pytest.mark.parametrize("name", ["sgd", "adam", "adamw", "adamax"])
def test_every_optimiser_moves_the_weights(name):
    train = Train.model_validate({"optimizer": {"name": name, "lr": 0.1}})
    layer = nn.Linear(3, 1)
    before = layer.weight.detach().clone()
    optimizer = optimiser(parameter_groups({"head": layer}, train), train)
    layer(torch.ones(1, 3)).sum().backward()
    optimizer.step()
    assert not torch.equal(before, layer.weight)


@pytest.mark.parametrize(
    ("settings", "theirs"),
    [
        ({"name": "adam"}, torch.optim.Adam),
        ({"name": "adamax"}, torch.optim.Adamax),
        ({"name": "sgd", "momentum": 0}, torch.optim.SGD),
        ({"name": "sgd", "momentum": 0.9}, partial(torch.optim.SGD, momentum=0.9)),
    ],
)
def test_004_11_optimisers_have_pytorchs_defaults(settings, theirs):
    train = Train.model_validate({"optimizer": settings | {"lr": 0.1}})
    parameters = [torch.zeros(2, requires_grad=True)]
    (ours,), (group,) = optimiser([{"params": parameters}], train).param_groups, theirs(parameters, lr=0.1).param_groups
    assert ours == group
