from __future__ import annotations

import pytest
import torch

from sightline.pseudo.fit import segmentation_loss


def test_the_loss_falls_towards_the_truth_and_is_least_there():
    roi = torch.zeros(2, 1, 4, 4)
    roi[:, :, 1:3, 1:3] = 1
    losses = [float(segmentation_loss(scale * (2 * roi - 1), roi)) for scale in (-5.0, 0.0, 1.0, 20.0)]
    assert losses == sorted(losses, reverse=True)
    assert losses[-1] == pytest.approx(0, abs=1e-4)
