from __future__ import annotations

import torch
from captum.attr import IntegratedGradients
from torch import nn

from sightline.explain.gradient import integrated_gradients
from sightline.explain.reference import mean_colour

TARGET = torch.tensor([2, 0])


def score(classifier, images):
    with torch.no_grad():
        return classifier(images).gather(1, TARGET[:, None])[:, 0]


def test_it_is_captums(classifier, images):
    reference = mean_colour(images).expand_as(images)
    expected = IntegratedGradients(classifier).attribute(images, reference, target=TARGET, n_steps=20).sum(1, keepdim=True)
    torch.testing.assert_close(integrated_gradients(classifier, images, TARGET, steps=20), expected.float(), rtol=1e-4, atol=1e-6)


def test_the_sum_is_the_difference_to_the_plain_picture(classifier, images):
    """Completeness, within 2 % on a network with ReLU, whose slope jumps on the way."""
    found = integrated_gradients(classifier, images, TARGET)
    assert found.shape == (2, 1, 32, 32)
    difference = score(classifier, images) - score(classifier, mean_colour(images).expand_as(images))
    torch.testing.assert_close(found.sum((1, 2, 3)), difference, rtol=0.02, atol=0)


def test_of_a_square_it_is_known():
    """s = sum of x^2 gives x^2 - r^2 for each pixel, which the quadrature meets exactly."""

    class Square(nn.Module):
        def forward(self, x):
            return torch.stack([x.square().sum((1, 2, 3)), x.sum((1, 2, 3))], 1)

    images = torch.rand(1, 3, 6, 6)
    expected = (images.square() - mean_colour(images).square()).sum(1, keepdim=True)
    # the way is straight: x^2 - r^2 = (x - r) times the mean slope x + r
    torch.testing.assert_close(integrated_gradients(Square(), images, torch.tensor([0]), steps=3), expected)
    assert expected.min() < 0, "evidence against counts, too"


def test_a_plain_picture_says_nothing(classifier):
    plain = torch.full((1, 3, 32, 32), 0.3)
    assert integrated_gradients(classifier, plain, torch.tensor([1])).abs().max() < 1e-6
