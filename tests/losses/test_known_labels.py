from __future__ import annotations

import pytest
import torch
from torch import Tensor

from sightline.losses.known_labels import mean_of_known

LOGITS = torch.tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
LABELS = torch.tensor([[1.0, torch.nan], [0.0, 1.0], [torch.nan, torch.nan]])


def shown(logits: Tensor, labels: Tensor) -> Tensor:
    """A comparison from which both can be read."""
    return logits + 10 * labels


def test_only_pairs_whose_label_is_known_count() -> None:
    assert mean_of_known(shown, LOGITS, LABELS).item() == pytest.approx((11 + 3 + 14) / 3)


def test_unknown_ones_have_no_gradient_and_spoil_none() -> None:
    logits = LOGITS.clone().requires_grad_()
    mean_of_known(lambda z, y: torch.log(z) * y.log1p(), logits, LABELS).backward()
    assert logits.grad is not None
    assert torch.isfinite(logits.grad).all()
    assert (logits.grad[LABELS.isnan()] == 0).all()


def test_with_no_known_label_it_is_a_zero_on_the_graph() -> None:
    logits = LOGITS.clone().requires_grad_()
    value = mean_of_known(shown, logits, torch.full_like(LABELS, torch.nan), torch.ones(2))
    assert value.item() == 0
    value.backward()
    assert logits.grad is not None
    assert not logits.grad.any()


def test_findings_weigh_as_told_and_their_absence_apart_from_their_presence() -> None:
    weights = torch.tensor([1.0, 3.0])
    assert mean_of_known(shown, LOGITS, LABELS, weights).item() == pytest.approx((11 + 3 + 3 * 14) / 5)
    apart = torch.tensor([[2.0, 5.0], [7.0, 3.0]])  # of each finding: absent, present
    assert mean_of_known(shown, LOGITS, LABELS, apart).item() == pytest.approx((5 * 11 + 2 * 3 + 3 * 14) / 10)
    assert mean_of_known(shown, LOGITS.double(), LABELS, weights).dtype == torch.float64
