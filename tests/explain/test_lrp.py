from __future__ import annotations

import pytest
import torch
from captum.attr import LRP
from captum.attr._utils.lrp_rules import EpsilonRule, GammaRule
from timm.layers import BatchNormAct2d
from torch import nn
from torch.nn import functional as F

from sightline.attention.classifier import build, wrap
from sightline.errors import UserError
from sightline.explain.lrp import GAMMA, lrp
from sightline.explain.methods import by, require_support

TARGET = torch.tensor([2, 0])


def chain(bias: bool) -> nn.Sequential:
    """Nothing but layers that captum knows, with its own way of flattening."""
    flat = nn.Flatten()
    flat.rule = EpsilonRule()
    return nn.Sequential(
        nn.Conv2d(3, 8, 3, bias=bias), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(8, 8, 3, bias=bias), nn.ReLU(),
        nn.AdaptiveAvgPool2d(2), flat, nn.Linear(32, 16, bias=bias), nn.ReLU(), nn.Linear(16, 3, bias=bias),
    )  # fmt: skip


class Residual(nn.Module):
    """Branches that are added, ReLU and pooling outside of layers, batch norm with statistics."""

    def __init__(self, bias: bool = True) -> None:
        super().__init__()
        self.first, self.norm = nn.Conv2d(3, 8, 3, padding=1, bias=False), nn.BatchNorm2d(8)
        self.second, self.head = nn.Conv2d(8, 8, 3, padding=1, bias=bias), nn.Linear(8, 3, bias=bias)
        self.norm.running_mean.normal_()
        self.norm.running_var.uniform_(0.5, 2)

    def forward(self, x):
        x = F.relu(self.norm(self.first(x)))
        return self.head(F.relu(x + self.second(x)).mean((2, 3)))


@pytest.fixture
def images():
    return torch.rand(2, 3, 16, 16)


def scores(network, images):
    with torch.no_grad():
        return network(images).gather(1, TARGET[:, None])[:, 0]


def gradient_times_input(network, images):
    inputs = images.clone().requires_grad_()
    (slope,) = torch.autograd.grad(network(inputs).gather(1, TARGET[:, None]).sum(), inputs)
    return (images * slope).sum(1, keepdim=True)


def test_it_is_captums_where_captums_fits(images):
    """Without biases, on images that are not negative, and on a chain of layers."""
    network = chain(bias=False).eval()
    found = lrp(network, images, TARGET)
    for layer in network:
        if isinstance(layer, nn.Conv2d):
            layer.rule = GammaRule(GAMMA)
    expected = LRP(network).attribute(images.clone().requires_grad_(), target=TARGET).sum(1, keepdim=True)
    torch.testing.assert_close(found, expected.detach(), rtol=1e-3, atol=1e-5 * expected.abs().max().item())
    assert (found - gradient_times_input(chain_of(network), images)).abs().max() > 0.01 * found.abs().max(), "the gamma rule did something"


def chain_of(network):
    """The same without what captum leaves behind."""
    fresh = chain(bias=False).eval()
    fresh.load_state_dict(network.state_dict())
    return fresh


@pytest.mark.parametrize("network", [chain(bias=True), Residual()], ids=["chain", "residual"])
def test_without_gamma_it_is_the_gradient_times_the_input(network, images):
    expected = gradient_times_input(network.eval(), images)
    torch.testing.assert_close(lrp(network, images, TARGET, gamma=0), expected, rtol=1e-3, atol=1e-6)


@pytest.mark.parametrize(
    ("values", "weights", "expected"),
    [
        ((1, 1), (2, -1), (5 / 3, -2 / 3)),  # the outcome is 1, so 2 counts as 2.5: 2.5 / 1.5 and -1 / 1.5
        ((1, 1), (1, -2), (2 / 3, -5 / 3)),  # the outcome is -1, so -2 counts as -2.5
        ((-1, 1), (1, 2), (-2 / 3, 5 / 3)),  # a pixel below the mean contributes with the sign of weight times value
        ((1, 1), (1, -1), (0, 0)),
    ],
)
def test_the_gamma_rule_strengthens_what_has_the_sign_of_the_outcome(values, weights, expected):
    class OneUnit(nn.Module):
        def __init__(self):
            super().__init__()
            self.unit = nn.Conv2d(3, 1, (1, 2), bias=False)

        def forward(self, x):
            return self.unit(x - 0.5).flatten(1)

    network, images = OneUnit(), torch.full((1, 3, 1, 2), 0.5)
    with torch.no_grad():
        network.unit.weight.zero_()[0, 0, 0] = torch.tensor(weights)
    images[0, 0, 0] += torch.tensor(values)
    found = lrp(network, images, torch.tensor([0]), mean=torch.full((1, 3, 1, 1), 0.5), gamma=0.25)
    torch.testing.assert_close(found.flatten(), torch.tensor(expected).float())


