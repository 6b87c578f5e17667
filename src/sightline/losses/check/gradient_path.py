"""Check before a training: does each guidance and each behaviour loss really change the weights that it should?

A guidance loss that moves nothing looks like one that works: the training runs, the class loss falls. So the gradient of each loss alone
is followed to the weights.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import torch
from torch import Tensor

from sightline.attention.classifier import GuidedClassifier
from sightline.errors import UserError
from sightline.losses.behaviour import BehaviourLoss
from sightline.losses.check.finite_difference import slope_error
from sightline.losses.check.untouched import untouched
from sightline.losses.guidance import GuidanceLoss
from sightline.losses.objective import Objective
from sightline.types import Batch, Look

SLOPE_TOLERANCE = 0.05

Fault = tuple[str, str]  # reason and remedy

_DEAD = "its gradient at the map is zero in every image: the map is saturated, constant or without positive evidence"


@dataclass(frozen=True)
class PathReport:
    """What following its gradient found about one loss.

    Attributes:
        loss: its name in the objective.
        ok: it moves what it should.
        reached: submodule (`backbone`, `head`, `source`, and `losses` for the loss's own scalars) -> norm of the loss's gradient.
        reason: why not; or what else is to be said.
        remedy: what can be done about it.
    """

    loss: str
    ok: bool
    reached: dict[str, float] = field(default_factory=dict)
    reason: str = ""
    remedy: str = ""


def follow_gradients(
    classifier: GuidedClassifier, objective: Objective, batch: Batch, *, finite_difference: bool = False
) -> list[PathReport]:
    """Follows the gradient of each guidance and each behaviour loss, as in a training step after all of them have set in.

    Leaves no trace: gradients, batch-norm statistics, random state and modes stay as they are.

    Args:
        batch: with annotated images of several classes.
        finite_difference: also measure each slope, see `slope_error`. Takes a copy in float64 and several more steps per loss.

    Returns:
        One report per loss, in the objective's order.
    """
    with untouched(classifier, objective), torch.enable_grad():
        classifier.train()
        objective.train()
        reports = _examine(classifier, objective, batch)
        if any(r.reason == _DEAD for r in reports):
            # Evidence that happens to be negative everywhere before the training is no cut. Seen with the head's sign
            # turned it is positive, and the path is open; where it is closed for good, it stays closed.
            with _turned(classifier):
                again = _examine(classifier, objective, batch)
            note = "the maps hold no positive evidence yet; the loss is silent until they do"
            reports = [replace(b, reason=note) if a.reason == _DEAD and b.ok else a for a, b in zip(reports, again, strict=True)]
        if finite_difference:
            reports = [_measured(r, classifier, objective, batch) if r.ok else r for r in reports]
    return reports


def require(classifier: GuidedClassifier, objective: Objective, batch: Batch) -> None:
    """Refuses a training in which a guidance or behaviour loss would do nothing. See `follow_gradients`.

    Raises:
        UserError: names the first such loss, and why.
    """
    for report in follow_gradients(classifier, objective, batch):
        if not report.ok:
            raise UserError(f"loss {report.loss}", f"would have no effect: {report.reason}", report.remedy)


@dataclass(frozen=True)
class _Step:
    """A training step that is examined but not taken.

    Attributes:
        weights: the classifier's trainable parameters by name.
        noise: submodule -> norm below which a gradient is rounding error.
    """

    classifier: GuidedClassifier
    batch: Batch
    look: Look
    weights: dict[str, Tensor]
    noise: dict[str, float]


def _examine(classifier: GuidedClassifier, objective: Objective, batch: Batch) -> list[PathReport]:
    look, values = objective.measure(classifier, batch, math.inf)
    weights: dict[str, Tensor] = {name: p for name, p in classifier.named_parameters() if p.requires_grad}
    of_classes = _norms(_gradients(values[objective.names[0]], weights))
    eps = torch.finfo(torch.float32).eps
    step = _Step(classifier, objective.judged(classifier, batch), look, weights, {part: norm * eps for part, norm in of_classes.items()})
    losses = objective.guidance_losses() | objective.behaviour_losses()
    return [_judge(name, loss, values.get(name), step) for name, loss in losses.items()]


def _judge(name: str, loss: GuidanceLoss | BehaviourLoss, value: Any, step: _Step) -> PathReport:
    """One loss; the causes in the order in which they hide each other."""
    if fault := _without_gradient(loss, value, step):
        return PathReport(name, False, {}, *fault)
    own = {f"losses.{key}": p for key, p in loss.named_parameters() if p.requires_grad}
    gradients = _gradients(value, step.weights | own)
    if not all(torch.isfinite(g).all() for g in gradients.values()):
        return PathReport(name, False, {}, "its gradient is not finite", "Look for a root, a logarithm or a division at zero in it.")
    reached = _norms(gradients)
    fault = _lost_at_map(loss, value, step) or _lost_behind(loss, reached, step)
    return PathReport(name, False, reached, *fault) if fault else PathReport(name, True, reached)


def _without_gradient(loss: GuidanceLoss | BehaviourLoss, value: Any, step: _Step) -> Fault | None:
    """Why the value of a loss has no gradient that could be followed."""
    if value is None:
        return "its weight is 0", "Give it a weight, or take it out of the recipe."
    if lack := loss.missing(step.batch):
        return f"{lack} in the batch that was looked at", "Give such images, or take the loss out of the recipe."
    if not isinstance(value, Tensor):
        return "it returns a plain number, which has no gradient", "Let it return a tensor that is connected to the computation graph."
    if not torch.isfinite(value):
        return f"its value is {value.item()}", "Look for a division by zero or a logarithm of zero in it."
    if isinstance(loss, BehaviourLoss) and loss.gradient_free:
        return loss.gradient_free, "Choose another mode, e.g. gt."
    read = loss.attention(step.look)
    if read and not read[0].requires_grad:
        return "the attention map is detached from the graph", "The source must not detach its map or compute it under no_grad."
    if read and read[0].shape[-2:] == (1, 1):
        return "the attention map has one cell, which is the whole image", "Use larger images, or a finer map: `backbone.stride`."
    if not value.requires_grad:
        return "its value is a constant", "It must not replace its value by a constant or detach it."
    return None


def _lost_at_map(loss: GuidanceLoss | BehaviourLoss, value: Tensor, step: _Step) -> Fault | None:
    """Why the gradient of a loss ends before the map that the loss reads."""
    read = loss.attention(step.look)
    if read is None:
        return None
    at_map: Tensor | None = torch.autograd.grad(value, read[0], retain_graph=True, allow_unused=True)[0]
    if at_map is None:
        return "its value does not depend on the attention map", "It must not replace its value by a constant or detach the map."
    if not at_map.any():
        return _DEAD, "Use squash=minmax or squash=sigmoid, which leave no map without gradient, or start from trained weights."
    return None


def _lost_behind(loss: GuidanceLoss | BehaviourLoss, reached: dict[str, float], step: _Step) -> Fault | None:
    """Why the gradient of a loss does not arrive at the weights that it should move."""
    wanted = ("backbone", "head") if isinstance(loss, BehaviourLoss) else (*step.classifier.source.reaches, "losses")
    closed = [part for part in wanted if part in reached and reached[part] <= step.noise.get(part, 0.0)]
    if not closed:
        return None
    has_map = loss.attention(step.look) is not None
    remedy = "Something between the map and these weights is detached or saturated." if has_map else "Something in it is detached."
    return f"no gradient reaches {' and '.join(closed)}", remedy


def _gradients(value: Tensor, weights: dict[str, Tensor]) -> dict[str, Tensor]:
    """Of one loss, without touching `.grad`; zero for weights that are not on its graph."""
    found = torch.autograd.grad(value, list(weights.values()), retain_graph=True, allow_unused=True, materialize_grads=True)
    return dict(zip(weights, found, strict=True))


def _norms(gradients: dict[str, Tensor]) -> dict[str, float]:
    """Per submodule, which is the first part of a parameter's name."""
    squares: dict[str, float] = {}
    for name, gradient in gradients.items():
        part = name.partition(".")[0]
        squares[part] = squares.get(part, 0.0) + gradient.double().square().sum().item()
    return {part: math.sqrt(square) for part, square in squares.items()}


@contextmanager
def _turned(classifier: GuidedClassifier) -> Iterator[None]:
    """The head's weights with the opposite sign, for a while. Turning twice is exact."""

    def turn() -> None:
        with torch.no_grad():
            for weight in classifier.head.parameters():
                weight.neg_()

    turn()
    try:
        yield
    finally:
        turn()


def _measured(report: PathReport, classifier: GuidedClassifier, objective: Objective, batch: Batch) -> PathReport:
    """The report with the slope measured. First-order Grad-CAM leaves out a part of it on purpose and is passed over."""
    if classifier.source.needs_gradient and not classifier.source.needs_second_order:
        return report
    error = slope_error(classifier, objective, batch, report.loss)
    if error <= SLOPE_TOLERANCE:
        return report
    reason = f"its gradient differs from the measured slope by {error:.0%}"
    return replace(report, ok=False, reason=reason, remedy="A part of the map's dependence on the weights is detached.")
