"""Switching single units off (002-21)."""

from __future__ import annotations

import copy

import numpy as np
import pytest
import torch

from sightline.attention.classifier import build, wrap
from sightline.explain import ablation
from sightline.explain.ablation import effects, switched_off
from sightline.explain.feature_maps import layers_of

SIZE = 32


@pytest.fixture
def images():
    return torch.rand(6, 3, SIZE, SIZE)


def classifier(tiny_recipe, **settings):
    return build(tiny_recipe({key.replace("__", "."): value for key, value in settings.items()}), 3).eval()


def hooks(module):
    return sum(len(m._forward_hooks) + len(m._forward_pre_hooks) for m in module.modules())


def test_without_a_unit_the_scores_lose_just_its_class_activation(tiny_recipe, images, monkeypatch):
    """On GAP and a linear layer the effect is known in closed form: minus the weight times the mean of the map."""
    found = classifier(tiny_recipe)
    layer = layers_of(found.backbone, images)[-1]
    monkeypatch.setattr(ablation, "switched_off", None)  # the head alone runs again
    with torch.no_grad():
        pooled = found.backbone(images).last.mean((0, 2, 3))  # (K,)
        expected = -(found.head.linear.weight * pooled).T.numpy()  # (K, C)
    changes = effects(found, layer, images, np.zeros(6, int))
    assert np.allclose(changes.scores, expected, atol=1e-5)


@pytest.mark.parametrize("number", [0, 2, -1])
@pytest.mark.parametrize("settings", [{}, {"backbone__name": "test_vit", "backbone__stride": None}, {"backbone__name": "cnn4"}], ids=str)
def test_the_effect_is_that_of_a_network_whose_unit_is_zero(tiny_recipe, images, settings, number):
    """Whether the whole network runs again or its head alone, and whatever the layout of its layers."""
    found = classifier(tiny_recipe, **settings)
    layer = layers_of(found.backbone, images)[number]
    labels = np.array([0, 1, 2, 0, 1, 2])
    changes = effects(found, layer, images, labels)
    module = found.backbone.net.get_submodule(layer.end)
    forward = module.forward
    unit = layer.filters // 2
    with torch.no_grad():
        whole = found(images)

        def cut(*args, **options):
            out = forward(*args, **options).clone()
            out[(slice(None),) * layer.axis + (unit,)] = 0
            return out

        module.forward = cut
        without = found(images)
    assert np.allclose(changes.scores[unit], (without - whole).mean(0), atol=1e-5)
    assert changes.flips[unit] == pytest.approx((without.argmax(1) != whole.argmax(1)).float().mean().item())
    right = [(found_.argmax(1).numpy() == labels).mean() for found_ in (whole, without)]
    assert changes.accuracy[unit] == pytest.approx(right[1] - right[0])


def test_switching_off_changes_what_comes_after_and_nothing_else(tiny_recipe, images):
    found = classifier(tiny_recipe, backbone__name="cnn4", backbone__stride=None)
    layer = layers_of(found.backbone, images)[7]
    with torch.no_grad():
        before = found.backbone(images).last
        with switched_off(found.backbone, layer, 3):
            during = found.backbone(images).last
        after = found.backbone(images).last
    assert during[:, 3].eq(0).all()
    others = [k for k in range(64) if k != 3]
    assert torch.equal(during[:, others], before[:, others])
    assert torch.equal(after, before)


def test_it_leaves_no_trace_even_after_an_exception(tiny_recipe, images):
    found = classifier(tiny_recipe).train()
    state = copy.deepcopy(found.state_dict())
    layer = layers_of(found.backbone, images)[1]
    effects(found, layer, images, np.zeros(6, int))
    with pytest.raises(RuntimeError), switched_off(found.backbone, layer, 0):
        found(torch.rand(2, 5, SIZE, SIZE))
    assert hooks(found) == 0
    assert found.training
    assert all(torch.equal(value, state[key]) for key, value in found.state_dict().items())
    assert all(p.grad is None for p in found.parameters())


def test_a_wrapped_network_can_lose_units_too(images):
    net = torch.nn.Sequential(
        torch.nn.Conv2d(3, 4, 3), torch.nn.ReLU(), torch.nn.AdaptiveAvgPool2d(1), torch.nn.Flatten(), torch.nn.Linear(4, 2)
    )
    found = wrap(net, "1", image_size=SIZE)
    with torch.no_grad():
        expected = -(net[4].weight * net[:4](images).mean(0)).T.numpy()
    changes = effects(found, layers_of(found.backbone, images)[0], images, np.array([0, 1] * 3))
    assert np.allclose(changes.scores, expected, atol=1e-5)
