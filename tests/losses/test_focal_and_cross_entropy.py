"""Focal loss and cross-entropy against sklearn, torchvision and the printed formula."""

from __future__ import annotations

import math

import pytest
import torch
from sklearn.metrics import log_loss
from torch.nn.functional import binary_cross_entropy_with_logits
from torchvision.ops import sigmoid_focal_loss

from sightline import catalog
from sightline.losses.binary_cross_entropy import BinaryCrossEntropy
from sightline.losses.cross_entropy import CrossEntropy
from sightline.losses.focal import Focal, focal

LOGITS, LABELS = torch.randn(12, 3, generator=torch.Generator().manual_seed(0)), torch.arange(12) % 3
WEIGHTS = torch.tensor([0.5, 1.0, 4.0])


def test_cross_entropy_agrees_with_sklearn_also_with_class_weights():
    p, labels = LOGITS.double().softmax(1).numpy(), LABELS.numpy()
    assert float(CrossEntropy()(LOGITS, LABELS)) == pytest.approx(log_loss(labels, p))
    weighted = log_loss(labels, p, sample_weight=WEIGHTS[LABELS].numpy())
    assert float(CrossEntropy(WEIGHTS)(LOGITS, LABELS)) == pytest.approx(weighted, rel=1e-5)


def test_label_smoothing_spreads_its_share_over_all_classes():
    log_p = LOGITS.log_softmax(1)
    plain = -log_p.gather(1, LABELS[:, None]).mean()
    expected = 0.9 * plain - 0.1 * log_p.mean()
    torch.testing.assert_close(CrossEntropy(label_smoothing=0.1)(LOGITS, LABELS), expected)


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


def test_focal_of_several_findings_agrees_with_torchvision_on_the_known_labels():
    logits, labels = torch.randn(20, 3), (torch.arange(60) % 2).reshape(20, 3).float()
    labels[::4, 1] = torch.nan
    known = ~labels.isnan()
    expected = sigmoid_focal_loss(logits[known], labels[known], alpha=-1, gamma=2, reduction="mean")
    torch.testing.assert_close(Focal()(logits, labels), expected)
    torch.testing.assert_close(Focal(WEIGHTS, gamma=0)(logits, labels), BinaryCrossEntropy(WEIGHTS)(logits, labels))


def test_presence_and_absence_of_a_finding_can_have_weights_of_their_own():
    torch.manual_seed(0)
    logits, labels = torch.randn(12, 3), (torch.rand(12, 3) > 0.6).float()
    weights = torch.tensor([[0.5, 2.0], [1.0, 3.0], [1.5, 0.25]])
    of_each = weights[torch.arange(3), labels.long()]  # (12, 3)
    each = binary_cross_entropy_with_logits(logits, labels, reduction="none")
    torch.testing.assert_close(BinaryCrossEntropy(weights)(logits, labels), (of_each * each).sum() / of_each.sum())
    labels[0] = torch.nan
    torch.testing.assert_close(Focal(weights, gamma=0)(logits, labels), (of_each * each)[1:].sum() / of_each[1:].sum())


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
