"""The activations of every filter of a network, layer by layer (002-10, 002-11)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from sightline.attention.backbone import Backbone
from sightline.attention.tap import Tap
from sightline.attention.wrapped import WrappedBackbone, evaluating
from sightline.errors import UserError, nearest

AnyBackbone = Backbone | WrappedBackbone


@dataclass(frozen=True)
class Layer:
    """A layer whose maps are looked at.

    Attributes:
        number: from 0, in the order in which their maps are done; of the paper's network 0 to 7.
        name: dotted, as in the network.
        end: dotted name of the module whose output the maps are.
        filters: how many maps there are.
        axis: of the filters, in that output.
        convolution: whether it is one; else a block of a transformer or the like.
    """

    number: int
    name: str
    end: str
    filters: int
    axis: int = 1
    convolution: bool = True


@dataclass(frozen=True)
class _Ran:
    """A module that ran, with what it was given and what it put out."""

    name: str
    module: nn.Module
    given: Tensor
    out: Tensor


def layers_of(backbone: AnyBackbone, images: Tensor) -> list[Layer]:
    """Every convolution with positions, and every block that the backbone lists and that does not end in one of them (transformers).

    The maps of a convolution are those that come out of the norm, the residual sum and the activation behind it: what the next layer
    sees. A module that runs more than once (torchvision's shared ReLU) is not followed; the maps then end before it.

    Args:
        images: (B, 3, H, W), of which the first is tried.

    Raises:
        UserError: a network without positions.
    """
    with torch.no_grad(), evaluating(backbone):
        runs = _watch(backbone, images[:1])
        often = Counter(ran.name for ran in runs)
        runs = [ran for ran in runs if often[ran.name] == 1]
        convolutions = [i for i, ran in enumerate(runs) if isinstance(ran.module, nn.Conv2d) and ran.out.shape[2:].numel() > 1]
        begins = {_end(runs[i:]).name: runs[i] for i in convolutions}
        outputs = [ran.out for ran in runs if ran.name in begins]
        found: list[Layer] = []
        for ran in runs:
            if ran.name in begins:
                found.append(Layer(len(found), begins[ran.name].name, ran.name, begins[ran.name].out.shape[1]))
            elif ran.name in _blocks(backbone) and _learns(ran.module) and not any(ran.out is out for out in outputs):
                maps = backbone(images[:1], [ran.name]).taps[ran.name]  # (1, K, h, w)
                axis = 1 if ran.out.shape == maps.shape else ran.out.ndim - 1
                found.append(Layer(len(found), ran.name, ran.name, maps.shape[1], axis, convolution=False))
    if not found:
        raise UserError(type(network(backbone)).__name__, "has no layer that keeps positions", "Give a network for images.")
    return found


def _watch(backbone: AnyBackbone, image: Tensor) -> list[_Ran]:
    """The modules from tensor to tensor, in the order in which they end."""
    runs: list[_Ran] = []
    handles = []
    for name, module in network(backbone).named_modules():

        def note(module: nn.Module, given: Any, out: Any, name: str = name) -> None:
            if name and given and isinstance(given[0], Tensor) and isinstance(out, Tensor):
                runs.append(_Ran(name, module, given[0], out))

        handles.append(module.register_forward_hook(note))
    try:
        if isinstance(backbone, Backbone):
            backbone(image)
        else:  # not through its tap, which hands on a copy
            backbone.module((image - backbone.mean) / backbone.std)
    finally:
        for handle in handles:
            handle.remove()
    return runs


def _end(runs: list[_Ran]) -> _Ran:
    """The last of the modules that follow the first one and change its maps value by value, as long as nothing else reads them."""
    chain, alone = [runs[0]], True
    for ran in runs[1:]:
        by_value = ran.out.shape == ran.given.shape and all(p.ndim <= 1 for p in ran.module.parameters())
        if ran.given is chain[-1].out:
            alone = alone and by_value
            if alone and not isinstance(ran.module, nn.Identity):
                chain.append(ran)
        elif not by_value:  # a branch that sets out from an earlier point: what all of them read ends there
            branch = [i for i, earlier in enumerate(chain) if ran.given is earlier.out]
            if branch:
                chain, alone = chain[: branch[-1] + 1], False
    return chain[-1]


def _learns(module: nn.Module) -> bool:
    return any(True for _ in module.parameters())


def _blocks(backbone: AnyBackbone) -> list[str]:
    return [name for name, _ in backbone.stages] if isinstance(backbone, Backbone) else [backbone.layer]


def network(backbone: AnyBackbone) -> nn.Module:
    """The module in which layers have their names."""
    return backbone.net if isinstance(backbone, Backbone) else backbone.module


def pick(layers: Sequence[Layer], wanted: Sequence[str]) -> list[Layer]:
    """The layers of those numbers or names, in that order; all of them if none is named.

    Raises:
        UserError: there is no such layer; the nearest name is suggested.
    """
    known = {key: layer for layer in layers for key in (str(layer.number), layer.name)}
    for name in wanted:
        if name not in known:
            remedy = f"Give a number from 0 to {len(layers) - 1}." if name.isdigit() else nearest(name, [layer.name for layer in layers])
            raise UserError(f"layer {name!r}", "is not one of the layers with maps", remedy)
    return [known[name] for name in wanted] or list(layers)


def feature_maps(backbone: AnyBackbone, images: Tensor, layers: Sequence[Layer]) -> dict[str, Tensor]:
    """The maps of layers, in evaluation mode and off the graph. Leaves no trace in the network.

    Args:
        images: (B, 3, H, W) in [0, 1].

    Returns:
        name of the layer -> (B, K, h, w), raw.
    """
    convolutions = {layer.end for layer in layers if layer.convolution}
    with torch.no_grad(), evaluating(backbone), Tap(network(backbone), convolutions) as tap:
        blocks = backbone(images, [layer.end for layer in layers if not layer.convolution]).taps
    return {layer.name: (tap.maps if layer.convolution else blocks)[layer.end] for layer in layers}


def unit(text: str) -> tuple[str, int]:
    """`6/12` or `layer4.1.conv2/37` -> its layer, by number or name, and its filter.

    Raises:
        UserError: not of that form.
    """
    layer, slash, number = text.rpartition("/")
    if not slash or not layer or not number.isdigit():
        remedy = "Write for example `units=['6/12']`, which is filter 12 of layer 6; the gallery shows all of them."
        raise UserError(f"unit {text!r}", "is not of the form LAYER/FILTER", remedy)
    return layer, int(number)


def unit_of(text: str, layers: Sequence[Layer]) -> tuple[Layer, int]:
    """A unit of a convolution, by LAYER/FILTER.

    Raises:
        UserError: not of that form, no such layer or filter, or a block of a transformer.
    """
    name, number = unit(text)
    (layer,) = pick(layers, [name])
    if number >= layer.filters:
        raise UserError(f"unit {text}", f"the layer has {layer.filters} filters", "Filters are counted from 0.")
    if not layer.convolution:
        raise UserError(f"unit {text}", "belongs to a block that is no convolution", "Give a filter of a convolution.")
    return layer, number
