"""`train.compile`: the backbone compiled by `torch.compile` for the steps of a training, where that works."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import lightning as L
import torch
from torch import nn

from sightline.attention.classifier import GuidedClassifier
from sightline.engine.module import Training
from sightline.losses.objective import Objective

_METHOD = "raw"


def obstacle(classifier: GuidedClassifier, objective: Objective, devices: int = 1) -> str | None:
    """Why the backbone of a training cannot be compiled; None: it can."""
    if devices > 1:
        return "several processes train together"
    if classifier.source.taps or classifier.source.logit_taps:
        return "the attention source reads layers inside the backbone"
    if len(objective.behaviour):
        return "a behaviour loss runs the network again in ways that a compiled one does not allow"
    return None


class Compiled(L.Callback):
    """Compiles the backbone while a training runs, and only its training steps. Says once why where that is not possible.

    Each batch size is compiled by itself (`dynamic=False`), so that the code of a step does not depend on the batches before it.
    """

    def __init__(self, say: Callable[[str], None] = print) -> None:
        self.say = say

    def on_fit_start(self, trainer: L.Trainer, module: L.LightningModule) -> None:
        """Puts the compiled method before the network's own."""
        assert isinstance(module, Training)
        why = obstacle(module.classifier, module.objective, trainer.world_size)
        if why is not None:
            if trainer.is_global_zero:
                self.say(f"train.compile: not compiled, since {why}.")
            return
        for network in _networks(module):
            setattr(network, _METHOD, in_training(network, getattr(network, _METHOD), self.say))

    def on_fit_end(self, trainer: L.Trainer, module: L.LightningModule) -> None:
        """Takes it away, so that the network can be copied and saved as before."""
        for network in _networks(module):
            vars(network).pop(_METHOD, None)

    def on_exception(self, trainer: L.Trainer, module: L.LightningModule, *_: Any) -> None:
        """Takes it away: Lightning does not call `on_fit_end` after an exception."""
        self.on_fit_end(trainer, module)


def _networks(module: L.LightningModule) -> list[nn.Module]:
    """The backbone, and a second one inside it (attention `own_region`)."""
    assert isinstance(module, Training)
    return [part for part in module.classifier.backbone.modules() if hasattr(part, _METHOD)]


def in_training(module: nn.Module, plain: Callable[..., Any], say: Callable[[str], None]) -> Callable[..., Any]:
    """`plain`, compiled for the steps in training mode; plain for good from the first time that this fails."""
    compiled: Callable[..., Any] | None = torch.compile(plain, dynamic=False)

    def run(*args: Any, **options: Any) -> Any:
        nonlocal compiled
        if compiled is None or not (module.training and torch.is_grad_enabled()):
            return plain(*args, **options)
        try:
            return compiled(*args, **options)
        except Exception as error:  # no C++ compiler, an unsupported layer, ...: many kinds
            compiled = None
            said = (str(error) or type(error).__name__).strip().splitlines()[0]
            say(f"train.compile: not compiled, since it failed here ({said}).")
            return plain(*args, **options)

    return run
