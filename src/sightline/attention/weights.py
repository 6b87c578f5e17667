"""Pretrained weights for a backbone: from timm, or from a file, which is checked first."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from sightline import catalog
from sightline.attention.pretrained import by_hand, source
from sightline.errors import UserError, nearest
from sightline.settings import COLOUR

RUN_PREFIX = "backbone.net."  # how the weights of a trained classifier are named
CHANNELS = "in_chans"  # the argument of a network that says how many channels its images have


def create(name: str, pretrained: bool, image_size: int | None = None, channels: int = COLOUR, **options: Any) -> nn.Module:
    """A timm model without its classifier, or a network of the catalogue's room `backbone`.

    Args:
        image_size: for which one of the catalogue's is built; timm's are told later, with their weights in them.
        channels: of the images.

    Raises:
        UserError: unknown name, an option that the architecture lacks, or pretrained weights that cannot be loaded.
    """
    import timm  # here, since a network of one's own needs none of it, and importing it takes seconds

    own = catalog.places("backbone")
    if name not in own and not timm.is_model(name):
        known = [*timm.list_models(), *own]
        near = nearest(name, known)
        remedy = (
            near
            if near.startswith("Did")
            else f"It has {len(known):,}, e.g. resnet18, mobilenetv3_large_100; `timm.list_models()` lists them."
        )
        raise UserError(f"backbone.name {name!r}", "timm has no such model", remedy)
    if name in own and pretrained:
        raise UserError("backbone.weights imagenet", f"{name} has none", "Set backbone.weights to none, or to a safetensors file.")
    if channels != COLOUR:
        options |= {CHANNELS: channels}
    try:
        if name in own:
            made: nn.Module = catalog.find("backbone", name)(*([image_size] if image_size else []), **options)
        else:
            made = timm.create_model(name, pretrained=pretrained, num_classes=0, **options, **(source(name) if pretrained else {}))
        return made
    except UserError:
        raise
    except (TypeError, AssertionError, NotImplementedError) as error:
        settings = ("data.channels" if key == CHANNELS else f"backbone.{key.removesuffix('_rate')}" for key in options)
        unusual = " and ".join(settings) or "backbone.name"
        raise UserError(unusual, f"{name} does not support this", "Leave it out, or take another backbone.") from error
    except Exception as error:  # offline, no such weights, a proxy's page instead of a file: many kinds
        where = "backbone.weights imagenet" if pretrained else "backbone.name"
        remedy = by_hand(name) if pretrained else "Take another backbone."
        raise UserError(where, f"{name} cannot be loaded ({_first_line(error)})", remedy) from error


def _for_its_channels(state: dict[str, Tensor], own: dict[str, Tensor], net: Any) -> dict[str, Tensor]:
    """Weights of the first layer for red, green and blue, adapted to the channels of the network as timm adapts its own."""
    from timm.models import adapt_input_conv

    first = net.pretrained_cfg.get("first_conv") or ()
    for key in (f"{layer}.weight" for layer in ((first,) if isinstance(first, str) else first)):
        if key in state and key in own and state[key].ndim == 4 and state[key].shape[1] == COLOUR != own[key].shape[1]:
            state = state | {key: adapt_input_conv(own[key].shape[1], state[key])}
    return state


def _first_line(error: Exception) -> str:
    return (str(error) or type(error).__name__).splitlines()[0].rstrip(".")


def load_weights(path: Path, net: nn.Module, name: str, also: set[str]) -> None:
    """Fills a backbone from a safetensors file with timm's names, or from the `model.safetensors` of a run.

    Args:
        path: the file.
        net: the backbone, as far as it is used.
        name: its architecture, for the message.
        also: further names that a file of this architecture may hold: classifier, and layers that were cut off.

    Raises:
        UserError: no such file, one of another architecture, or weights that are not finite.
    """
    try:
        state = load_file(path)
    except (OSError, SafetensorError) as error:
        raise UserError(path, f"cannot be read as safetensors ({_first_line(error)})", "Give a .safetensors file.") from None
    if any(key.startswith(RUN_PREFIX) for key in state):
        state = {key.removeprefix(RUN_PREFIX): tensor for key, tensor in state.items() if key.startswith(RUN_PREFIX)}
    if broken := next((key for key, tensor in state.items() if tensor.is_floating_point() and not torch.isfinite(tensor).all()), None):
        raise UserError(path, f"holds weights that are not finite numbers (the first is {broken})", "Give the weights of another training.")
    own: dict[str, Tensor] = net.state_dict()
    state = _for_its_channels(state, own, net)
    fits = sum(key in state and state[key].shape == tensor.shape for key, tensor in own.items())
    foreign = [key for key in state if key not in own and key not in also]
    if fits < len(own) or foreign:
        reason = f"is not of {name}: {fits} of its {len(own)} weights fit by name and shape, {len(foreign)} in the file are foreign to it"
        raise UserError(path, reason, "Give a file of this architecture with timm's names, or set backbone.name to that of the file.")
    net.load_state_dict({key: state[key] for key in own})
