"""Second forward passes that leave no mark on the batch-norm statistics."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm

Mode = Literal["frozen", "quiet"]


@contextmanager
def second_pass(model: nn.Module, mode: Mode) -> Iterator[None]:
    """While it lasts, batch-norm layers do not learn from what passes through, which are images that no one will ever show the model.

    Every layer then goes back to its own state: one that was frozen stays frozen.

    Args:
        model: whose layers.
        mode: `frozen`: the running statistics are used; right for masked images, whose own would be odd. `quiet`: the batch's own
            statistics are used, as in the first pass, but not remembered.
    """
    layers = [m for m in model.modules() if isinstance(m, _BatchNorm) and m.training]
    tracked = [m.track_running_stats for m in layers]
    try:
        for layer in layers:
            # the flag itself and not eval(), which would also reach what timm keeps inside its batch-norm layers
            layer.training = mode == "quiet"
            layer.track_running_stats = mode == "frozen" and layer.track_running_stats
        yield
    finally:
        for layer, track in zip(layers, tracked, strict=True):
            layer.training, layer.track_running_stats = True, track
