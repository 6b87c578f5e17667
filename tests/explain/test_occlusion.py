from __future__ import annotations

import pytest
import torch
from captum.attr import Occlusion
from torch import nn

from sightline.explain.occlusion import occlusion

SIZE = 32
TARGET = torch.tensor([2, 0])


@pytest.mark.parametrize(("patch", "stride"), [(8, 8), (8, 4), (7, 5), (32, 16), (5, 3)])
def test_occlusion_is_captums(classifier, images, patch, stride):
    expected = Occlusion(classifier).attribute(
        images, (3, patch, patch), (3, stride, stride), baselines=0.5, target=TARGET, perturbations_per_eval=4
    )
    found = occlusion(classifier, images, TARGET, patch=patch, stride=stride)
    assert found.shape == (2, 1, SIZE, SIZE)
    for channel in range(3):
        torch.testing.assert_close(found[:, 0], expected[:, channel].to(found), rtol=1e-4, atol=1e-5)


def test_occlusion_finds_the_one_place_that_decides():
    def brightness(images: torch.Tensor) -> torch.Tensor:
        return torch.stack([images[:, 0, 20:24, 4:8].mean((1, 2)), torch.zeros(len(images))], 1)

    class Corner(nn.Module):
        def forward(self, x):
            return brightness(x)

    found = occlusion(Corner(), torch.ones(1, 3, SIZE, SIZE), torch.tensor([0]), patch=4, stride=4, fill=0.0)[0, 0]
    assert found[20:24, 4:8].eq(1).all()
    assert found.sum() == 16
