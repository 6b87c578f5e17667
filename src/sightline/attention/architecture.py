"""Properties of a timm architecture that need no computation, and removal of its head."""

from __future__ import annotations

import copy
from itertools import chain
from typing import Any, TypeVar

import torch
from torch import nn

from sightline.settings import COLOUR

M = TypeVar("M", bound=nn.Module)


def on_meta(module: M) -> M:
    """A copy in evaluation mode on the meta device, with shapes but without numbers, so that running it costs nothing."""
    tensors = chain(module.parameters(), module.buffers())
    return copy.deepcopy(module, {id(tensor): tensor.detach().to("meta") for tensor in tensors}).eval()


def stages(net: Any) -> list[tuple[str, int]]:
    """(layer, stride) of each stage that timm lists, shallow to deep."""
    info = net.feature_info
    return [(stage["module"], stage["reduction"]) for stage in (info if isinstance(info, list) else info.get_dicts())]


def classifier_weights(net: Any) -> set[str]:
    """Names under which a published file of this architecture holds its classifier."""
    layers = net.pretrained_cfg.get("classifier") or ()
    layers = (layers,) if isinstance(layers, str) else layers
    return {f"{layer}.{kind}" for layer in layers for kind in ("weight", "bias")}


def no_drop_path(net: nn.Module) -> None:
    """Removes the stochastic depth that some architectures have by default, mostly at a rate of 0.1."""
    from timm.layers import DropPath  # here, since importing timm takes three times as long as all of this package

    for module in net.modules():
        if isinstance(module, DropPath):
            module.drop_prob = 0.0


def drop_head(net: Any, size: tuple[int, int], channels: int = COLOUR) -> None:
    """Removes the layers between features and classifier; VGG's dense layers alone have 100 million weights."""
    copied, ran = on_meta(net), set[str]()
    for name, child in copied.named_children():
        for module in child.modules():
            module.register_forward_hook(lambda *_, name=name: ran.add(name))
    features = copied.forward_features(torch.empty(1, channels, *size, device="meta"))
    needed = set(ran)
    copied.forward_head(features, pre_logits=True)
    for name in ran - needed:
        setattr(net, name, nn.Identity())
