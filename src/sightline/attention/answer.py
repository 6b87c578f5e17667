"""The user's own networks: removes wrappers around them, and finds the logits in their output."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

import torch
from torch import Tensor, nn

from sightline.errors import UserError

WRAPPERS = {"_orig_mod": "torch.compile", "module": "DataParallel"}


def bare(module: nn.Module) -> nn.Module:
    """The network inside `torch.compile`, `DataParallel` and `DistributedDataParallel`, whose layers can be observed."""
    parallel = (nn.DataParallel, nn.parallel.DistributedDataParallel)
    while True:
        if isinstance(inner := getattr(module, "_orig_mod", None), nn.Module) or (
            isinstance(module, parallel) and isinstance(inner := module.module, nn.Module)
        ):
            module = inner
        else:
            return module


def bare_name(layer: str) -> str:
    """A layer's name without the prefixes of those wrappers."""
    first, _, rest = layer.partition(".")
    return bare_name(rest) if first in WRAPPERS and rest else layer


def logits_of(answer: Any, where: str) -> Tensor:
    """The logits (B, C) in the output of a classifier: a tensor, or a dictionary, tuple or dataclass that holds them. In float32 or higher
    precision.

    Raises:
        UserError: there is no such tensor, or several tensors could be the logits.
    """
    named = answer.get("logits") if isinstance(answer, Mapping) else getattr(answer, "logits", None)
    if isinstance(answer, Tensor):
        found = [answer]
    elif isinstance(named, Tensor):
        found = [named]
    else:
        found = [tensor for tensor in _tensors(answer) if tensor.ndim == 2 and tensor.is_floating_point()]
    if len(found) > 1:
        reason = f"returns {len(found)} tensors that could be the logits"
        raise UserError(where, reason, "Wrap a module that returns the logits alone, or under the name `logits`.")
    if len(found) == 1 and found[0].ndim == 4 and found[0].shape[2:] == (1, 1):
        found = [found[0].flatten(1)]
    if not found or found[0].ndim != 2 or not found[0].is_floating_point():
        shown = f" but {tuple(found[0].shape)}" if found else f" but {type(answer).__name__}"
        raise UserError(where, f"does not return logits (B, C){shown}", "Wrap a classifier.")
    return found[0] if found[0].dtype == torch.float64 else found[0].float()


def _tensors(answer: Any) -> list[Tensor]:
    if isinstance(answer, Mapping):
        parts: Sequence[Any] = list(answer.values())
    elif dataclasses.is_dataclass(answer) and not isinstance(answer, type):
        parts = [getattr(answer, field.name) for field in dataclasses.fields(answer)]
    else:
        parts = answer if isinstance(answer, list | tuple) else ()
    return [part for part in parts if isinstance(part, Tensor)]


def as_written(module: nn.Module) -> AbstractContextManager[Any]:
    """Runs a network layer by layer, as its code is written, so that its layers can be observed: without the compiled parts of
    `torch.compile`, and without PyTorch's fast path for transformer layers."""
    compiled = any(hasattr(part, "_orig_mod") or getattr(part, "_compiled_call_impl", None) is not None for part in module.modules())
    return _without_short_cuts(torch.compiler.set_stance("force_eager") if compiled else nullcontext())


@contextmanager
def _without_short_cuts(stance: AbstractContextManager[Any]) -> Iterator[None]:
    before = torch.backends.mha.get_fastpath_enabled()
    torch.backends.mha.set_fastpath_enabled(False)
    try:
        with stance:
            yield
    finally:
        torch.backends.mha.set_fastpath_enabled(before)
