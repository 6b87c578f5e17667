"""Attention mining, by eq. 3 to 5 of Figueroa 2022 and by hand."""

from __future__ import annotations

import copy
import warnings

import pytest
import torch
from scipy.special import expit
from tiny import Tiny, batch

from sightline.errors import UserError
from sightline.losses.mining import AttentionMining, hide, soft_mask
from sightline.types import Look


def test_the_printed_mask_is_far_from_zero_and_one():
    """F4: w = 3, sigma = 0.2."""
    levels = torch.tensor([0.0, 0.2, 1.0])
    assert soft_mask(levels).tolist() == pytest.approx([0.354, 0.5, 0.917], abs=1e-3)
    assert soft_mask(levels, 30, 0.6).tolist() == pytest.approx(expit([-18, -12, 12]).tolist(), abs=1e-6)


def test_hiding_leaves_black_or_the_mean_colour():
    images, mask = torch.rand(2, 3, 4, 4), torch.zeros(2, 1, 4, 4)
    mask[..., :2] = 1
    black, mean = hide(images, mask), hide(images, mask, "mean")
    assert not black[..., :2].any()
    assert torch.equal(black[..., 2:], images[..., 2:])
    torch.testing.assert_close(mean[..., 0, 0], images.mean((2, 3)))
    assert torch.equal(mean[..., 2:], images[..., 2:])
    half = hide(images, torch.full_like(mask, 0.5), "mean")
    torch.testing.assert_close(half, (images + images.mean((2, 3), keepdim=True)) / 2)


def by_hand(model: Tiny, look: Look, images: torch.Tensor, attention: torch.Tensor, **mask) -> torch.Tensor:
    a = torch.relu(attention)
    a = a / a.amax((1, 2, 3), keepdim=True)
    a = torch.nn.functional.interpolate(a, size=16, mode="bilinear", align_corners=False)
    frozen = copy.deepcopy(model)
    frozen.backbone.eval()
    return frozen(images * (1 - torch.sigmoid(mask.get("w", 3.0) * (a - mask.get("sigma", 0.2))))).softmax(1)


@pytest.fixture
def world():
    torch.manual_seed(3)
    model, some = Tiny(3), batch(6, classes=3)
    model.head.weight.data.abs_()  # every map has positive evidence
    return model, model.look(some.images, some.labels, every=True), some


def test_gt_and_score_judge_the_labelled_class(world):
    model, look, some = world
    p = by_hand(model, look, some.images, look.maps["cam"]).gather(1, some.labels[:, None])
    torch.testing.assert_close(AttentionMining(mode="gt")(model, look, some), (0.5 - p).abs().mean())
    torch.testing.assert_close(AttentionMining(mode="score")(model, look, some), p.mean())


def test_000_42_the_colour_of_what_is_hidden_and_the_batch_norm_of_the_second_pass_are_settings(world):
    model, look, some = world
    values = {AttentionMining(**options)(model, look, some).item() for options in ({}, {"fill": "mean"}, {"bn": "quiet"})}
    assert len(values) == 3


def test_per_class_hides_each_class_s_own_map(world):
    model, look, some = world
    expected = [by_hand(model, look, some.images, look.every["cam"][:, c : c + 1], w=10.0, sigma=0.5)[:, c] for c in range(3)]
    value = AttentionMining(mode="per_class", w=10, sigma=0.5)(model, look, some)
    torch.testing.assert_close(value, (0.5 - torch.stack(expected)).abs().mean())
    assert AttentionMining(mode="per_class").needs_every
    assert not AttentionMining().needs_every
    with pytest.raises(UserError, match="needs a map of each class"):
        AttentionMining(mode="per_class")(model, Look(look.logits, look.maps), some)


def test_000_25_the_sum_over_the_image_of_each_class_is_no_constant(world):
    """Eq. 3 has an image for each class; read so, eq. 5 sums scores of different images, whose sum is not one."""
    model, look, some = world
    own = [by_hand(model, look, some.images, look.every["cam"][:, c : c + 1])[:, c] for c in range(3)]
    loss = AttentionMining(mode="sum_per_class")
    value = loss(model, look, some)
    torch.testing.assert_close(value, (0.5 - torch.stack(own).sum(0)).abs().mean())
    assert abs(value.item() - 0.5) > 1e-4
    assert loss.gradient_free is None
    assert torch.autograd.grad(value, model.head.weight, retain_graph=True)[0].norm() > 1e-3
    with pytest.raises(UserError, match="mode sum_per_class needs a map of each class"):
        loss(model, Look(look.logits, look.maps), some)


def test_000_24_the_settings_of_gain_on_a_map_of_both_signs_by_hand(world):
    """Raw map, its negative part cut, masked with w = 3 and sigma = 0.2 at its own size, and enlarged then; s of the labelled class."""
    model, _, some = world
    raw = torch.linspace(-2, 2, 6 * 64).reshape(6, 1, 8, 8)[:, :, :, torch.randperm(8)]
    assert (raw < 0).any(dim=(1, 2, 3))[:3].all()
    small = torch.tensor([[[[expit(3 * (max(v, 0.0) - 0.2)) for v in row] for row in one[0]] for one in raw.tolist()]]).float()
    mask = torch.nn.functional.interpolate(small.reshape(6, 1, 8, 8), size=16, mode="bilinear", align_corners=False)
    frozen = copy.deepcopy(model)
    frozen.backbone.eval()
    s = frozen(some.images * (1 - mask)).softmax(1).gather(1, some.labels[:, None])
    gain = AttentionMining(mode="gt", w=3.0, sigma=0.2, scale="raw", at="map")
    look = Look(torch.zeros(6, 3), {"gradcam": raw}, {}, {"gradcam": "evidence"})
    torch.testing.assert_close(gain(model, look, some), (0.5 - s).abs().mean())


