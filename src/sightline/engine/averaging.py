"""The average of the weights over the last steps of a training, which is validated and kept in place of the weights themselves."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from typing import Any

import torch
from torch import Tensor, nn


def decay_at(step: int, decay: float) -> float:
    """The share of the average that step number `step` (0-based) keeps: less at first, so that the first weights are soon forgotten.

    >>> [round(decay_at(step, 0.98), 3) for step in (0, 10, 1000)]
    [0.1, 0.55, 0.98]
    """
    return min(decay, (1 + step) / (10 + step))


class Average:
    """Exponential moving average of the parameters and buffers of a module; those that hold no decimal numbers are copied.

    Args:
        module: whose weights are averaged; its present ones are the first average.
        decay: share of the average that each step keeps, once `decay_at` has reached it.

    Attributes:
        step: number of steps that were averaged.
    """

    def __init__(self, module: nn.Module, decay: float) -> None:
        self.module, self.decay, self.step = module, decay, 0
        self._average = {name: tensor.detach().clone() for name, tensor in self._own()}

    def _own(self) -> Iterator[tuple[str, Tensor]]:
        """Each tensor once, also where two layers share it."""
        return chain(self.module.named_parameters(), self.module.named_buffers())

    @torch.no_grad()
    def update(self) -> None:
        """Takes in the module's weights after a step."""
        kept = decay_at(self.step, self.decay)
        for name, tensor in self._own():
            if tensor.is_floating_point():
                self._average[name].lerp_(tensor, 1 - kept)
            else:
                self._average[name].copy_(tensor)
        self.step += 1

    @torch.no_grad()
    def swap(self) -> None:
        """Exchanges the module's weights and the average; a second call undoes the first."""
        for name, tensor in self._own():
            kept = tensor.clone()
            tensor.copy_(self._average[name])
            self._average[name].copy_(kept)

    @contextmanager
    def in_place(self) -> Iterator[None]:
        """Within it, the module holds the average."""
        self.swap()
        try:
            yield
        finally:
            self.swap()

    @torch.no_grad()
    def restart(self) -> None:
        """Makes the module's present weights the average."""
        for name, tensor in self._own():
            self._average[name].copy_(tensor)

    def state_dict(self) -> dict[str, Any]:
        """For resuming."""
        return {"step": self.step, "weights": self._average}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """For resuming."""
        self.step = int(state["step"])
        for name, tensor in state["weights"].items():
            self._average[name].copy_(tensor)
