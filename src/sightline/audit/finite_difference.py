"""Does a loss's gradient say what the loss really does when the weights move?"""

from __future__ import annotations

import copy
import math
from dataclasses import replace

import torch
from torch import Tensor

from sightline.attention.classifier import GuidedClassifier
from sightline.audit.untouched import untouched
from sightline.losses.objective import Objective
from sightline.types import Batch

STEP = 1e-3


def slope_error(classifier: GuidedClassifier, objective: Objective, batch: Batch, loss: str, step: float = STEP) -> float:
    """How far the slope that the gradient promises is from the one that is measured, along one random direction in weight space.

    A map or channel weight that is constant on the graph, but not in truth, shows here even though some gradient flows. Works on a copy
    in float64. The direction leans towards the gradient, so that the slope stands out from rounding.

    Args:
        loss: its name in the objective.
        step: length of the step to both sides.

    Returns:
        |promised - measured| / the larger of the two; 0 where both are zero.
    """
    classifier, objective = copy.deepcopy(classifier).double(), copy.deepcopy(objective).double()
    batch = replace(batch, images=batch.images.double(), roi=batch.roi.double(), avoid=batch.avoid.double())
    own = (objective.guidance_losses() | objective.behaviour_losses())[loss]
    weights = [p for p in (*classifier.parameters(), *own.parameters()) if p.requires_grad]

    def value() -> Tensor:
        torch.manual_seed(0)  # the same dropout and the same partners each time
        classifier.train()
        return objective.measure(classifier, batch, math.inf)[1][loss]

    with untouched(classifier, objective):
        gradients = torch.autograd.grad(value(), weights, allow_unused=True, materialize_grads=True)
    with torch.random.fork_rng(devices=[]):
        noise = [torch.randn(w.shape, dtype=w.dtype).to(w.device) for w in weights]
    direction = [_unit(n) + _unit(g) for n, g in zip(noise, gradients, strict=True)]
    promised = sum((g * d).sum().item() for g, d in zip(gradients, direction, strict=True))
    measured = 0.0
    for sign in (1, -1):
        with untouched(classifier, objective), torch.no_grad():
            for w, d in zip(weights, direction, strict=True):
                w.add_(d, alpha=sign * step)
            measured += sign * value().item() / (2 * step)
            for w, d in zip(weights, direction, strict=True):
                w.sub_(d, alpha=sign * step)
    largest = max(abs(promised), abs(measured))
    return abs(promised - measured) / largest if largest else 0.0


def _unit(x: Tensor) -> Tensor:
    norm = x.norm()
    return x / norm if norm > 0 else x
