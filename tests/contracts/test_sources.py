"""What every attention source owes, on every family of backbones."""

from __future__ import annotations

import copy
from functools import cache
from typing import Any

import pytest
import torch
from torch import nn

from sightline import catalog
from sightline.attention.backbone import Backbone
from sightline.attention.classifier import GuidedClassifier, wrap
from sightline.attention.head import GapLinear
from sightline.config import Backbone as Settings

CLASSES = 3
SIZE = 64
NETWORKS: dict[str, dict[str, Any]] = {
    "vgg11": {"name": "vgg11"},
    "resnet18": {"name": "resnet18"},
    "resnet18-8": {"name": "resnet18", "stride": 8},
    "efficientnetv2": {"name": "tf_efficientnetv2_b0"},
    "mobilenetv2": {"name": "mobilenetv2_050"},
    "convnext": {"name": "convnext_atto"},
    "vit": {"name": "vit_tiny_patch16_224"},
    "cnn4": {"name": "cnn4"},
}
SOURCES: dict[str, tuple[str, tuple[int, ...], dict[str, Any]]] = {  # name in the catalogue, hidden layers of the head, options
    "none": ("none", (), {}),
    "cam": ("cam", (), {}),
    "gradcam": ("gradcam", (), {}),
    "gradcam-first": ("gradcam", (), {"order": "first"}),
    "gradcam-hidden": ("gradcam", (8,), {}),
    "gradcam-middle": ("gradcam", (), {"layer": "middle"}),
    "gates": ("gates", (), {}),
    "gates-softmax": ("gates", (), {"normalise": "softmax"}),
    "decoder": ("decoder", (), {}),
    "decoder-text": ("decoder", (), {"variant": "text"}),
    "decoder-3": ("decoder", (), {"variant": "code-3"}),
    "mask": ("mask", (), {}),
    "mask-stack": ("mask", (), {"variant": "stack"}),
    "segment": ("segment", (), {}),
    "segment-max": ("segment", (8,), {"summary": "max"}),
}
FEW = ["resnet18", "vit"]

every_source = pytest.mark.parametrize("source", SOURCES)
every_network = pytest.mark.parametrize("network", NETWORKS)
few_networks = pytest.mark.parametrize("network", FEW)


@cache
def _backbone(network: str) -> Backbone:
    torch.manual_seed(0)
    return Backbone(Settings(**NETWORKS[network]), image_size=SIZE)


def classifier(network: str, source: str) -> GuidedClassifier:
    name, hidden, options = SOURCES[source]
    backbone = copy.deepcopy(_backbone(network))
    if options.get("layer") == "middle":
        options = {"layer": backbone.earlier_stages()[-1]}
    made = catalog.make("attention", name, options, backbone)
    found = GuidedClassifier(backbone, GapLinear(made.head_channels, CLASSES, hidden, std=made.head_std), made)
    if name in ("decoder", "mask"):
        _learn_statistics(found)
    return found.eval()


def _learn_statistics(found: GuidedClassifier) -> None:
    """Before batch norm has seen anything, the last ReLU6 of the authors' decoder is often dead in eval mode."""
    found.backbone.eval()
    for norm in (m for m in found.source.modules() if isinstance(m, nn.BatchNorm2d)):
        norm.momentum = 1.0
    with torch.no_grad():
        found.look(images(4))


def images(count: int = 2) -> torch.Tensor:
    return torch.rand(count, 3, SIZE, SIZE, generator=torch.Generator().manual_seed(1))


def hooks(module: nn.Module) -> int:
    return sum(len(m._forward_hooks) + len(m._forward_pre_hooks) + len(m._backward_hooks) for m in module.modules())


