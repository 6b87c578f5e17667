"""Penalties on input gradients: closed forms, literal loops, and that they really move the weights."""

from __future__ import annotations

import copy

import pytest
import torch
from linear import Linear, look_of, small
from tiny import Tiny, batch
from torch import nn

from sightline.attention.classifier import build
from sightline.losses.rrr import RightReasons, input_gradients
from sightline.losses.rrr_smooth import SmoothRightReasons
from sightline.recipe import recipe_from
from sightline.types import Batch, Look


class Given(nn.Module):
    """The linear classifier with weights from outside."""

    def __init__(self, weight):
        super().__init__()
        self.given = (weight,)

    def forward(self, images):
        return images.flatten(1) @ self.given[0].T


def value_of(loss, weight, look, some):
    torch.manual_seed(5)  # the same perturbations
    return loss(Given(weight), look, some)


def test_of_a_linear_classifier_it_is_the_closed_form():
    model, some = Linear(), small()
    expected = model.gradients(some.images)
    torch.testing.assert_close(input_gradients(model, some.images, "quiet"), expected)
    outside = (1 - some.roi) * expected
    torch.testing.assert_close(RightReasons()(model, look_of(model, some), some), outside.square().sum() / 4)
    torch.testing.assert_close(RightReasons(norm="l1")(model, look_of(model, some), some), outside.abs().sum() / 4)
    avoided = RightReasons(region="avoid")(model, look_of(model, some), some)
    torch.testing.assert_close(avoided, (some.avoid * expected).square().sum() / 4)


@pytest.mark.parametrize("loss", [RightReasons(), RightReasons(norm="l1"), SmoothRightReasons(), SmoothRightReasons(kind="max")])
def test_its_gradient_is_the_slope(loss):
    """Second order: the weights are those of a gradient."""
    model, some = Linear(2, size=4), batch(2, 4)
    some.images, some.roi = some.images.double(), some.roi.double()
    look = look_of(model, some)
    assert torch.autograd.gradcheck(lambda w: value_of(loss, w, look, some), model.weight)


def test_a_toss_up_costs_nothing_and_confidence_costs():
    """The sum over all classes of log p is flat where all are alike."""
    some, weight = small(), torch.zeros(3, 108, dtype=torch.float64)
    assert RightReasons()(Given(weight), Look(torch.zeros(4, 3), {}), some) == 0
    weight[0, -1] = 1.0
    weak, strong = (RightReasons()(Given(k * weight), Look(torch.zeros(4, 3), {}), some) for k in (1, 2))
    assert 0 < weak < strong


def test_batches_are_judged_image_by_image_when_batch_norm_is_frozen():
    """Pitfall 23."""
    model, some = Tiny(), batch(4)
    model.backbone[1].running_var.fill_(0.3)
    whole = RightReasons(bn="frozen")(model, look_of(model, some), some)
    frozen, singles = copy.deepcopy(model).eval(), []
    for i in range(4):
        image = some.images[i : i + 1].clone().requires_grad_()
        (g,) = torch.autograd.grad(frozen(image).log_softmax(1).sum(), image)
        singles.append(sum(float(g[0, c, y, x]) ** 2 for c in range(3) for y in range(16) for x in range(16) if y > 7 or x > 7))
    assert whole.item() == pytest.approx(sum(singles) / 4, rel=1e-4)


def test_the_area_is_drawn_back_by_a_margin():
    model, some = Linear(), small()
    expected = model.gradients(some.images)
    expected[:, :, :4, :4] = 0  # ROI of 3 pixels, and one more
    torch.testing.assert_close(RightReasons(margin=1 / 6)(model, look_of(model, some), some), expected.square().sum() / 4)


def test_only_images_in_which_something_is_known_to_be_irrelevant_count():
    model, some = Linear(), small(5, known=[True, False, True, True, True])
    some.roi[2], some.roi[3] = 0, 1  # nothing to see: all of it is irrelevant; ROI everywhere: nothing is
    some.images[1] = float("nan")
    outside = ((1 - some.roi) * model.gradients(some.images))[[0, 2, 4]]
    value = RightReasons()(model, look_of(model, some), some)
    torch.testing.assert_close(value, outside.square().sum() / 3)
    assert RightReasons().missing(some) is None
    some.known[:] = False
    assert "leaves something outside" in RightReasons().missing(some), "outside of a region that nobody knows nothing is known"
    some.known[:] = True
    some.roi[:] = 1
    assert "leaves something outside" in RightReasons().missing(some)
    assert RightReasons(region="avoid").missing(some) is None
    some.avoid[:] = 0
    assert RightReasons(region="avoid").missing(some) == "no image has an area to avoid"


