"""What every attention source owes, on every network."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import torch
from torch import Tensor, nn

from sightline import catalog
from sightline.attention.backbone import Backbone
from sightline.attention.classifier import GuidedClassifier
from sightline.attention.head import GapLinear
from sightline.attention.source import Source
from sightline.config import Backbone as Settings
from sightline.errors import UserError
from sightline.testing.contract import carry_out, check_options, check_words, variants

CLASSES = 3
SIZE = 64
NETWORKS = {name: Settings(name=name) for name in ("test_resnet", "test_vit")}  # timm's smallest


@dataclass(frozen=True)
class Case:
    """A source in a classifier.

    Attributes:
        options: of the source.
        hidden: layers of the head.
        early: explain an earlier layer than the last, where the source has the option `layer`.
    """

    kind: type[Source]
    options: Mapping[str, Any] = field(default_factory=dict)
    hidden: tuple[int, ...] = ()
    early: bool = False
    network: Settings = NETWORKS["test_resnet"]

    def __str__(self) -> str:
        parts = [f"{key}={value}" for key, value in self.options.items()] + ["hidden"] * bool(self.hidden) + ["early"] * self.early
        return "-".join(parts) or "default"

    def classifier(self) -> GuidedClassifier:
        """In evaluation mode. What the source normalises by has seen images: before, the ReLUs behind it are often dead."""
        backbone = copy.deepcopy(_backbone(self.network))
        layer = {"layer": backbone.earlier_stages()[-1]} if self.early else {}
        source = self.kind(backbone, **self.options, **layer)
        head = GapLinear(source.head_channels, CLASSES, self.hidden, init=source.head_init)
        found = GuidedClassifier(backbone.eval(), head, source)
        for norm in (m for m in source.modules() if isinstance(m, nn.BatchNorm2d)):
            norm.momentum = 1.0
        with torch.no_grad():
            found.look(images(4))
        return found.eval()


@cache
def _backbone(network: Settings) -> Backbone:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return Backbone(network, image_size=SIZE)


def cases(kind: type[Source], network: Settings) -> list[Case]:
    """Each named choice of its options; and a head with a hidden layer, and an earlier layer, where it takes these."""
    found = [Case(kind, options, network=network) for options in variants(kind)]
    with suppress(UserError):  # it refuses such a head
        deeper = Case(kind, hidden=(8,), network=network)
        deeper.classifier()
        found.append(deeper)
    return found + [Case(kind, early=True, network=network)] * ("layer" in catalog.options_of(kind))


def check_attention_source(source: type[Source], networks: Mapping[str, Settings] = NETWORKS) -> None:
    """Holds an attention source to the contract, see `cases`. AssertionError: what it does not keep.

    Args:
        networks: name for the message -> the backbone's settings.
    """
    for name, network in networks.items():
        for case in cases(source, network):
            carry_out(CHECKS, case, f"{source.__name__} {case} on {name}")


def images(count: int = 2) -> Tensor:
    return torch.rand(count, 3, SIZE, SIZE, generator=torch.Generator().manual_seed(1))


def hooks(module: nn.Module) -> int:
    return sum(len(m._forward_hooks) + len(m._forward_pre_hooks) + len(m._backward_hooks) for m in module.modules())


def near(found: Tensor, expected: Tensor, rtol: float = 1e-3, atol: float = 1e-4) -> None:
    """`atol` is a share of the largest expected value."""
    torch.testing.assert_close(found, expected, rtol=rtol, atol=atol * float(expected.detach().abs().max()))


def says_what_it_is_and_its_options_are_keywords(case: Case) -> None:
    """It has words, and all but the backbone is keyword-only."""
    assert issubclass(case.kind, Source)
    check_words(case.kind)
    check_options(case.kind, given=1)


def look_answers_as_forward_and_fills_what_it_promises(case: Case) -> None:
    """Maps, their names, shapes and ranges are as the attributes say, none is constant, and that of a class is that of `every`."""
    found, x = case.classifier(), images()
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
        assert look.ranges[name] == "evidence" or 0 <= attention.min() <= attention.max() <= 1
    for name, attention in look.every.items():
        assert attention.shape == (2, CLASSES, *look.maps[name].shape[2:])
        torch.testing.assert_close(attention[torch.arange(2), look.logits.argmax(1)][:, None], look.maps[name])
        torch.testing.assert_close(found.look(x).maps[name], look.maps[name])


def the_class_explained_is_the_one_asked_for(case: Case) -> None:
    """The labelled class in training, not the predicted one."""
    found, x = case.classifier(), images()
    every = found.look(x, every=True).every
    for target in torch.tensor([[0, 1], [2, 0]]):
        for name, attention in found.look(x, target).maps.items():
            if name in every:
                near(attention[:, 0], every[name][torch.arange(2), target])


def a_loss_on_a_map_reaches_the_weights_that_the_source_names(case: Case) -> None:
    """Attention that is detached moves nothing. In training mode, so also through batch norm twice."""
    found = case.classifier().train()
    look = found.look(images(3), torch.tensor([0, 1, 2]))
    for m in look.maps.values():
        ((m - m.detach().mean()).square().mean() / (m.detach().var() + 1e-12)).backward(retain_graph=True)
    for name in ("backbone", "head", "source"):
        gradients = [p.grad for p in found.get_submodule(name).parameters() if p.grad is not None]
        assert all(g.isfinite().all() for g in gradients)
        moved = any(g.abs().max() > 0 for g in gradients)
        assert moved == (name in found.reaches), f"`reaches` is {found.reaches}, and {name} is{'' if moved else ' not'} moved"
    first = next(p for p in found.backbone.parameters() if p.ndim == 4)
    assert not found.reaches or (first.grad is not None and first.grad.abs().max() > 0), "the first convolution is not reached"


def batch_equals_one_by_one_without_gradients(case: Case) -> None:
    """Each image is explained by its own score alone."""
    found, x, target = case.classifier(), images(3), torch.tensor([2, 0, 2])
    with torch.no_grad():
        whole = found.look(x, target, every=True)
        single = [found.look(x[n : n + 1], target[n : n + 1], every=True) for n in range(3)]
    assert not whole.logits.requires_grad
    torch.testing.assert_close(whole.logits, torch.cat([s.logits for s in single]), rtol=1e-3, atol=1e-5)
    for group in ("maps", "every"):
        for name, batched in getattr(whole, group).items():
            assert not batched.requires_grad
            near(batched, torch.cat([getattr(s, group)[name] for s in single]))


def explaining_leaves_no_trace(case: Case) -> None:
    """Gradients, modes, hooks, statistics and the caller's gradient mode are as before."""
    found, x = case.classifier(), images()
    found.head.train()
    for parameter in found.parameters():
        parameter.grad = torch.ones_like(parameter)
    state, modes = copy.deepcopy(found.state_dict()), [m.training for m in found.modules()]
    for mode in (torch.enable_grad, torch.no_grad, torch.inference_mode):
        with mode():
            enabled, inference = torch.is_grad_enabled(), torch.is_inference_mode_enabled()
            found.look(x, every=True)
            assert (torch.is_grad_enabled(), torch.is_inference_mode_enabled()) == (enabled, inference)
    assert torch.is_grad_enabled()
    assert all(p.grad is not None and p.grad.eq(1).all() for p in found.parameters())
    assert all(torch.equal(value, state[key]) for key, value in found.state_dict().items())
    assert [m.training for m in found.modules()] == modes
    assert hooks(found) == 0