@every_network
@every_source
def test_look_answers_as_forward_and_fills_what_it_promises(network: str, source: str) -> None:
    found, x = classifier(network, source), images()
    look = found.look(x, every=True)
    torch.testing.assert_close(look.logits, found(x))
    assert look.logits.shape == (2, CLASSES)
    assert tuple(look.maps) == tuple(look.ranges) == found.map_names
    assert tuple(look.every) == (found.map_names if found.source.class_specific else ())
    for name, attention in look.maps.items():
        assert attention.shape[:2] == (2, 1)
        assert attention.dtype == torch.float32
        assert attention.requires_grad
        assert look.ranges[name] == found.source.range
        assert attention.flatten(1).std(1).min() > 0, "a constant map"
        if look.ranges[name] == "unit":
            assert 0 <= attention.min() <= attention.max() <= 1
    for name, attention in look.every.items():
        assert attention.shape == (2, CLASSES, *look.maps[name].shape[2:])
        chosen = attention[torch.arange(2), look.logits.argmax(1)][:, None]
        torch.testing.assert_close(chosen, look.maps[name])
        torch.testing.assert_close(found.look(x).maps[name], look.maps[name])


@every_network
@every_source
def test_loss_on_a_map_reaches_the_weights_that_the_source_names(network: str, source: str) -> None:
    """Pitfall 8: attention that is detached moves nothing. In training mode, so also through batch norm twice (pitfall 14)."""
    found = classifier(network, source).train()
    look = found.look(images(3), torch.tensor([0, 1, 2]))
    if look.maps:
        sum((m - m.detach().mean()).square().mean() / (m.detach().var() + 1e-12) for m in look.maps.values()).backward()
    for name in ("backbone", "head", "source"):
        parameters = list(found.get_submodule(name).parameters())
        moved = [p for p in parameters if p.grad is not None and p.grad.abs().max() > 0]
        assert all(p.grad is None or p.grad.isfinite().all() for p in parameters)
        assert bool(moved) == (name in found.reaches), f"{len(moved)} of {len(parameters)} weights of {name} moved"
    first = next(p for p in found.backbone.parameters() if p.ndim == 4)
    assert not found.reaches or first.grad.abs().max() > 0, "the first convolution is not reached"


@every_network
@every_source
def test_batch_equals_one_by_one_without_gradients(network: str, source: str) -> None:
    """Pitfall 23: each image is explained by its own score alone."""
    found, x, target = classifier(network, source), images(3), torch.tensor([2, 0, 2])
    with torch.no_grad():
        whole = found.look(x, target, every=True)
        single = [found.look(x[n : n + 1], target[n : n + 1], every=True) for n in range(3)]
    assert not whole.logits.requires_grad
    torch.testing.assert_close(whole.logits, torch.cat([s.logits for s in single]), rtol=1e-3, atol=1e-5)
    for name in found.map_names:
        for group in ("maps", "every") if found.source.class_specific else ("maps",):
            expected = torch.cat([getattr(s, group)[name] for s in single])
            batched = getattr(whole, group)[name]
            assert not batched.requires_grad
            torch.testing.assert_close(batched, expected, rtol=1e-3, atol=float(expected.abs().max()) * 1e-4)


@few_networks
@every_source
@pytest.mark.parametrize("mode", [torch.enable_grad, torch.no_grad, torch.inference_mode])
def test_explaining_leaves_no_trace(network: str, source: str, mode: Any) -> None:
    """Pitfalls 9, 10, 13: gradients, modes, hooks, statistics and the caller's gradient mode are as before."""
    found, x = classifier(network, source), images()
    found.head.train()
    for parameter in found.parameters():
        parameter.grad = torch.ones_like(parameter)
    state, modes = copy.deepcopy(found.state_dict()), [m.training for m in found.modules()]
    with mode():
        enabled, inference = torch.is_grad_enabled(), torch.is_inference_mode_enabled()
        found.look(x, every=True)
        assert (torch.is_grad_enabled(), torch.is_inference_mode_enabled()) == (enabled, inference)
    assert torch.is_grad_enabled()
    assert all(parameter.grad.eq(1).all() for parameter in found.parameters())
    assert all(torch.equal(value, state[key]) for key, value in found.state_dict().items())
    assert [m.training for m in found.modules()] == modes
    assert hooks(found) == 0


