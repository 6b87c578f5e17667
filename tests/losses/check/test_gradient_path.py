"""The gradient-path audit: every planted defect is caught and named, and nothing is left behind."""

from __future__ import annotations

import copy
from dataclasses import replace

import pytest
import torch
from followed import SOURCES, batch, classifier, objective, only, planted
from torch import nn

from sightline.attention.classifier import GuidedClassifier
from sightline.errors import UserError
from sightline.losses.check.gradient_path import PathReport, follow_gradients, require
from sightline.losses.guidance import GuidanceLoss
from sightline.losses.objective import Objective
from sightline.types import Batch, Look


@pytest.mark.parametrize("source", SOURCES)
def test_an_open_path_is_open(source):
    model = classifier(source)
    report = only(follow_gradients(model, objective([{"name": "l2"}]), batch()))
    assert report.ok, report.reason
    for part in model.source.reaches:
        assert report.reached.get(part, 1) > 0
    require(model, objective([{"name": "l2"}]), batch())


@pytest.mark.parametrize("hidden", [(), (8,)])
def test_grad_cam_in_train_mode_is_followed_through_batch_norm_and_a_deeper_head(hidden):
    """Pitfall 14: the weights of the map are gradients themselves."""
    model, goal = classifier("gradcam", hidden), objective([{"name": "outside"}])
    report = only(follow_gradients(model, goal, batch(), finite_difference=True))
    assert report.ok, report.reason
    assert report.reached["head"] > 0


def test_norms_are_those_of_a_backward_pass_of_that_loss_alone():
    model, goal, some = classifier(), objective([{"name": "outside"}, {"name": "l1"}]), batch()
    reports = {r.loss: r for r in follow_gradients(model, goal, some)}
    model.train()
    look = model.look(some.images, some.labels)
    goal.guidance[0](look.maps["cam"], some.roi, some.known).backward()
    for part in ("backbone", "head"):
        norm = torch.stack([p.grad.square().sum() for p in getattr(model, part).parameters() if p.grad is not None]).sum().sqrt()
        assert reports["outside"].reached[part] == pytest.approx(norm.item(), rel=1e-4)


@pytest.mark.parametrize("options", [{"name": "mining"}, {"name": "mining", "mode": "per_class"}, {"name": "background"}])
def test_behaviour_losses_are_followed_too(options):
    report = only(follow_gradients(classifier(), objective(behaviour=[options]), batch()))
    assert report.ok, report.reason
    assert report.reached["backbone"] > 0
    assert report.reached["head"] > 0


def test_nothing_is_left_behind():
    """Pitfalls 9, 10, 13, 15."""
    model, goal, some = classifier(), objective([{"name": "selective_mse"}], [{"name": "mining"}, {"name": "background"}]), batch()
    model.eval()
    model.backbone.train()
    frozen = next(m for m in model.modules() if isinstance(m, nn.BatchNorm2d))
    frozen.eval()
    for parameter in model.parameters():
        parameter.grad = torch.ones_like(parameter)
    before, modes = copy.deepcopy(model.state_dict()), [m.training for m in model.modules()]
    hooks = [len(m._forward_hooks) + len(m._backward_hooks) for m in model.modules()]
    random = torch.get_rng_state()
    follow_gradients(model, goal, some, finite_difference=True)
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
    assert [m.training for m in model.modules()] == modes
    assert [len(m._forward_hooks) + len(m._backward_hooks) for m in model.modules()] == hooks
    assert torch.equal(torch.get_rng_state(), random)
    assert all(torch.equal(p.grad, torch.ones_like(p)) for p in model.parameters())
    assert all(p.grad is None for p in goal.parameters())


def test_traces_are_removed_after_an_error_as_well():
    model = classifier()
    model.eval()
    before = copy.deepcopy(model.state_dict())
    with pytest.raises(UserError, match="map 'gate'"):
        follow_gradients(model, objective([{"name": "l2", "map": "gate"}]), batch())
    assert not model.training
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())


def refused(model: GuidedClassifier, goal: Objective, some: Batch | None = None) -> PathReport:
    some = some or batch()
    report = next(r for r in follow_gradients(model, goal, some) if not r.ok)
    with pytest.raises(UserError) as error:
        require(model, goal, some)
    assert error.value.where == f"loss {report.loss}"
    assert report.reason in str(error.value)
    assert report.remedy
    return report


def test_a_detached_map_is_caught():
    """Pitfall 8."""
    model = planted(lambda _, look: Look(look.logits, {k: v.detach() for k, v in look.maps.items()}, {}, look.ranges))
    assert "detached" in refused(model, objective([{"name": "l2"}])).reason
    assert "detached" in refused(model, objective(behaviour=[{"name": "mining"}])).reason


def test_detached_class_weights_are_caught():
    """Pitfall 8: the backbone still gets a gradient, the head none."""
    model = classifier()
    honest = model.head.class_weights
    model.head.class_weights = lambda: honest().detach()
    report = refused(model, objective([{"name": "l2"}]))
    assert report.reason == "no gradient reaches head"
    assert report.reached["backbone"] > 0


def test_detached_features_are_caught():
    def cut(model, look):
        return Look(look.logits, {"cam": look.maps["cam"].detach() * model.head.linear.weight.mean()}, {}, look.ranges)

    assert refused(planted(cut), objective([{"name": "l2"}])).reason == "no gradient reaches backbone"


