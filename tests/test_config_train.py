"""The settings of network, losses, optimisation and evaluation."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from sightline.config_train import Backbone, Evaluate, Head, Losses, Optimizer, Schedule, Stage, Train, WeightedLoss


def refused(section: type, message: str, **values: Any) -> None:
    with pytest.raises(ValidationError, match=message):
        section(**values)


@pytest.mark.parametrize("name", ["auto", "cpu", "gpu", "mps", "cuda:0", "cuda:15"])
def test_an_accelerator_is_a_kind_or_one_of_several_gpus(name: str) -> None:
    assert Train(accelerator=name).accelerator == name


@pytest.mark.parametrize("name", ["cuda", "cuda:", "cuda:-1", "cuda:1000", "tpu", "", "CPU", "cpu\n"])
def test_other_accelerators_are_refused(name: str) -> None:
    refused(Train, "no such accelerator. Give auto, cpu, gpu, mps, or one of several GPUs, e.g. cuda:1", accelerator=name)


def test_nesterov_needs_a_momentum_where_it_is_used() -> None:
    refused(Optimizer, "nesterov needs a momentum above 0. Set momentum, or nesterov: false", name="sgd", nesterov=True, momentum=0)
    assert Optimizer(name="sgd", nesterov=True).momentum == 0.9
    assert Optimizer(name="adam", nesterov=True, momentum=0).name == "adam"


def test_early_stopping_needs_a_metric_to_watch() -> None:
    refused(Train, "early_stop needs a validation metric to watch, and select is `last`", early_stop=3, select="last")
    assert Train(select="last").early_stop is None
    assert Train(early_stop=3).select == "val/auc"


@pytest.mark.parametrize("key", ["name", "title", "source", "deviations", "stages", "stages.0.name"])
def test_a_stage_sets_no_part_of_what_a_recipe_says_of_itself(key: str) -> None:
    refused(Stage, f"a stage cannot set '{key.partition('.')[0]}'. Leave it out", name="a", set={key: "x"})
    assert Stage(name="a", set={"train.epochs": 2}).set == {"train.epochs": 2}


def test_a_loss_has_a_weight_a_start_and_a_ramp_and_keeps_the_options_of_its_own() -> None:
    loss = WeightedLoss(name="energy", weight=2, classes="all")
    assert (loss.weight, loss.start, loss.ramp, loss.options) == (2, 0, 0, {"classes": "all"})
    assert Losses().classification.name == "cross_entropy"
    assert Losses().guidance == Losses().behaviour == []
    refused(WeightedLoss, "weight", name="energy", weight=-1)


@pytest.mark.parametrize(
    ("section", "wrong"),
    [
        (Backbone, {"stride": 3}),
        (Backbone, {"output_stride": 4}),
        (Backbone, {"mean": ()}),
        (Backbone, {"std": (0, 1, 1)}),
        (Head, {"hidden": (0,)}),
        (Head, {"dropout": 1}),
        (Schedule, {"name": "linear"}),
        (Schedule, {"watch": "val/auc"}),
        (Train, {"lr_factors": {"hed": 2}}),
        (Train, {"only": ("losses",)}),
        (Train, {"ema": 1}),
        (Train, {"loggers": ("csv",)}),
        (Evaluate, {"explain": "all"}),
        (Evaluate, {"bootstrap": 9}),
        (Evaluate, {"coverage": 1}),
        (Evaluate, {"point_within": -1}),
    ],
)
def test_what_cannot_be_meant_is_refused_by_its_name(section: type, wrong: dict[str, Any]) -> None:
    (name,) = wrong
    refused(section, rf"\n{name}\b", **wrong)