def test_the_sum_over_classes_has_no_gradient_and_says_so(world):
    """F3: softmax scores add up to one, whatever the image."""
    model, look, some = world
    with pytest.warns(UserWarning, match="always sum to one"):
        loss = AttentionMining(mode="sum")
    value = loss(model, look, some)
    assert value.item() == pytest.approx(0.5)
    gradient = torch.autograd.grad(value, model.head.weight, retain_graph=True)[0]
    useful = torch.autograd.grad(AttentionMining()(model, look, some), model.head.weight)[0]
    assert gradient.norm() < 1e-5 * useful.norm()
    assert loss.gradient_free
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert AttentionMining(mode="gt").gradient_free is None


@pytest.mark.parametrize(("scores", "judged"), [("sigmoid", torch.sigmoid), ("logit", torch.clone)])
def test_the_sum_over_classes_has_a_gradient_under_sigmoids_and_logits(world, scores, judged):
    """Eq. 5 with one image for all classes, and scores that do not sum to one."""
    model, look, some = world
    loss = AttentionMining(mode="sum", scores=scores)
    frozen = copy.deepcopy(model)
    frozen.backbone.eval()
    a = torch.relu(look.maps["cam"])
    a = torch.nn.functional.interpolate(a / a.amax((1, 2, 3), keepdim=True), size=16, mode="bilinear", align_corners=False)
    expected = judged(frozen(some.images * (1 - torch.sigmoid(3 * (a - 0.2))))).sum(1)
    value = loss(model, look, some)
    torch.testing.assert_close(value, (0.5 - expected).abs().mean())
    assert loss.gradient_free is None
    assert torch.autograd.grad(value, model.head.weight)[0].norm() > 1e-3


def test_the_mask_is_made_on_the_map_and_enlarged_or_on_the_enlarged_map(world):
    _, look, _ = world
    a = look.maps["cam"].detach()
    small = torch.sigmoid(30 * (torch.relu(a) / torch.relu(a).amax((1, 2, 3), keepdim=True) - 0.6))
    on_map = AttentionMining(w=30, sigma=0.6, at="map")._mask(a, "evidence", torch.Size([16, 16]))
    torch.testing.assert_close(on_map, torch.nn.functional.interpolate(small, size=16, mode="bilinear", align_corners=False))
    on_image = AttentionMining(w=30, sigma=0.6)._mask(a, "evidence", torch.Size([16, 16]))
    assert not torch.allclose(on_map, on_image, atol=0.01)


def test_the_gradient_goes_through_the_mask_and_through_the_second_pass(world):
    model, look, some = world
    value = AttentionMining()(model, look, some)
    at_map, at_head = torch.autograd.grad(value, [look.maps["cam"], model.head.weight], retain_graph=True)
    assert at_map.any()
    detached = Look(look.logits, {"cam": look.maps["cam"].detach()})
    constant_mask = torch.autograd.grad(AttentionMining()(model, detached, some), model.head.weight)[0]
    assert not torch.allclose(at_head, constant_mask)


def test_the_second_pass_leaves_batchnorm_and_gradients_alone(world):
    """Pitfalls 9 and 15."""
    model, look, some = world
    model.head.weight.grad = torch.ones_like(model.head.weight)
    before = copy.deepcopy(model.state_dict())
    AttentionMining()(model, look, some)
    assert all(torch.equal(v, before[k]) for k, v in model.state_dict().items())
    assert model.backbone.training
    assert torch.equal(model.head.weight.grad, torch.ones_like(model.head.weight))


def test_scale_of_the_map_matters_only_when_raw(world):
    model, look, some = world
    stronger = Look(look.logits, {"cam": look.maps["cam"] * 10})
    torch.testing.assert_close(AttentionMining()(model, stronger, some), AttentionMining()(model, look, some))
    assert not torch.allclose(AttentionMining(scale="raw")(model, stronger, some), AttentionMining(scale="raw")(model, look, some))


def test_a_map_in_the_unit_interval_is_taken_as_it_is(world):
    model, look, some = world
    unit = torch.rand(6, 1, 8, 8)
    as_unit = AttentionMining()(model, Look(look.logits, {"gate": unit}, ranges={"gate": "unit"}), some)
    raw = AttentionMining(scale="raw")(model, Look(look.logits, {"gate": unit}), some)
    torch.testing.assert_close(as_unit, raw)


def test_dead_maps_are_finite(world):
    model, look, some = world
    dead = -torch.rand(6, 1, 8, 8, requires_grad=True)
    value = AttentionMining()(model, Look(look.logits, {"cam": dead}), some)
    value.backward()
    assert torch.isfinite(value)
    assert all(torch.isfinite(p.grad).all() for p in model.parameters())
