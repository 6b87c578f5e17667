"""What every network of the room `backbone` owes: `network(image_size)` answers to the calls that timm's models answer to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from sightline.attention.architecture import stages
from sightline.attention.features import as_map
from sightline.attention.tap import Tap
from sightline.testing.contract import carry_out, check_options

Make = Callable[..., Any]
SIZE = 64


def check_backbone(network: Make) -> None:
    """Holds a network, made with its default options, to the contract. AssertionError: what it does not keep."""
    carry_out(CHECKS, network, getattr(network, "__name__", str(network)))


def images() -> torch.Tensor:
    return torch.rand(2, 3, SIZE, SIZE)


def its_options_are_keywords(make: Make) -> None:
    """All but the images' size is keyword-only."""
    check_options(make, given=1)


def says_what_images_it_takes(make: Make) -> None:
    """`pretrained_cfg` has the size that it was made for, and what the images are normalised by."""
    config = make(SIZE).pretrained_cfg
    assert tuple(config["input_size"]) == (3, SIZE, SIZE)
    assert len(config["mean"]) == len(config["std"]) == 3
    assert min(config["std"]) > 0


def stages_are_as_listed(make: Make) -> None:
    """`feature_info` names layers, shallow to deep, whose maps have the stride that it says; the last is that of `forward_features`."""
    net = make(SIZE).eval()
    listed = stages(net)
    assert [stride for _, stride in listed] == sorted(stride for _, stride in listed)
    with torch.no_grad(), Tap(net, [name for name, _ in listed]) as tap:
        last = net.forward_features(images())
    for name, stride in listed:
        found, _ = as_map(tap.maps[name], (SIZE, SIZE), (getattr(net, "num_prefix_tokens", 0), 0))
        assert found.shape[2:] == (SIZE // stride, SIZE // stride), name
    assert as_map(last, (SIZE, SIZE), (getattr(net, "num_prefix_tokens", 0), 0))[0].shape[2] == SIZE // listed[-1][1]


def every_image_is_seen_by_itself(make: Make) -> None:
    """In evaluation mode, a batch gives what its images give one by one, and the same each time."""
    net, x = make(SIZE).eval(), images()
    with torch.no_grad():
        whole = net.forward_features(x)
        torch.testing.assert_close(whole, torch.cat([net.forward_features(one[None]) for one in x]), rtol=1e-3, atol=1e-5)
        assert torch.equal(whole, net.forward_features(x))
    assert not torch.equal(whole[0], whole[1])


def all_weights_learn(make: Make) -> None:
    """From the features, and what `forward_head` makes of them, every weight has a finite gradient."""
    net = make(SIZE).eval()
    pooled = net.forward_head(net.forward_features(images()), pre_logits=True).flatten(1)
    assert len(pooled) == 2
    pooled.square().sum().backward()
    assert all(p.grad is not None and p.grad.isfinite().all() for p in net.parameters())


CHECKS = (
    its_options_are_keywords,
    says_what_images_it_takes,
    stages_are_as_listed,
    every_image_is_seen_by_itself,
    all_weights_learn,
)
