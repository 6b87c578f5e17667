"""A context in which modules can be tried out without lasting changes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import nn


@contextmanager
def untouched(*modules: nn.Module) -> Iterator[None]:
    """Afterwards buffers (batch-norm statistics), train or eval mode of every layer, and random state are what they were."""
    buffers = [(b, b.detach().clone()) for module in modules for b in module.buffers()]
    modes = [(layer, layer.training) for module in modules for layer in module.modules()]
    devices = {b.device.index for module in modules for b in module.parameters() if b.is_cuda}
    try:
        with torch.random.fork_rng(devices=sorted(devices)):
            yield
    finally:
        with torch.no_grad():
            for buffer, before in buffers:
                buffer.copy_(before)
        for layer, mode in modes:
            layer.training = mode
