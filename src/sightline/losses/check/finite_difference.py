"""Comparison of a loss's gradient with finite differences."""

from __future__ import annotations

import copy
import math
from dataclasses import replace

import torch
from torch import Tensor
from torch.nn.modules.batchnorm import _BatchNorm

from sightline.attention.classifier import GuidedClassifier
from sightline.losses.check.untouched import untouched
from sightline.losses.objective import Objective
from sightline.types import Batch

STEP = 1e-7  # so short that hardly a ReLU switches on the way: a gradient of an input gradient does not see such jumps
NOTHING = 1e-6


def slope_error(classifier: GuidedClassifier, objective: Objective, batch: Batch, loss: str, step: float = STEP) -> float:
    """How far the slope that the gradient promises is from the one that is measured, along one random direction per submodule.

    A map or channel weight that is constant on the graph, but not in truth, shows here even though some gradient flows. Works on a copy
    in float64, which the attention source has to keep to. The direction leans towards the gradient, so that the slope stands out.

    Args:
        loss: its name in the objective.
        step: length of the step to both sides, per parameter.

    Returns:
        |promised - measured| / the larger of the two, of the worst submodule. Slopes below a millionth of the whole gradient count as
        none.
    """
    classifier, objective = copy.deepcopy(classifier).double(), copy.deepcopy(objective).double()
    for layer in classifier.modules():
        if isinstance(layer, _BatchNorm):
            layer.momentum = 0.0  # to a gradient the running statistics are constants, so they must not move with the weights
    batch = replace(batch, images=batch.images.double(), roi=batch.roi.double(), avoid=batch.avoid.double())
    if batch.several:
        batch = replace(batch, finding_roi=batch.of_findings[0].double())
    own = (objective.guidance_losses() | objective.behaviour_losses())[loss]
    named = [*classifier.named_parameters(), *((f"losses.{name}", p) for name, p in own.named_parameters())]
    weights = {name: p for name, p in named if p.requires_grad}

    def value() -> Tensor:
        torch.manual_seed(0)  # the same dropout and the same partners each time
        classifier.train()
        return objective.measure(classifier, batch, math.inf)[1][loss]

    def measured(direction: dict[str, Tensor]) -> float:
        slope = 0.0
        for sign in (1, -1):
            with untouched(classifier, objective), torch.no_grad():
                for name, d in direction.items():
                    weights[name].add_(d, alpha=sign * step)
                slope += sign * value().item() / (2 * step)
                for name, d in direction.items():
                    weights[name].sub_(d, alpha=sign * step)
        return slope

    with untouched(classifier, objective):
        found = torch.autograd.grad(value(), list(weights.values()), allow_unused=True, materialize_grads=True)
    gradients = dict(zip(weights, found, strict=True))
    smallest = NOTHING * math.sqrt(sum(g.square().sum().item() for g in found))
    noise = torch.Generator().manual_seed(0)
    worst = 0.0
    for part in sorted({name.partition(".")[0] for name in weights}):
        direction = {}
        for name, g in gradients.items():
            if name.partition(".")[0] == part:
                direction[name] = _unit(torch.randn(g.shape, generator=noise, dtype=g.dtype).to(g.device)) + _unit(g)
        promised = sum((gradients[name] * d).sum().item() for name, d in direction.items())
        real = measured(direction)
        largest = max(abs(promised), abs(real))
        if largest > smallest:
            worst = max(worst, abs(promised - real) / largest)
    return worst


def _unit(x: Tensor) -> Tensor:
    norm = x.norm()
    return x / norm if norm > 0 else x
