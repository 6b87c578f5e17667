"""What is tried before a training leaves no trace in it."""

from __future__ import annotations

import copy
from collections import Counter
from types import SimpleNamespace

import pytest
import torch
from torch import nn

from sightline.attention.classifier import build
from sightline.config import Losses
from sightline.data.loader import train_loader
from sightline.engine.prepare import prepare
from sightline.engine.probe import calibrate, probe_batch
from sightline.engine.train import check_gradient_paths, objective, train
from sightline.losses.objective import Objective
from sightline.settings import Plugin
from sightline.types import Batch, Look


class Mirror(nn.Module):
    """Its map is the red of the image."""

    source = SimpleNamespace(reaches=(), class_specific=False)

    def look(self, images, target=None, every=False):
        return Look(images.mean((2, 3)), {"red": images[:, :1]}, {}, {"red": "evidence"})


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


def test_000_29_what_had_nothing_to_compare_is_not_measured_and_a_zero_is():
    """Two batches of an annotated and two of unknown images: the unknown ones do not count, the map that equals its target does."""
    losses = Losses.model_validate({"guidance": [{"name": "l2", "squash": "relu"}]})
    goal = Objective(losses, Plugin(name="calibrated", kinds=["guidance"]))
    roi = torch.zeros(1, 1, 8, 8)
    batches = [
        Batch(torch.full((1, 3, 8, 8), value), torch.tensor([0]), roi, torch.tensor([known]))
        for value, known in [(0.2, True), (0.0, True), (0.7, False), (0.9, False)]
    ]
    calibrate(goal, Mirror(), batches)
    measured = (0.2**2 + 0.0) / 2
    assert goal.weighting.weights[1].item() == pytest.approx(0.5 / measured, rel=1e-5)


def test_000_29_losses_are_measured_on_what_the_epochs_show(tiny_recipe, tmp_path, monkeypatch):
    """An epoch of oversampling shows all groups alike, and so must the batches by which weights are set."""
    shown: list[int] = []

    def spy(goal, classifier, loader):
        shown.extend(int(group) for batch in loader for group in batch.group)
        raise RuntimeError("seen enough")

    monkeypatch.setattr("sightline.engine.train.calibrate", spy)
    settings = {"data.balance": "oversample", "data.balance_by": ["ruler"], "weighting": {"name": "calibrated"}}
    recipe = tiny_recipe(settings, losses={"guidance": [{"name": "energy"}]})
    groups = Counter(prepare(recipe).datasets["train"].balanced.member)
    assert len(set(groups.values())) > 1
    with pytest.raises(RuntimeError, match="seen enough"):
        train(recipe, tmp_path / "run", say=lambda line: None)
    assert Counter(shown) == dict.fromkeys(groups, max(groups.values()))


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
