"""A classifier rewritten for layer-wise relevance propagation, or why that cannot be done."""

from __future__ import annotations

import copy
from contextlib import ExitStack

import torch
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from sightline.attention.wrapped import WrappedHead
from sightline.errors import UserError

KNOWN = (nn.Conv2d, nn.BatchNorm2d, nn.ReLU, nn.LeakyReLU, nn.MaxPool2d, nn.AvgPool2d, nn.AdaptiveAvgPool2d, nn.Linear, nn.Flatten)
IDLE = (nn.Identity, nn.Dropout, nn.Dropout2d, nn.Sequential, WrappedHead)  # they do nothing in eval mode, a Sequential if it is empty
INSTEAD = "Use integrated-gradients or kernel-shap, which work with every network."
_ROUNDING = 1e-3  # by which the logits may change, as a share of the largest


def rewritten(classifier: nn.Module, images: Tensor) -> nn.Module:
    """A copy in eval mode and float32 that gives the same logits. Batch norm has become part of the convolution before it.

    Args:
        classifier: images to logits (B, C).
        images: (B, 3, H, W), with which it is tried.

    Raises:
        UserError: it cannot be copied, or a layer runs that is not among `KNOWN`, or a batch norm that does not follow a convolution.
    """
    try:
        network = copy.deepcopy(classifier).float().eval().requires_grad_(False)
    except Exception as error:  # the code of other people
        raise UserError("the network", "cannot be copied, which method lrp has to do", INSTEAD) from error
    for layer in network.modules():
        if isinstance(layer, nn.ReLU | nn.LeakyReLU):
            layer.inplace = False
    with torch.no_grad():
        before, pairs = _tried(network, images.float())
        for convolution, norm in pairs:
            _fuse(network, convolution, norm)
        change = (network(images.float()) - before).abs().max()
    if not bool(change <= _ROUNDING * before.abs().max()):
        raise UserError("the network", "uses a layer with batch norm and again without it, which method lrp does not support", INSTEAD)
    return network


def _tried(network: nn.Module, images: Tensor) -> tuple[Tensor, list[tuple[str, str]]]:
    """Logits, and the names of each convolution and the batch norm that follows it."""
    names = {layer: name for name, layer in network.named_modules() if _computes(layer)}
    pairs: dict[str, str] = {}  # batch norm -> convolution
    last: list[tuple[str, Tensor]] = []  # the convolution that ran last, and what it put out

    def see(layer: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> None:
        name, kind = names[layer], type(layer)
        if kind not in (*KNOWN, *IDLE):
            raise UserError(f"layer {name!r}", f"is of the type {kind.__name__}, which method lrp does not support", INSTEAD)
        if kind is nn.Conv2d:
            last[:] = [(name, output)]
        if kind is nn.BatchNorm2d:
            if not last or last[0][1].shape != inputs[0].shape or not torch.equal(last[0][1], inputs[0]):
                reason = "is a batch norm without a convolution before it, which method lrp does not support"
                raise UserError(f"layer {name!r}", reason, INSTEAD)
            pairs[name] = last[0][0]

    with ExitStack() as stack:
        for layer in names:
            stack.callback(layer.register_forward_hook(see).remove)
        logits = network(images)
    return logits, [(convolution, norm) for norm, convolution in pairs.items()]


def _computes(layer: nn.Module) -> bool:
    """Whether it does more than call other layers, as far as that can be told: it has none, or weights of its own."""
    return not any(True for _ in layer.children()) or any(True for _ in layer.parameters(recurse=False))


def _fuse(network: nn.Module, convolution: str, norm: str) -> None:
    before, after = network.get_submodule(convolution), network.get_submodule(norm)
    assert isinstance(before, nn.Conv2d)
    assert isinstance(after, nn.BatchNorm2d)
    network.set_submodule(convolution, fuse_conv_bn_eval(before, after))
    network.set_submodule(norm, nn.Identity())
