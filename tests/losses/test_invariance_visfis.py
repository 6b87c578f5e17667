"""Sufficiency, necessity, invariance: what is shown, and what is asked of the answer."""

from __future__ import annotations

import copy

import pytest
import torch
from scipy.stats import entropy
from tiny import Seen, Tiny, batch, look_of

from sightline.data.cover import without_region
from sightline.losses.invariance import Invariance, divergence
from sightline.losses.necessity import Necessity
from sightline.losses.sufficiency import Sufficiency
from sightline.types import Look

FILLS = ["mean", "blur", "noise"]


@pytest.mark.parametrize("fill", FILLS)
def test_nothing_of_what_is_covered_shines_through(fill):
    images, region = torch.rand(2, 3, 16, 16), torch.zeros(2, 1, 16, 16)
    region[..., 4:12, 2:14] = 1
    other = torch.where(region > 0, torch.rand(2, 3, 16, 16), images)
    made = []
    for version in (images, other):
        torch.manual_seed(3)
        made.append(without_region(version, region, fill))
    torch.testing.assert_close(made[0], made[1])
    torch.testing.assert_close(made[0][..., :4, :], images[..., :4, :])
    assert (made[0][..., 6:10, 6:10] - images[..., 6:10, 6:10]).abs().mean() > 0.1


def test_blur_runs_the_neighbouring_colours_into_the_region_and_noise_keeps_mean_and_contrast():
    ramp = torch.linspace(0, 1, 32).expand(1, 3, 32, 32)
    region = torch.zeros(1, 1, 32, 32)
    region[..., 12:20, :] = 1
    row = without_region(ramp, region, "blur")[0, 0, 16]
    assert row[4] < row[16] - 0.2 < row[28] - 0.4
    grey = 0.5 + 0.1 * torch.randn(1, 3, 32, 32)
    noise = without_region(grey, region, "noise")[..., 12:20, :]
    assert noise.mean().item() == pytest.approx(0.5, abs=0.03)
    assert noise.std().item() == pytest.approx(0.1, abs=0.02)
    for fill in FILLS:
        assert torch.isfinite(without_region(grey, torch.ones_like(region), fill)).all()


def test_divergence_agrees_with_scipy():
    a, b = torch.randn(4, 3), torch.randn(4, 3)
    expected = [entropy(p, q) for p, q in zip(a.softmax(1), b.softmax(1), strict=True)]
    assert divergence(a, b).tolist() == pytest.approx(expected, rel=1e-4)
    assert divergence(a, a).abs().max() < 1e-6


@pytest.mark.parametrize("outside", ["another", *FILLS])
def test_invariance_compares_the_answers_before_and_after(outside):
    model, some = Seen(), batch(5, known=[True, True, False, True, True])
    some.roi[3] = 0  # gives its background only
    some.images[2] = float("nan")
    logits = torch.randn(5, 2, requires_grad=True)
    value = Invariance(outside=outside, margin=0)(model, Look(logits, {}), some)
    chosen, changed = [0, 1, 4], model.images
    torch.testing.assert_close(changed[..., :8, :8], some.images[chosen][..., :8, :8])
    assert (changed[..., 8:, :] - some.images[chosen][..., 8:, :]).abs().mean() > 0.05
    torch.testing.assert_close(value, divergence(logits[chosen], Tiny.forward(model, changed)).mean())
    value.backward()
    assert logits.grad[chosen].any()  # both answers move
    assert model.head.weight.grad.any()


def test_each_asks_what_its_name_says():
    """A classifier that reads the region, one that reads the outside, and one that reads both."""
    some = batch(8)
    level = some.labels.double().view(-1, 1, 1, 1).expand(8, 3, 16, 16)
    some.images, some.roi = level.clone(), some.roi.double()

    def reader(inside: float, outside: float):
        def answer(images):
            shift = inside * (images[..., :6, :6].mean((1, 2, 3)) - 0.5) + outside * (images[..., 12:, 12:].mean((1, 2, 3)) - 0.5)
            return torch.stack([-20 * shift, 20 * shift], 1)

        model = torch.nn.Module()
        model.forward = answer
        return model

    some.images[..., 8:, :], some.images[..., :, 8:] = level[..., 8:, :], level[..., :, 8:]
    values = {}
    for name, model in {"inside": reader(1, 0), "outside": reader(0, 1)}.items():
        look = Look(model(some.images), {})
        for loss in (Necessity(margin=0), Invariance(margin=0)):
            values[name, type(loss).__name__] = sum(loss(model, look, some).item() for _ in range(10)) / 10
    assert values["outside", "Necessity"] > 5
    assert values["outside", "Invariance"] > 5
    assert values["inside", "Invariance"] < 0.01
    flat = some.images.clone()
    flat[..., 8:, :], flat[..., :, 8:] = 0.5, 0.5  # an outside that says nothing
    some.images = flat
    assert Necessity(margin=0)(reader(1, 0), Look(torch.zeros(8, 2), {}), some) < 0.01
    assert Sufficiency(margin=0)(reader(1, 0), Look(torch.zeros(8, 2), {}), some) < 0.01
    assert Sufficiency(margin=0)(reader(-1, 0), Look(torch.zeros(8, 2), {}), some) > 5


@pytest.mark.parametrize("loss", [Sufficiency(), Necessity(), Invariance()])
def test_the_second_pass_leaves_batchnorm_alone(loss):
    """Pitfall 15."""
    model, some = Tiny(), batch(4)
    look = look_of(model, some)
    before = copy.deepcopy(model.state_dict())
    loss(model, look, some)
    assert all(torch.equal(v, before[k]) for k, v in model.state_dict().items())


@pytest.mark.parametrize(("outside", "missing"), [("another", "fewer than two images have a known ROI"), *((fill, None) for fill in FILLS)])
def test_one_known_image_is_enough_where_the_outside_is_painted(outside, missing):
    model, some = Seen(), batch(3, known=[False, True, False])
    loss = Invariance(outside=outside)
    assert loss.missing(some) == missing
    assert (loss(model, model.look(some.images, some.labels), some) > 0) == (missing is None)
