from __future__ import annotations

import torch
from tiny import Seen, Tiny, batch
from torch.nn import functional as F

from sightline.losses.sufficiency import Sufficiency
from sightline.types import Look


def test_sufficiency_is_the_cross_entropy_of_the_region_alone():
    model, some = Seen(), batch(5, known=[True, True, False, True, True])
    some.roi[3] = 0
    some.images[2] = float("nan")
    value = Sufficiency(margin=0)(model, Look(torch.zeros(5, 2, requires_grad=True), {}), some)
    shown, chosen = model.images, [0, 1, 4]
    torch.testing.assert_close(shown[..., :8, :8], some.images[chosen][..., :8, :8])
    assert shown[..., 8:, :].std((2, 3)).max() < 1e-6  # one colour
    torch.testing.assert_close(value, F.cross_entropy(Tiny.forward(model, shown), some.labels[chosen]))
