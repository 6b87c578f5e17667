"""Focal loss and cross-entropy against sklearn, torchvision and the printed formula."""

from __future__ import annotations

import math

import pytest
import torch
from torchvision.ops import sigmoid_focal_loss

from sightline import catalog
from sightline.losses.cross_entropy import CrossEntropy
from sightline.losses.focal import Focal, focal

LOGITS, LABELS = torch.randn(12, 3, generator=torch.Generator().manual_seed(0)), torch.arange(12) % 3
WEIGHTS = torch.tensor([0.5, 1.0, 4.0])


def test_focal_agrees_with_torchvision_on_two_classes():
    logits, labels = torch.randn(20, 2), torch.arange(20) % 2
    difference = logits[:, 1] - logits[:, 0]  # softmax over two classes is the sigmoid of it
    expected = sigmoid_focal_loss(difference, labels.float(), alpha=-1, gamma=2, reduction="mean")
    torch.testing.assert_close(Focal()(logits, labels), expected)


@pytest.mark.parametrize("gamma", [0.0, 0.5, 2.0, 5.0])
def test_focal_is_the_printed_formula(gamma):
    p = LOGITS.double().softmax(1)
    expected = [-((1 - p[i, c].item()) ** gamma) * math.log(p[i, c].item()) for i, c in enumerate(LABELS.tolist())]
    assert focal(LOGITS.double(), LABELS, gamma).tolist() == pytest.approx(expected)


@pytest.mark.parametrize("weights", [None, WEIGHTS])
def test_focal_without_focus_is_cross_entropy(weights):
    torch.testing.assert_close(Focal(weights, gamma=0)(LOGITS, LABELS), CrossEntropy(weights)(LOGITS, LABELS))


@pytest.mark.parametrize("gamma", [0.0, 0.5, 2.0])
@pytest.mark.parametrize("certainty", [200.0, -200.0])
def test_focal_is_finite_where_the_decision_is_certain(gamma, certainty):
    logits = torch.tensor([[certainty, 0.0]], requires_grad=True)
    value = Focal(gamma=gamma)(logits, torch.tensor([0]))
    value.backward()
    assert torch.isfinite(value)
    assert torch.isfinite(logits.grad).all()


@pytest.mark.parametrize("name", ["cross_entropy", "focal"])
def test_class_losses_keep_to_their_contract(name):
    loss = catalog.make("classification", name, {}, WEIGHTS)
    assert loss.state_dict()["class_weights"].tolist() == WEIGHTS.tolist()
    assert catalog.make("classification", name, {}).class_weights is None
    right = torch.nn.functional.one_hot(LABELS, 3) * 10.0
    assert loss(right, LABELS) < 0.01 < loss(-right, LABELS)
    logits = LOGITS.double().requires_grad_()
    assert torch.autograd.gradcheck(lambda x: loss.double()(x, LABELS), logits)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        assert loss.float()(LOGITS.bfloat16(), LABELS).dtype == torch.float32
