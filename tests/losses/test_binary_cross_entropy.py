from __future__ import annotations

import torch
from torch.nn.functional import binary_cross_entropy_with_logits
from torchvision.ops import sigmoid_focal_loss

from sightline.losses.binary_cross_entropy import BinaryCrossEntropy
from sightline.losses.focal import Focal

WEIGHTS = torch.tensor([0.5, 1.0, 4.0])


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
