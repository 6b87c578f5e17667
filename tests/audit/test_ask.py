"""The answers of a classifier to an audit, batch by batch."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from readers import CORNER, INSIDE, Reader

from sightline.attention.classifier import GuidedClassifier, build
from sightline.audit.ask import BATCH, looks, maps_of, probabilities
from sightline.engine.decision import Decision
from sightline.recipe import recipe_from


@pytest.fixture(scope="module")
def guided() -> GuidedClassifier:
    tree = {"name": "small", "data": {"image_size": 32}, "backbone": {"name": "test_resnet"}, "attention": {"name": "cam"}}
    torch.manual_seed(0)
    return build(recipe_from(tree, "test"), 3).eval()


def test_probabilities_are_those_of_each_image_by_itself_and_every_image_is_asked_once() -> None:
    reader, images = Reader(INSIDE), torch.rand(BATCH + 3, 3, 32, 32)
    found = probabilities(reader, images)
    assert reader.asked == len(images)
    assert (found.shape, found.dtype) == ((BATCH + 3, 2), np.float64)
    for place in (0, BATCH - 1, BATCH, BATCH + 2):
        assert found[place] == pytest.approx(reader(images[place][None])[0].double().softmax(0).detach().numpy())


def test_looks_give_the_map_of_the_class_decided_for(guided: GuidedClassifier) -> None:
    images = torch.rand(5, 3, 32, 32)
    said, maps = looks(guided, images, Decision())
    decided = guided.look(images, torch.from_numpy(said.argmax(1)))
    assert said == pytest.approx(decided.logits.detach().double().softmax(1).numpy(), abs=1e-6)
    assert maps is not None
    assert maps.dtype == np.float32
    assert maps == pytest.approx(decided.first[:, 0].detach().numpy(), abs=1e-5)


def test_a_classifier_without_maps_gives_none() -> None:
    tree = {"name": "small", "data": {"image_size": 32}, "backbone": {"name": "test_resnet"}, "attention": {"name": "none"}}
    said, maps = looks(build(recipe_from(tree, "test"), 2).eval(), torch.rand(2, 3, 32, 32), Decision())
    assert said.sum(1) == pytest.approx([1, 1])
    assert maps is None


def test_maps_are_those_of_the_classes_asked_for(guided: GuidedClassifier) -> None:
    images, target = torch.rand(BATCH + 2, 3, 32, 32), np.arange(BATCH + 2) % 3
    found = maps_of(guided, images, target)
    expected = guided.look(images, torch.from_numpy(target)).first[:, 0].detach().numpy()
    assert found == pytest.approx(expected, abs=1e-5)
    assert not np.allclose(found, maps_of(guided, images, (target + 1) % 3))


def test_no_answer_has_a_gradient() -> None:
    reader = Reader(INSIDE, CORNER)
    images = torch.rand(4, 3, 32, 32)
    probabilities(reader, images)
    _, maps = looks(reader, images, Decision())
    assert maps is not None
    assert maps[:, 0, 0].min() == 1, "the reader marks its corner"
    assert torch.is_grad_enabled()
    assert reader.gain.grad is None