@few_networks
@every_source
def test_modes_differ_in_speed_only(network: str, source: str) -> None:
    found, x = classifier(network, source), images()
    graph = found.look(x)
    for mode in (torch.no_grad, torch.inference_mode):
        with mode():
            free = found.look(x)
        for name, attention in graph.maps.items():
            scale = float(attention.detach().abs().max())
            torch.testing.assert_close(free.maps[name], attention.detach(), rtol=1e-3, atol=1e-4 * scale)


@few_networks
@every_source
def test_exceptions_pass_through(network: str, source: str) -> None:
    """Pitfall 13: what the caller's images provoke reaches the caller, and nothing is left behind."""
    found = classifier(network, source)
    with pytest.raises(RuntimeError), torch.no_grad():
        found.look(torch.rand(2, 5, SIZE, SIZE))
    assert hooks(found) == 0
    assert torch.is_grad_enabled()


@every_network
@pytest.mark.parametrize("source", [s for s in SOURCES if s.startswith(("cam", "gradcam"))])
def test_the_class_explained_is_the_one_asked_for(network: str, source: str) -> None:
    """Pitfall 6: the labelled class in training, not the predicted one."""
    found, x = classifier(network, source), images()
    (every,) = found.look(x, every=True).every.values()
    for target in torch.tensor([[0, 1], [2, 0]]):
        (attention,) = found.look(x, target).maps.values()
        torch.testing.assert_close(
            attention[:, 0], every[torch.arange(2), target], rtol=1e-3, atol=float(every.detach().abs().max()) * 1e-4
        )


@few_networks
@every_source
def test_half_precision(network: str, source: str) -> None:
    """bf16 on a CPU: maps come out in float32, near those of full precision, and can be learned from."""
    found, x = classifier(network, source), images()
    target = torch.tensor([1, 2])
    full = found.look(x, target)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        look = found.look(x, target)
        with torch.no_grad():
            found.look(x, target, every=True)
    for name, attention in look.maps.items():
        assert attention.dtype == torch.float32
        scale = float(full.maps[name].detach().abs().max())
        torch.testing.assert_close(attention.detach(), full.maps[name].detach(), rtol=0, atol=0.2 * scale)
        attention.square().sum().backward(retain_graph=True)
    assert not found.reaches or any(p.grad is not None for p in found.parameters())


@few_networks
@every_source
def test_saved_and_loaded_it_looks_the_same(network: str, source: str) -> None:
    found, other, x = classifier(network, source), classifier(network, source), images()
    for parameter in other.parameters():
        nn.init.normal_(parameter, std=0.02)
    other.load_state_dict(found.state_dict())
    before, after = found.look(x), other.look(x)
    assert torch.equal(before.logits, after.logits)
    assert all(torch.equal(before.maps[name], after.maps[name]) for name in before.maps)


@few_networks
@every_source
def test_looking_twice_shows_the_same(network: str, source: str) -> None:
    found, x = classifier(network, source), images()
    once, twice = found.look(x), found.look(x)
    assert torch.equal(once.logits, twice.logits)
    assert all(torch.equal(once.maps[name], twice.maps[name]) for name in once.maps)


@every_source
def test_training_goes_on_after_a_look_without_gradients(source: str) -> None:
    """Validation maps between two steps must not disturb the second one."""
    found, x = classifier("resnet18", source), images()
    expected = torch.autograd.grad(found(x).sum(), found.head.linear.weight)[0]
    with torch.inference_mode():
        found.look(x)
    torch.testing.assert_close(torch.autograd.grad(found(x).sum(), found.head.linear.weight)[0], expected)


@pytest.mark.parametrize("source", ["none", "cam", "gradcam", "decoder"])
def test_sources_work_on_a_wrapped_module(source: str) -> None:
    net = nn.Sequential(nn.Conv2d(3, 8, 3, stride=4), nn.ReLU(inplace=True), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, CLASSES))
    found, x = wrap(net.eval(), "1", source=source, image_size=SIZE), images()
    look = found.look(x, torch.tensor([1, 2]), every=True)
    torch.testing.assert_close(look.logits, net(x))
    assert tuple(look.maps) == found.map_names
    for attention in look.maps.values():
        attention.square().sum().backward(retain_graph=True)
        assert net[0].weight.grad.abs().sum() > 0
    assert hooks(found) == 0
