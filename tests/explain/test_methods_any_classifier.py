"""Explanations that need no attention source (002-19): occlusion, input gradient, class image, and what all methods have in common."""

from __future__ import annotations

import copy

import pytest
import torch
from captum.attr import Occlusion, Saliency
from torch import nn

from sightline.attention.classifier import build
from sightline.explain.class_image import class_image
from sightline.explain.gradient import input_gradient
from sightline.explain.methods import METHODS
from sightline.explain.occlusion import occlusion

SIZE = 32
TARGET = torch.tensor([2, 0])


@pytest.fixture
def classifier(tiny_recipe):
    """With batch norm and a head with dropout, so that the mode matters."""
    return build(tiny_recipe({"head.dropout": 0.5}), 3).eval()


@pytest.fixture
def images():
    return torch.rand(2, 3, SIZE, SIZE)


@pytest.mark.parametrize(("patch", "stride"), [(8, 8), (8, 4), (7, 5), (32, 16), (5, 3)])
def test_occlusion_is_captums(classifier, images, patch, stride):
    expected = Occlusion(classifier).attribute(
        images, (3, patch, patch), (3, stride, stride), baselines=0.5, target=TARGET, perturbations_per_eval=4
    )
    found = occlusion(classifier, images, TARGET, patch=patch, stride=stride)
    assert found.shape == (2, 1, SIZE, SIZE)
    for channel in range(3):
        torch.testing.assert_close(found[:, 0], expected[:, channel].to(found), rtol=1e-4, atol=1e-5)


def test_occlusion_finds_the_one_place_that_decides():
    def brightness(images: torch.Tensor) -> torch.Tensor:
        return torch.stack([images[:, 0, 20:24, 4:8].mean((1, 2)), torch.zeros(len(images))], 1)

    class Corner(nn.Module):
        def forward(self, x):
            return brightness(x)

    found = occlusion(Corner(), torch.ones(1, 3, SIZE, SIZE), torch.tensor([0]), patch=4, stride=4, fill=0.0)[0, 0]
    assert found[20:24, 4:8].eq(1).all()
    assert found.sum() == 16


def test_the_gradient_is_captums(classifier, images):
    expected = Saliency(classifier).attribute(images.clone().requires_grad_(), target=TARGET, abs=True).amax(1, keepdim=True)
    torch.testing.assert_close(input_gradient(classifier, images, TARGET), expected)


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


class Red(nn.Module):
    """Score 0 is how red an image is, score 1 how blue."""

    def __init__(self):
        super().__init__()
        self.gain = nn.Parameter(torch.tensor(10.0))

    def forward(self, x):
        return self.gain * (x[:, [0, 2]] - x[:, [2, 0]]).mean((2, 3))


@pytest.mark.parametrize(("target", "colour"), [(0, [1, 0.5, 0]), (1, [0, 0.5, 1])])
def test_the_image_of_a_colour_class_has_this_colour(target, colour):
    image = class_image(Red(), target, SIZE, steps=60)
    assert image.mean((1, 2)).tolist() == pytest.approx(colour, abs=0.05)
    assert 0 <= image.min() <= image.max() <= 1


def test_a_shift_moves_what_is_seen_and_the_step_goes_back_to_where_it_came_from():
    class Spot(Red):
        def forward(self, x):
            return super().forward(x[:, :, 8:10, 8:10])

    still, moved = (class_image(Spot(), 0, SIZE, steps=20, decay=0, jitter=jitter, blur=0)[0] > 0.5 for jitter in (0, 3))
    rows, columns = (still.any(axis).nonzero().flatten().tolist() for axis in (1, 0))
    assert rows == columns == [8, 9]
    rows = moved.any(1).nonzero().flatten().tolist()
    assert len(rows) > 4
    assert 5 <= min(rows) <= max(rows) <= 12


def test_the_penalty_keeps_an_image_near_grey():
    free, kept = (class_image(Red(), 0, SIZE, steps=60, decay=decay) for decay in (0, 0.05))
    assert (kept - 0.5).abs().mean() < 0.7 * (free - 0.5).abs().mean()


def test_the_class_image_raises_the_score_of_its_class(classifier):
    grey = torch.full((1, 3, SIZE, SIZE), 0.5)
    for target in range(3):
        image = class_image(classifier, target, SIZE, steps=30)[None]
        margin = [(s[0, target] - s[0].mean()).item() for s in (classifier(image), classifier(grey))]
        assert margin[0] > margin[1]