@pytest.mark.parametrize("mean", [None, torch.tensor([0.5, 0.4, 0.3]).view(1, 3, 1, 1)])
def test_without_biases_all_of_the_score_lies_on_the_pixels(images, mean):
    class Normalised(nn.Module):
        def __init__(self):
            super().__init__()
            self.net = chain(bias=False)

        def forward(self, x):
            return self.net(x if mean is None else (x - mean) / 0.2)

    network = Normalised().eval()
    found = lrp(network, images, TARGET, mean=mean)
    torch.testing.assert_close(found.sum((1, 2, 3)), scores(network, images), rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("backbone", ["test_resnet", "cnn4", "resnet18", "vgg11_bn"])
def test_our_own_classifiers_are_supported_with_batch_norm_and_branches(tiny_recipe, backbone):
    classifier = build(tiny_recipe({"backbone.name": backbone, "backbone.stride": None}), 3)
    with torch.no_grad():
        for layer in classifier.modules():
            if isinstance(layer, nn.BatchNorm2d):
                layer.running_mean.normal_(0, 0.1)
    require_support("lrp", classifier, 32)
    images = torch.rand(1, 3, 32, 32)
    assert by("lrp", classifier, images, TARGET[:1]).shape == (1, 1, 32, 32)


@pytest.mark.parametrize("source", ["gradcam", "none", "decoder"])
def test_a_wrapped_network_is_explained_like_the_network_itself(images, source):
    network = Residual().eval()
    classifier = wrap(network, "first", source=source, image_size=16)
    require_support("lrp", classifier, 16)
    torch.testing.assert_close(by("lrp", classifier, images, TARGET), lrp(network, images, TARGET))


def test_a_colour_that_the_network_subtracts_has_no_relevance(tiny_recipe):
    classifier = build(tiny_recipe({"backbone.mean": [0.2, 0.4, 0.6], "backbone.std": [1, 1, 1]}), 3)
    plain = torch.tensor([0.2, 0.4, 0.6]).view(1, 3, 1, 1).expand(1, 3, 32, 32)
    assert by("lrp", classifier, plain, TARGET[:1]).abs().max() < 1e-6


def with_layer(layer: nn.Module) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(3, 4, 3), layer, nn.Conv2d(4, 4, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 3))


@pytest.mark.parametrize("layer", [nn.GELU(), nn.Sigmoid(), nn.GroupNorm(2, 4), nn.PReLU(), BatchNormAct2d(4)])
def test_the_first_layer_that_is_not_supported_is_named(layer):
    with pytest.raises(UserError, match=rf"layer 'backbone\.module\.1': is of the type {type(layer).__name__}, which"):
        require_support("lrp", wrap(with_layer(layer), "0", image_size=16), 16)


def test_batch_norm_that_cannot_be_part_of_a_convolution_is_refused(images):
    early = nn.Sequential(nn.ReLU(), nn.BatchNorm2d(3), *with_layer(nn.ReLU()))
    with pytest.raises(UserError, match="layer '1': is a batch norm without a convolution before it"):
        lrp(early, images, TARGET)

    class Twice(Residual):
        def forward(self, x):
            return self.head((self.norm(self.first(x)) + self.first(x)).mean((2, 3)))

    with pytest.raises(UserError, match="with batch norm and again without it"):
        lrp(Twice(), images, TARGET)


@pytest.mark.parametrize("between", [F.gelu, torch.sigmoid, torch.square, lambda x: x * x.mean((2, 3), keepdim=True), lambda x: x + 1])
def test_what_happens_between_the_layers_is_not_guessed(images, between):
    class Hidden(Residual):
        def forward(self, x):
            return self.head(between(F.relu(self.norm(self.first(x)))).mean((2, 3)))

    with pytest.raises(UserError, match="between its layers that method lrp does not support"):
        lrp(Hidden(), images, TARGET)


def test_the_network_is_left_as_it_was(images):
    network = Residual()
    network.first.weight.requires_grad_(False)
    before = {name: value.clone() for name, value in network.state_dict().items()}
    first = lrp(network, images, TARGET)
    assert torch.equal(first, lrp(network, images, TARGET))
    assert network.training
    assert all(torch.equal(value, before[name]) for name, value in network.state_dict().items())
    assert [p.requires_grad for p in network.parameters()].count(False) == 1
    assert isinstance(network.norm, nn.BatchNorm2d)
