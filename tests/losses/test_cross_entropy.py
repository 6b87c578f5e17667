from __future__ import annotations

import pytest
import torch
from sklearn.metrics import log_loss

from sightline.losses.cross_entropy import CrossEntropy

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
