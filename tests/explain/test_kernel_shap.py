from __future__ import annotations

import itertools
import math

import pytest
import torch
from torch import nn

from sightline.attention.classifier import build
from sightline.explain.kernel_shap import kernel_shap
from sightline.explain.reference import mean_colour


class Cells(nn.Module):
    """Means of four cells: a plus twice b, and a times b plus the product of all."""

    def forward(self, x):
        a, b, c, d = (x[:, 0, rows, columns].mean((1, 2)) for rows in (slice(4), slice(4, 8)) for columns in (slice(4), slice(4, 8)))
        return torch.stack([a + 2 * b - c, a * b - 0.5 * d, a * b * c * d], 1)


IMAGES = torch.cat([torch.rand(1, 3, 8, 8, generator=torch.Generator().manual_seed(n)) * torch.rand(8, 1) for n in range(2)])


def exact(network, image, target, grid):
    """Shapley values by their definition: from every set of cells."""
    cells, height = grid**2, image.shape[1]
    place = torch.arange(height) * grid // height
    cell_of = place[:, None] * grid + place
    reference = mean_colour(image[None])[0]
    sets = list(itertools.product([0, 1], repeat=cells))
    pictures = torch.stack([torch.where(torch.tensor(some)[cell_of] == 1, image, reference) for some in sets])
    with torch.no_grad():
        worth = dict(zip(sets, network(pictures)[:, target].double().tolist(), strict=True))
    values = []
    for cell in range(cells):
        without = [some for some in sets if not some[cell]]
        share = [math.factorial(sum(some)) * math.factorial(cells - sum(some) - 1) / math.factorial(cells) for some in without]
        gain = [worth[(*some[:cell], 1, *some[cell + 1 :])] - worth[some] for some in without]
        values.append(sum(s * g for s, g in zip(share, gain, strict=True)))
    return torch.tensor(values).view(1, grid, grid)


@pytest.mark.parametrize("target", [0, 1])
def test_cells_that_act_alone_or_in_twos_have_their_exact_values(target):
    found = kernel_shap(Cells(), IMAGES, torch.tensor([target, target]), grid=2, samples=64)
    expected = torch.stack([exact(Cells(), image, target, 2) for image in IMAGES]).to(found)
    torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-6)


def test_the_values_of_a_network_are_near_the_exact_ones(tiny_recipe):
    classifier, images = build(tiny_recipe(), 3).eval(), torch.rand(1, 3, 32, 32)
    expected = exact(classifier, images[0], 1, 3)
    found = kernel_shap(classifier, images, torch.tensor([1]), grid=3)[0]
    assert (found - expected).norm() < 0.05 * expected.norm()
    few = kernel_shap(classifier, images, torch.tensor([1]), grid=3, samples=16)[0]
    assert (few - expected).norm() > (found - expected).norm()


def test_efficiency_the_sum_is_the_difference_to_the_plain_picture(tiny_recipe):
    classifier, images, target = build(tiny_recipe(), 3).eval(), torch.rand(2, 3, 32, 32), torch.tensor([2, 0])
    found = kernel_shap(classifier, images, target, samples=32)
    assert found.shape == (2, 1, 8, 8)
    with torch.no_grad():
        difference = (classifier(images) - classifier(mean_colour(images).expand_as(images))).gather(1, target[:, None])[:, 0]
    torch.testing.assert_close(found.sum((1, 2, 3)), difference, rtol=1e-4, atol=1e-6)


def test_memory_does_not_grow_with_the_number_of_sets():
    sizes = []

    class Spy(Cells):
        def forward(self, x):
            sizes.append(len(x))
            return super().forward(x)

    kernel_shap(Spy(), IMAGES[:1], torch.tensor([0]), grid=2, samples=200)
    assert (sum(sizes), max(sizes)) == (202, 32)
