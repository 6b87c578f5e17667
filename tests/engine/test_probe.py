"""What is tried before a training leaves no trace in it."""

from __future__ import annotations

import copy

import torch

from sightline.attention.classifier import build
from sightline.data.loader import train_loader
from sightline.engine.prepare import prepare
from sightline.engine.probe import calibrate, probe_batch
from sightline.engine.train import check_gradient_paths, objective


def test_calibration_sets_the_weights_and_leaves_the_classifier_alone(tiny_recipe):
    losses = {"guidance": [{"name": "energy"}], "behaviour": [{"name": "mining"}]}
    recipe = tiny_recipe({"weighting": {"name": "calibrated", "batches": 2}}, losses=losses)
    data = prepare(recipe).datasets["train"]
    classifier, goal = build(recipe, 2), objective(recipe, data)
    before = copy.deepcopy(classifier.state_dict())
    calibrate(goal, classifier, train_loader(data, batch_size=8))

    assert all(torch.equal(before[k], v) for k, v in classifier.state_dict().items())
    assert all(p.grad is None for p in classifier.parameters())
    batch = next(iter(train_loader(data, batch_size=8)))
    _, _, measured, weights = goal(classifier.train(), batch, 0.0)
    assert 0.3 < weights["energy"] * measured["energy"].item() < 0.7  # 000-29: about 0.5 on average


def test_the_gradient_audit_leaves_no_trace(tiny_recipe):
    recipe = tiny_recipe(losses={"guidance": [{"name": "energy"}], "behaviour": [{"name": "background"}]})
    data = prepare(recipe).datasets["train"]
    classifier = build(recipe, 2)
    before, random = copy.deepcopy(classifier.state_dict()), torch.get_rng_state()
    check_gradient_paths(recipe, classifier, data)
    assert all(torch.equal(before[k], v) for k, v in classifier.state_dict().items())
    assert all(p.grad is None for p in classifier.parameters())
    assert torch.equal(random, torch.get_rng_state())


def test_the_probe_batch_shows_annotations_areas_to_avoid_and_both_classes(tiny_recipe):
    batch = probe_batch(prepare(tiny_recipe()).datasets["train"])
    assert batch.known.all()
    assert set(batch.labels.tolist()) == {0, 1}
    assert (batch.avoid.amax((1, 2, 3)) > 0).any()
