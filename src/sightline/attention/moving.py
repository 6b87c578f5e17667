"""Checks whether the positions of a layer influence the logits; if not, every gradient-based map of this layer is zero."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from sightline.attention.layout import layout_of
from sightline.attention.tap import out_of_inference_mode
from sightline.attention.wrapped import WrappedBackbone, evaluating
from sightline.errors import UserError


def require_gradient(backbone: WrappedBackbone, layer: str) -> None:
    """Refuses a layer whose positions do not influence the logits, such as one after which only the class token is used.

    Raises:
        UserError: it is such a layer; the message suggests an earlier one.
    """
    if _moves(backbone, layer):
        return
    copied = backbone.disturbed()
    if _moves(copied, layer):
        return
    better = _nearest_that_moves(copied, layer)
    remedy = f"Name {better!r}." if better else "Name an earlier layer."
    reason = "the gradient of the logits is zero at every position of its output, so its map would be zero everywhere"
    raise UserError(f"layer {layer!r}", reason, remedy)


def _moves(backbone: WrappedBackbone, name: str) -> bool:
    """Whether the logits have a gradient at any position of that layer's map."""
    with out_of_inference_mode(), torch.enable_grad(), evaluating(backbone):
        features = backbone(backbone.noise(), (name,), cut=True)
        total = _total(features.raw)
        if not total.requires_grad:
            return False
        try:
            (gradient,) = torch.autograd.grad(total, features.taps[name], allow_unused=True)
        except RuntimeError as error:
            reason = f"has no gradient at this layer ({str(error).splitlines()[0].rstrip('.')})"
            raise UserError(f"layer {name!r}", f"{backbone.title} {reason}", "Wrap a module that is not under inference mode.") from error
    return gradient is not None and bool((gradient != 0).any())


def _nearest_that_moves(backbone: WrappedBackbone, layer: str) -> str | None:
    """The last layer before that one whose map has as many positions, of which some move the logits."""
    ran: dict[str, Tensor] = {}

    def record(name: str, output: object) -> None:
        ran.pop(name, None)  # the last run counts
        if isinstance(output, Tensor) and output.requires_grad:
            ran[name] = output

    parts = [(name, part) for name, part in backbone.module.named_modules() if name and not isinstance(part, nn.Identity)]
    hooks = [part.register_forward_hook(lambda _, __, output, name=name: record(name, output)) for name, part in parts]
    try:
        with out_of_inference_mode(), torch.enable_grad(), evaluating(backbone):
            answer = backbone.answer(backbone.noise().requires_grad_())
    finally:
        for hook in hooks:
            hook.remove()
    names = list(ran)
    before = names[: names.index(layer)] if layer in ran else names
    if not before or not answer.requires_grad:
        return None
    gradients = torch.autograd.grad(_total(answer), [ran[name] for name in before], allow_unused=True)
    size, wanted = backbone.size, backbone.tried((layer,)).taps[layer].shape[2:]
    for name, gradient in reversed(list(zip(before, gradients, strict=True))):
        try:
            layout = layout_of(ran[name].detach(), size, name)
        except UserError:
            continue
        moved = None if gradient is None else layout.apply(gradient, size)[0]
        if moved is not None and moved.shape[2:] == wanted and bool((moved != 0).any()):
            return name
    return None


def _total(logits: Tensor) -> Tensor:
    """A sum of all logits in which none cancels another."""
    return (logits * torch.linspace(1, 2, logits.shape[1]).to(logits)).sum()