def test_weight_zero_is_caught():
    """Pitfall 7."""
    assert refused(classifier(), objective([{"name": "l2", "weight": 0}])).reason == "its weight is 0"
    assert refused(classifier(), objective(behaviour=[{"name": "mining", "weight": 0}])).reason == "its weight is 0"


def test_a_batch_that_cannot_show_anything_is_named():
    """Pitfall 2: annotations that never match their images."""
    assert "no image has a known ROI" in refused(classifier(), objective([{"name": "l2"}]), batch(known=False)).reason
    assert "fewer than two" in refused(classifier(), objective(behaviour=[{"name": "background"}]), batch(known=False)).reason
    nothing = batch()
    nothing.avoid.zero_()
    assert "no image has an area to avoid" in refused(classifier(), objective([{"name": "avoid"}]), nothing).reason


def test_the_printed_sum_over_classes_is_caught():
    """F3."""
    with pytest.warns(UserWarning, match="sum to one"):
        goal = objective(behaviour=[{"name": "mining", "mode": "sum"}])
    assert "always sum to one" in refused(classifier(), goal).reason


def with_loss(loss: GuidanceLoss) -> Objective:
    goal = objective([{"name": "l2"}])
    goal.guidance[0] = loss
    return goal


class Clipped(GuidanceLoss):
    """Pitfall 11: a clipping branch puts a number in the place of the loss."""

    def compare(self, attention, roi):
        value = (attention - roi).square().mean((1, 2, 3))
        return torch.full_like(value, 0.1) if (value < 100).all() else value


class Number(GuidanceLoss):
    def forward(self, *args):
        return super().forward(*args).item()

    def compare(self, attention, roi):
        return (attention - roi).square().mean((1, 2, 3))


class Leaf(Clipped):
    """Has a gradient, but not of the map."""

    def compare(self, attention, roi):
        return super().compare(attention, roi).requires_grad_()


class Rooted(GuidanceLoss):
    def compare(self, attention, roi):
        return (attention - attention).sqrt().mean((1, 2, 3))


class Logged(GuidanceLoss):
    def compare(self, attention, roi):
        return (attention - attention).log().mean((1, 2, 3))


class Idle(GuidanceLoss):
    """Pitfall 1: a learned scale that scales nothing."""

    def __init__(self):
        super().__init__()
        self.alpha = nn.Parameter(torch.ones(()))

    def compare(self, attention, roi):
        return (attention - roi).square().mean((1, 2, 3)) + 0 * self.alpha


class Swallowed(GuidanceLoss):
    """Adds a map so large that the difference is lost in rounding."""

    def compare(self, attention, roi):
        return torch.sigmoid(attention * 0 + 1e4).mean((1, 2, 3))


@pytest.mark.parametrize(
    ("loss", "reason"),
    [
        (Clipped(), "its value is a constant"),
        (Number(), "plain number"),
        (Leaf(), "does not depend on the attention map"),
        (Rooted(), "its gradient is not finite"),
        (Logged(), "its value is -inf"),
        (Idle(), "no gradient reaches losses"),
        (Swallowed(), "saturated, constant or without positive evidence"),
    ],
)
def test_losses_that_move_nothing_are_caught(loss, reason):
    assert reason in refused(classifier(), with_loss(loss)).reason


def test_a_learned_scale_that_works_is_reached():
    report = only(follow_gradients(classifier(), objective([{"name": "selective_mse"}]), batch()))
    assert report.ok
    assert report.reached["losses"] > 0


def test_a_saturated_gate_is_caught():
    model = classifier("gates")
    for name, parameter in model.source.named_parameters():
        if name.endswith("bias"):
            parameter.data.fill_(-200)
    assert "no gradient reaches" in refused(model, objective([{"name": "l2"}])).reason


def test_a_map_of_one_cell_is_caught():
    """Divided by its own maximum it is constant, and what is left of its gradient is rounding."""
    small = replace(batch(), images=batch().images[..., :32, :32], roi=batch().roi[..., :32, :32], avoid=batch().avoid[..., :32, :32])
    assert "one cell" in refused(classifier(), objective([{"name": "l2"}]), small).reason


def test_a_map_that_can_never_be_positive_is_caught():
    model = planted(lambda _, look: Look(look.logits, {k: -v.abs() for k, v in look.maps.items()}, {}, look.ranges))
    assert "without positive evidence" in refused(model, objective([{"name": "l2", "squash": "max"}])).reason


def test_evidence_that_happens_to_be_negative_at_the_start_is_no_cut():
    model, some = classifier(), batch()
    model.head.linear.weight.data.abs_().neg_()
    goal = objective([{"name": "l2", "squash": "max"}])
    weights = model.head.linear.weight.clone()
    report = only(follow_gradients(model, goal, some))
    assert report.ok
    assert "no positive evidence yet" in report.reason
    assert torch.equal(model.head.linear.weight, weights)
    require(model, goal, some)


def test_only_the_guilty_loss_is_named():
    goal = objective([{"name": "l2"}, {"name": "l2", "weight": 0}, {"name": "energy"}], [{"name": "background"}])
    reports = follow_gradients(classifier(), goal, batch())
    assert {r.loss: r.ok for r in reports} == {"l2": True, "l2.1": False, "energy": True, "background": True}
    with pytest.raises(UserError, match=r"loss l2\.1: would have no effect: its weight is 0"):
        require(classifier(), goal, batch())


def test_losses_that_set_in_later_are_looked_at_as_if_they_had():
    assert only(follow_gradients(classifier(), objective([{"name": "l2", "start": 7, "ramp": 3}]), batch())).ok
