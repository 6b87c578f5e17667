"""Only a part of the classifier learns."""

from __future__ import annotations

import pytest
from safetensors.torch import load_file

from sightline.attention.classifier import build
from sightline.engine.still import held_still
from sightline.engine.train import train
from sightline.errors import UserError


def quiet(line: str) -> None:
    pass


def test_weights_learn_again_afterwards_and_those_that_never_did_still_do_not(tiny_recipe) -> None:
    classifier = build(tiny_recipe({"backbone.weights": "none"}), 2)
    first = next(classifier.backbone.parameters()).requires_grad_(False)
    with held_still(classifier, ["head"]):
        assert {name.partition(".")[0] for name, p in classifier.named_parameters() if p.requires_grad} == {"head"}
    with held_still(classifier, []):
        assert not first.requires_grad
        assert sum(not p.requires_grad for p in classifier.parameters()) == 1
    with pytest.raises(UserError, match=r"train\.only: source has no weights"), held_still(classifier, ["source"]):
        pass
    assert sum(not p.requires_grad for p in classifier.parameters()) == 1


def test_a_last_layer_is_trained_on_features_that_stay_as_they_are(tiny_recipe, tmp_path) -> None:
    """In a second stage; weights and batch-norm statistics of the backbone are those of a training without this stage."""
    losses = {"behaviour": [{"name": "background"}]}
    last = {"name": "last", "set": {"train.only": ["head"], "train.epochs": 1, "losses.classification.weight": 0}}
    once = {"train.epochs": 1, "train.select": "last"}
    one = train(tiny_recipe(once, losses=losses, stages=[{"name": "all"}]), tmp_path / "one", say=quiet)
    two = train(tiny_recipe(once, losses=losses, stages=[{"name": "all"}, last]), tmp_path / "two", say=quiet)
    before, after = (load_file(run.path / "model.safetensors") for run in (one, two))
    changed = {name.partition(".")[0] for name, value in before.items() if not value.equal(after[name])}
    assert changed == {"head"}
