"""Explanations that need no attention source (002-19): what all methods have in common."""

from __future__ import annotations

import copy

import pytest
import torch

from sightline.explain.class_image import class_image
from sightline.explain.methods import METHODS
from sightline.explain.occlusion import occlusion

SIZE = 32
TARGET = torch.tensor([2, 0])


def test_each_image_is_explained_by_its_own_score(classifier, images):
    """Pitfall 23."""
    for explain in (*METHODS.values(), lambda *args: occlusion(*args, patch=8, stride=8)):
        both = explain(classifier, images, TARGET)
        single = torch.cat([explain(classifier, images[n : n + 1], TARGET[n : n + 1]) for n in range(2)])
        torch.testing.assert_close(both, single, rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("mode", [torch.enable_grad, torch.no_grad, torch.inference_mode])
@pytest.mark.parametrize(
    "explain",
    [
        lambda c, x: occlusion(c, x, TARGET, patch=16, stride=16),
        *(lambda c, x, method=method: method(c, x, TARGET) for method in METHODS.values()),
        lambda c, x: class_image(c, 1, SIZE, steps=2),
    ],
    ids=["occlusion of wide patches", *METHODS, "class image"],
)
def test_explaining_leaves_no_trace(classifier, images, explain, mode):
    """Pitfalls 9, 10, 13: gradients, modes, hooks, statistics, the images and the caller's random state are as before."""
    classifier.train()
    classifier.backbone.eval()
    for parameter in classifier.parameters():
        parameter.grad = torch.ones_like(parameter)
    state, modes, pixels = copy.deepcopy(classifier.state_dict()), [m.training for m in classifier.modules()], images.clone()
    random = torch.get_rng_state()
    with mode():
        found = explain(classifier, images)
    assert not found.requires_grad
    assert torch.equal(images, pixels)
    assert not images.requires_grad
    assert torch.equal(torch.get_rng_state(), random)
    assert [m.training for m in classifier.modules()] == modes
    assert all(parameter.grad.eq(1).all() for parameter in classifier.parameters())
    assert all(torch.equal(value, state[key]) for key, value in classifier.state_dict().items())
    assert sum(len(m._forward_hooks) + len(m._backward_hooks) for m in classifier.modules()) == 0
    assert torch.equal(explain(classifier, images), found), "dropout is off, and shifts are drawn from a seed"