def test_an_image_counts_where_the_area_that_is_asked_for_is_known():
    model, some = Linear(), small(2)
    some.known, some.avoid_known = torch.tensor([True, False]), torch.tensor([False, True])
    gradients = model.gradients(some.images)
    for region, area, counts in (("avoid", some.avoid, 1), ("roi", 1 - some.roi, 0)):
        value = RightReasons(region=region)(model, look_of(model, some), some)
        torch.testing.assert_close(value, (area * gradients)[counts].square().sum())


@pytest.mark.parametrize("loss", [RightReasons(), SmoothRightReasons(samples=1)])
def test_it_leaves_no_trace_and_needs_no_gradient_mode(loss):
    """Pitfalls 13 and 15."""
    model, some = Tiny(), batch(4)
    look, before = look_of(model, some), copy.deepcopy(model.state_dict())
    torch.manual_seed(1)
    value = loss(model, look, some)
    with torch.no_grad():
        torch.manual_seed(1)
        again = loss(model, look, some)
    assert torch.equal(value, again)
    assert value.requires_grad
    assert not again.requires_grad
    assert not some.images.requires_grad
    assert all(p.grad is None for p in model.parameters())
    assert all(torch.equal(v, before[k]) for k, v in model.state_dict().items())


def test_transformers_with_fused_attention_and_half_precision():
    tree = {"name": "v", "data": {"image_size": 32}, "backbone": {"name": "vit_tiny_patch16_224", "weights": "none"}}
    model, some = build(recipe_from(tree, "v"), 2), batch(2, 32)
    value = RightReasons()(model, Look(torch.zeros(2, 2), {}), some)
    value.backward()
    assert model.backbone.net.blocks[0].attn.qkv.weight.grad.abs().max() > 0
    with torch.autocast("cpu", dtype=torch.bfloat16):
        torch.testing.assert_close(RightReasons()(model, Look(torch.zeros(2, 2), {}), some), value)


@pytest.mark.parametrize(("loss", "weight"), [(RightReasons(), 1), (RightReasons(norm="l1"), 0.1), (SmoothRightReasons(), 1)])
def test_a_classifier_that_could_read_either_side_learns_to_read_the_region(loss, weight):
    some = batch(12, 6)
    some.images, some.roi = some.images.double() + 0.5 * some.labels.view(-1, 1, 1, 1), some.roi.double()  # all of it tells the class
    shares = []
    for weighed in (0, weight):
        torch.manual_seed(0)
        model = Linear(2)
        optimiser = torch.optim.Adam(model.parameters(), lr=0.02)
        for _ in range(100):
            optimiser.zero_grad()
            look = look_of(model, some)
            (torch.nn.functional.cross_entropy(look.logits, some.labels) + weighed * loss(model, look, some)).backward()
            optimiser.step()
        size = model.gradients(some.images).detach().abs()
        shares.append(((size * some.roi).sum() / size.sum()).item())
        assert (model(some.images).argmax(1) == some.labels).float().mean() > 0.9
    assert shares[0] < 0.35  # the region is a quarter of the image
    assert shares[1] > 0.7


@pytest.mark.parametrize("turned", [False, True])
def test_the_margin_is_a_share_of_the_longer_side(turned):
    """An eighth of 16 pixels are two, of 8 pixels one."""
    roi = torch.zeros(2, 1, 8, 16)
    roi[..., :4] = 1
    images = torch.rand(2, 3, 8, 16)
    if turned:
        roi, images = roi.mT, images.mT
    some, seen = Batch(images, torch.tensor([0, 1]), roi), []
    loss = RightReasons(margin=1 / 8)
    loss.judge = lambda classifier, shown, irrelevant: seen.append(irrelevant) or irrelevant.sum((1, 2, 3))
    loss(nn.Identity(), Look(torch.zeros(2, 2), {}), some)
    expected = torch.ones(8, 16)
    expected[:, :6] = 0
    assert torch.equal(seen[0][1, 0], expected.mT if turned else expected)
