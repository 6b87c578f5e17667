"""Second forward passes that do not change the running statistics of batch-norm layers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm

Mode = Literal["frozen", "quiet"]


@contextmanager
def second_pass(model: nn.Module, mode: Mode) -> Iterator[None]:
    """A context in which batch-norm layers do not update their running statistics, since the changed images never occur in use.

    Every layer then goes back to its own state: one that was frozen stays frozen.

    Args:
        model: whose layers.
        mode: `frozen`: the running statistics are used; suited to masked images, whose own statistics would be unusual. `quiet`: the
            batch's own statistics are used, as in the first pass, but the running statistics are not updated.
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
