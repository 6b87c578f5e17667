"""Every pixel's class: by hand, by PyTorch, and at the ends."""

from __future__ import annotations

import math

import pytest
import torch
from tiny import Tiny, batch
from torch.nn import functional as F

from sightline.errors import UserError
from sightline.losses.pixel_class import PixelClass, log_probabilities, pixel_class
from sightline.types import Look


def test_it_is_the_cross_entropy_of_a_segmentation():
    evidence, labels = torch.randn(3, 2, 5, 5), torch.tensor([1, 0, 1])
    roi = (torch.rand(3, 1, 5, 5) > 0.5).float()
    truth = torch.where(roi[:, 0] > 0, labels[:, None, None], 2)  # background is the last class
    expected = F.cross_entropy(torch.cat([evidence, torch.zeros(3, 1, 5, 5)], 1), truth, reduction="none").mean((1, 2))
    torch.testing.assert_close(pixel_class(log_probabilities(evidence, "evidence"), labels, roi), expected)


def test_probabilities_say_the_same_as_the_evidence_behind_them():
    evidence = torch.randn(3, 2, 5, 5)
    whole = torch.cat([evidence, torch.zeros(3, 1, 5, 5)], 1).softmax(1)
    torch.testing.assert_close(log_probabilities(whole[:, :-1], "unit"), log_probabilities(evidence, "evidence"), atol=1e-4, rtol=1e-4)


def test_a_pixel_by_hand():
    unit = torch.tensor([0.7, 0.2]).view(1, 2, 1, 1)
    half = torch.full((1, 1, 1, 1), 0.5)
    value = pixel_class(log_probabilities(unit, "unit"), torch.tensor([0]), half)
    assert value.item() == pytest.approx(-0.5 * math.log(0.7) - 0.5 * math.log(0.1), rel=1e-3)


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_sure_and_wrong_is_finite(value):
    unit = torch.zeros(1, 2, 3, 3)
    unit[:, 1] = value  # all the other class, or all background
    unit.requires_grad_()
    loss = pixel_class(log_probabilities(unit, "unit"), torch.tensor([0]), torch.ones(1, 1, 3, 3)).sum()
    loss.backward()
    assert 5 < loss < 20
    assert torch.isfinite(unit.grad).all()
    assert unit.grad.any()


def test_known_images_count_and_healthy_ones_are_background():
    model, some = Tiny(), batch(4, known=[True, False, True, True])
    some.roi[2] = 0
    look = model.look(some.images, some.labels, every=True)
    maps = look.every["cam"]
    value = PixelClass()(model, look, some)
    roi = F.adaptive_avg_pool2d(some.roi, 8)
    chosen = [0, 2, 3]
    torch.testing.assert_close(value, pixel_class(log_probabilities(maps[chosen], "evidence"), some.labels[chosen], roi[chosen]).mean())
    (gradient,) = torch.autograd.grad(value, maps)
    assert gradient[chosen].flatten(1).any(1).all()
    assert not gradient[1].any()
    some.known[:] = False
    assert PixelClass()(model, look, some) == 0
    assert PixelClass().missing(some) == "no image has a known ROI"


def test_one_map_for_all_classes_is_not_enough():
    with pytest.raises(UserError, match="needs a map of each class"):
        PixelClass()(Tiny(), Look(torch.zeros(4, 2), {"gate": torch.rand(4, 1, 8, 8)}), batch(4))
