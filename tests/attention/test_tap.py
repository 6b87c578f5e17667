from __future__ import annotations

import pytest
import torch
from torch import nn

from sightline.attention.tap import Tap, find_layer
from sightline.errors import UserError


class Net(nn.Module):
    """Two convolutions with in-place ReLUs, pooling and a linear layer."""

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(inplace=True), nn.Conv2d(4, 5, 3), nn.ReLU(inplace=True))
        self.spare = nn.Conv2d(5, 5, 1)
        self.fc = nn.Linear(5, 2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.fc(self.body(x).mean((2, 3)))


@pytest.fixture
def net() -> Net:
    return Net()


@pytest.fixture
def images() -> torch.Tensor:
    return torch.rand(2, 3, 9, 9)


def hooks(module: nn.Module) -> int:
    return sum(len(m._forward_hooks) + len(m._forward_pre_hooks) for m in module.modules())


def test_records_what_the_layer_put_out_before_an_in_place_relu(net: Net, images: torch.Tensor) -> None:
    with Tap(net, ["body.0"]) as tap:
        net(images)
    assert torch.equal(tap.maps["body.0"], net.body[0](images))
    assert (tap.maps["body.0"] < 0).any()


def test_in_place_relu_after_the_tap_leaves_values_and_gradient_right(net: Net, images: torch.Tensor) -> None:
    with torch.no_grad(), Tap(net, ["body.2"], cut=True) as tap:
        score = net(images)[:, 0].sum()
    (gradient,) = torch.autograd.grad(score, tap.maps["body.2"])
    features = net.body[:3](images).detach().requires_grad_()
    expected = torch.autograd.grad(net.fc(features.relu().mean((2, 3)))[:, 0].sum(), features)[0]
    torch.testing.assert_close(gradient, expected)


def test_network_answers_the_same_with_a_tap(net: Net, images: torch.Tensor) -> None:
    plain = net(images)
    with Tap(net, ["body.0", "body.3"], cut=True):
        assert torch.equal(net(images), plain)


@pytest.mark.parametrize("mode", [torch.no_grad, torch.inference_mode])
def test_cut_starts_the_graph_at_the_layer_and_gives_the_callers_mode_back(net: Net, images: torch.Tensor, mode: type) -> None:
    with mode():
        with Tap(net, ["body.2"], cut=True) as tap:
            logits = net(images)
            assert tap.maps["body.2"].is_leaf
            assert torch.autograd.grad(logits.sum(), tap.maps["body.2"])[0].abs().sum() > 0
        assert not torch.is_grad_enabled()
        assert torch.is_inference_mode_enabled() == (mode is torch.inference_mode)
    assert torch.is_grad_enabled()
    assert all(p.grad is None for p in net.parameters())


def test_cut_also_starts_the_graph_behind_inference_tensors(net: Net) -> None:
    images = nn.Sequential(nn.Identity(), net)
    with torch.inference_mode():
        x = torch.rand(1, 3, 9, 9)
        with Tap(images, ["0"], cut=True) as tap:
            logits = images(x)
            assert torch.autograd.grad(logits.sum(), tap.maps["0"])[0].shape == x.shape


def test_cut_keeps_the_graph_that_is_there(net: Net, images: torch.Tensor) -> None:
    with Tap(net, ["body.2"], cut=True) as tap:
        net(images)
    assert not tap.maps["body.2"].is_leaf


def test_cut_starts_a_graph_behind_frozen_layers(net: Net, images: torch.Tensor) -> None:
    net.requires_grad_(False)
    with Tap(net, ["body.2"], cut=True) as tap:
        logits = net(images)
    assert torch.autograd.grad(logits.sum(), tap.maps["body.2"])[0].abs().sum() > 0


def test_exceptions_pass_through_and_leave_no_hook_and_no_mode(net: Net) -> None:
    net.fc = nn.Linear(7, 2)  # fails behind the tapped layer, when the graph has begun
    with pytest.raises(RuntimeError, match="shapes cannot be multiplied"), torch.no_grad(), Tap(net, ["body.0"], cut=True):
        net(torch.rand(1, 3, 9, 9))
    assert hooks(net) == 0
    assert torch.is_grad_enabled()


def test_no_hook_is_left(net: Net, images: torch.Tensor) -> None:
    with Tap(net, ["body.0", "fc"]) as tap:
        net(images)
        assert hooks(net) == 2
    assert hooks(net) == 0
    assert set(tap.maps) == {"body.0", "fc"}


def test_unknown_layer_is_refused_with_the_nearest_name(net: Net) -> None:
    with pytest.raises(UserError, match=r'no layer of this name. Did you mean "body\.2"'):
        find_layer(net, "bdy.2")
    with pytest.raises(UserError, match="Known: body, fc, spare"):
        find_layer(net, "xyz")


def test_layer_that_does_not_run_is_refused(net: Net, images: torch.Tensor) -> None:
    with pytest.raises(UserError, match="'spare': did not run"), Tap(net, ["spare"]):
        net(images)


def test_layer_without_one_tensor_is_refused() -> None:
    net = nn.LSTM(3, 3)
    with pytest.raises(UserError, match="returns a tuple"), Tap(nn.Sequential(net), ["0"]):
        nn.Sequential(net)(torch.rand(1, 1, 3))
