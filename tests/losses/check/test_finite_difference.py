"""The gradient of a loss is the slope that is measured, unless something hides in it."""

from __future__ import annotations

import copy
from dataclasses import replace

import pytest
import torch
from followed import SOURCES, batch, classifier, objective, only, planted

from sightline.attention.classifier import GuidedClassifier
from sightline.config import Losses, Plugin
from sightline.losses.check.finite_difference import slope_error
from sightline.losses.check.gradient_path import follow_gradients
from sightline.losses.mining import AttentionMining
from sightline.losses.objective import Objective
from sightline.types import Batch, Look


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("loss", ["energy", "pixel_ce"])
def test_the_gradient_is_the_measured_slope(source, loss):
    assert slope_error(classifier(source), objective([{"name": loss}]), batch(), loss) < 0.02


@pytest.mark.parametrize("loss", ["mining", "background"])
def test_the_gradient_of_behaviour_losses_is_the_measured_slope(loss):
    assert slope_error(classifier(), objective(behaviour=[{"name": loss}]), batch(), loss) < 0.02


def slopes_through_the_mask(model: GuidedClassifier, truth: GuidedClassifier, part: str, mode: str = "gt") -> tuple[float, float]:
    """Promised by `model` and measured on `truth`: the slope of attention mining as the weights of one part move the map alone.

    A further network, which stays as it is, judges what the mask leaves; the direction is the true gradient's.
    """
    loss, judge, some = AttentionMining(mode=mode), copy.deepcopy(model).double(), batch()
    some = replace(some, images=some.images.double())

    def value(of: GuidedClassifier) -> torch.Tensor:
        return loss(judge, of.look(some.images, some.labels, every=loss.needs_every), some)

    def gradient(of: GuidedClassifier) -> list[torch.Tensor]:
        weights = list(getattr(of.double().train(), part).parameters())
        return list(torch.autograd.grad(value(of), weights, allow_unused=True, materialize_grads=True))

    promised, true = gradient(model), gradient(truth)
    length = torch.stack([g.norm() for g in true]).norm()
    measured = []
    for step in (1e-7, -2e-7):
        with torch.no_grad():
            for weight, g in zip(getattr(truth, part).parameters(), true, strict=True):
                weight.add_(g / length, alpha=step)
            measured.append(value(truth).item())
    return sum((g * d).sum().item() for g, d in zip(promised, true, strict=True)) / length.item(), (measured[0] - measured[1]) / 2e-7


@pytest.mark.parametrize("part", ["backbone", "head"])
@pytest.mark.parametrize("mode", ["gt", "per_class", "score"])
@pytest.mark.parametrize("hidden", [(), (8,)])
def test_the_gradient_of_mining_through_the_mask_of_grad_cam_is_the_measured_slope(hidden, mode, part):
    """000-20 to 000-25: with channel weights that are known (linear head) and such as are gradients. Mode sum, as printed, has no slope."""
    model = classifier("gradcam", hidden)
    promised, measured = slopes_through_the_mask(model, model, part, mode)
    assert promised > 1e-3
    assert measured == pytest.approx(promised, rel=2e-3)


@pytest.mark.parametrize("hidden", [(), (8,)])
def test_constant_channel_weights_promise_another_slope_of_mining(hidden):
    first, second = classifier("gradcam", hidden, order="first"), classifier("gradcam", hidden)
    promised, measured = slopes_through_the_mask(first, second, "head")
    assert promised == 0
    assert measured > 1e-3


def test_a_hidden_constant_shows_in_the_slope():
    """Half of the map's dependence is detached: every part is reached, but the gradient is wrong."""

    def half(_, look):
        return Look(look.logits, {k: 0.5 * v + 0.5 * v.detach() for k, v in look.maps.items()}, {}, look.ranges)

    model, goal = planted(half), objective([{"name": "outside"}])
    assert only(follow_gradients(model, goal, batch())).ok
    report = only(follow_gradients(model, goal, batch(), finite_difference=True))
    assert not report.ok
    assert "measured slope" in report.reason


def test_a_constant_that_is_no_part_of_what_must_be_reached_shows_in_the_slope():
    model = classifier("gradcam", order="first")
    model.source.needs_gradient = False  # as a source would say that leaves out nothing
    report = only(follow_gradients(model, objective([{"name": "outside"}]), batch(), finite_difference=True))
    assert report.reason == "its gradient differs from the measured slope by 100%"


def test_first_order_gradcam_is_incomplete_on_purpose():
    model, goal = classifier("gradcam", order="first"), objective([{"name": "outside"}])
    assert slope_error(model, goal, batch(), "outside") > 0.5
    assert only(follow_gradients(model, goal, batch(), finite_difference=True)).ok


def test_the_gradient_is_the_measured_slope_where_images_have_several_findings():
    """The region of each finding goes along in float64."""
    goal = Objective(
        Losses.model_validate({"classification": {"name": "binary_cross_entropy"}, "guidance": [{"name": "energy"}]}), Plugin(name="fixed")
    )
    rois = torch.zeros(4, 2, 64, 64)
    rois[:, 0, :32], rois[:, 1, 32:] = 1, 1
    some = Batch(batch().images, torch.tensor([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0], [0.0, 1.0]]), finding_roi=rois)
    assert slope_error(classifier(), goal, some, "energy") < 0.02
    apart = replace(some, finding_roi=1 - rois)
    assert goal.measure(classifier(), some, 0)[1]["energy"] != goal.measure(classifier(), apart, 0)[1]["energy"]