def modes_differ_in_speed_only(case: Case) -> None:
    """Without gradients, or in inference mode, the maps are the same."""
    found, x = case.classifier(), images()
    graph = found.look(x)
    for mode in (torch.no_grad, torch.inference_mode):
        with mode():
            free = found.look(x)
        for name, attention in graph.maps.items():
            near(free.maps[name], attention.detach())


def exceptions_pass_through(case: Case) -> None:
    """What the caller's images provoke reaches the caller, and nothing is left behind."""
    found = case.classifier()
    with suppress(RuntimeError), torch.no_grad():
        found.look(torch.rand(2, 5, SIZE, SIZE))
        raise AssertionError("images of five channels are taken")
    assert hooks(found) == 0
    assert torch.is_grad_enabled()


def half_precision_maps_come_in_full_precision(case: Case) -> None:
    """bf16 on a CPU: maps come out in float32, near those of full precision, and can be learned from."""
    found, x, target = case.classifier(), images(), torch.tensor([1, 2])
    full = found.look(x, target)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        look = found.look(x, target)
        with torch.no_grad():
            found.look(x, target, every=True)
    for name, attention in look.maps.items():
        assert attention.dtype == torch.float32
        near(attention.detach(), full.maps[name].detach(), rtol=0, atol=0.2)
        attention.square().sum().backward(retain_graph=True)
    assert not found.reaches or any(p.grad is not None for p in found.parameters())


def saved_and_loaded_it_looks_the_same(case: Case) -> None:
    """All that it learns is in its parameters and buffers; and looking twice shows the same."""
    found, other, x = case.classifier(), case.classifier(), images()
    for parameter in other.parameters():
        nn.init.normal_(parameter, std=0.02)
    other.load_state_dict(found.state_dict())
    before, twice, after = found.look(x), found.look(x), other.look(x)
    for again in (twice, after):
        assert torch.equal(before.logits, again.logits)
        assert all(torch.equal(before.maps[name], again.maps[name]) for name in before.maps)


def training_goes_on_after_a_look_without_gradients(case: Case) -> None:
    """Validation maps between two steps do not disturb the second one."""
    found, x = case.classifier(), images()
    weight = next(p for p in found.head.parameters())
    (expected,) = torch.autograd.grad(found(x).sum(), weight)
    with torch.inference_mode():
        found.look(x)
    torch.testing.assert_close(torch.autograd.grad(found(x).sum(), weight)[0], expected)


OF_EVERY_NETWORK = (
    look_answers_as_forward_and_fills_what_it_promises,
    the_class_explained_is_the_one_asked_for,
    a_loss_on_a_map_reaches_the_weights_that_the_source_names,
    batch_equals_one_by_one_without_gradients,
)
CHECKS = (
    says_what_it_is_and_its_options_are_keywords,
    *OF_EVERY_NETWORK,
    explaining_leaves_no_trace,
    modes_differ_in_speed_only,
    exceptions_pass_through,
    half_precision_maps_come_in_full_precision,
    saved_and_loaded_it_looks_the_same,
    training_goes_on_after_a_look_without_gradients,
)
