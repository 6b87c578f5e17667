"""Group DRO against the printed algorithm, and what a training does with groups."""

from __future__ import annotations

import numpy as np
import torch
from torch.nn import functional as F

from sightline.losses.group_dro import GroupDRO


def test_shares_and_loss_follow_algorithm_1() -> None:
    """Three batches by hand in numpy; the share of a group that is not in a batch falls only by what the others gain."""
    rng = np.random.default_rng(0)
    loss, share = GroupDRO(step=0.5), np.full(3, 1 / 3)
    loss.settle(3)
    for groups in ([0, 0, 1, 2], [1, 1, 1, 0], [2, 0, 2, 2]):
        logits, labels = rng.normal(size=(4, 2)), rng.integers(0, 2, 4)
        log_p = logits - np.log(np.exp(logits).sum(1, keepdims=True))
        values = -log_p[np.arange(4), labels]
        means = np.array([values[np.array(groups) == g].mean() if g in groups else 0.0 for g in range(3)])
        found = loss(torch.tensor(logits), torch.tensor(labels), torch.tensor(groups))
        np.testing.assert_allclose(float(found), (share * means).sum())
        share = share * np.exp(0.5 * means)
        share /= share.sum()
        np.testing.assert_allclose(loss.share.numpy(), share, rtol=1e-6)


def test_the_group_that_is_learned_worst_comes_to_lead() -> None:
    loss = GroupDRO(step=0.1)
    loss.settle(2)
    logits, labels, groups = torch.tensor([[3.0, 0.0], [0.0, 3.0]]), torch.tensor([0, 0]), torch.tensor([0, 1])
    for _ in range(50):
        loss(logits, labels, groups)
    assert loss.share[1] > 0.99


def test_validation_is_plain_cross_entropy_and_moves_no_share() -> None:
    loss = GroupDRO(torch.tensor([1.0, 3.0])).eval()
    loss.settle(4)
    logits, labels = torch.randn(6, 2), torch.arange(6) % 2
    torch.testing.assert_close(loss(logits, labels, torch.arange(6) % 4), F.cross_entropy(logits, labels, torch.tensor([1.0, 3.0])))
    assert loss.share.tolist() == [0.25] * 4


def test_shares_are_kept_in_a_checkpoint() -> None:
    one, other = GroupDRO(), GroupDRO()
    one.settle(2)
    other.settle(2)
    one(torch.tensor([[2.0, 0.0], [2.0, 0.0]]), torch.tensor([0, 1]))
    other.load_state_dict(one.state_dict())
    assert torch.equal(one.share, other.share)
    assert one.share[1] > one.share[0]
