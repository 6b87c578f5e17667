from __future__ import annotations

import torch
from captum.attr import Saliency

from sightline.explain.gradient import input_gradient

TARGET = torch.tensor([2, 0])


def test_the_gradient_is_captums(classifier, images):
    expected = Saliency(classifier).attribute(images.clone().requires_grad_(), target=TARGET, abs=True).amax(1, keepdim=True)
    torch.testing.assert_close(input_gradient(classifier, images, TARGET), expected)
