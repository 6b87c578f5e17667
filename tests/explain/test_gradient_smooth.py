from __future__ import annotations

import torch
from captum.attr import NoiseTunnel, Saliency
from torch import nn

from sightline.attention.classifier import build
from sightline.explain.gradient import SPREAD, input_gradient, smoothgrad

TARGET = torch.tensor([1, 0])


class Linear(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(2, 3, 5, 5))

    def forward(self, x):
        return torch.einsum("bchw,khvw->bk", x[:, :1], self.weight[:, :1]) + torch.einsum("bchw,kchw->bk", x, self.weight)


class Bend(nn.Module):
    """s = relu(x - 0.5) summed: its slope is the share of noisy copies above 0.5."""

    def forward(self, x):
        return torch.stack([torch.relu(x - 0.5).sum((1, 2, 3)), x.sum((1, 2, 3))], 1)


def test_of_a_linear_network_it_is_the_gradient():
    network, images = Linear(), torch.rand(2, 3, 5, 5)
    torch.testing.assert_close(smoothgrad(network, images, TARGET), input_gradient(network, images, TARGET))


def test_it_is_captums_with_the_same_noise(tiny_recipe):
    classifier, images = build(tiny_recipe(), 3).eval(), torch.rand(1, 3, 32, 32)
    torch.manual_seed(0)
    noise = {"nt_samples": 16, "nt_samples_batch_size": 8, "stdevs": SPREAD * float(images.max() - images.min())}
    expected = NoiseTunnel(Saliency(classifier)).attribute(images, target=1, abs=False, **noise).abs().amax(1, keepdim=True)
    found = smoothgrad(classifier, images, TARGET[:1], samples=16)
    torch.testing.assert_close(found, expected.float(), rtol=1e-3, atol=1e-5 * expected.max().item())


def test_a_bend_becomes_the_share_of_the_noise_above_it():
    images = torch.linspace(0, 1, 25).view(1, 1, 5, 5).expand(1, 3, 5, 5).contiguous()
    found = smoothgrad(Bend(), images, torch.tensor([0]), samples=4000)
    expected = torch.distributions.Normal(0, SPREAD).cdf(images[:, :1] - 0.5)
    assert (found - expected).abs().max() < 0.04  # the largest of three channels, and chance
    assert input_gradient(Bend(), images, torch.tensor([0])).unique().tolist() == [0, 1], "without noise it jumps"


def test_the_noise_grows_with_the_range_of_the_picture():
    seen = []

    class Spy(Bend):
        def forward(self, x):
            seen.append(x.detach())
            return super().forward(x)

    pale = torch.full((1, 3, 5, 5), 0.4)
    pale[..., 0] = 0.6
    smoothgrad(Spy(), pale, torch.tensor([0]), samples=400)
    copies = torch.cat(seen)
    assert len(copies) == 400
    assert max(len(x) for x in seen) <= 8, "memory does not grow with the number of copies"
    assert abs((copies - pale).std().item() - 0.2 * SPREAD) < 0.002
