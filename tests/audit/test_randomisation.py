"""A map that depends on the weights changes when they are scrambled; one that does not stays."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from readers import SAMPLING, pictures
from scipy.stats import spearmanr
from torch import nn

from sightline.attention.classifier import build
from sightline.audit.findings import map_explains
from sightline.audit.randomisation import cascade, randomisation, rank_correlation, scramble, settle, ssim
from sightline.results.audit import Counted


@pytest.fixture(scope="module")
def classifier():
    from sightline.recipe import recipe_from

    torch.manual_seed(0)
    tree = {"name": "t", "data": {"image_size": 32}, "backbone": {"name": "test_resnet", "stride": 8}}
    return build(recipe_from(tree, where="t"), 2).eval()


def test_the_cascade_goes_from_the_output_to_the_input_and_scrambles_everything(classifier):
    blocks = cascade(classifier)
    assert (blocks[0][0], blocks[-1][0]) == ("head", "conv1.0")
    weights = [w for _, layers in blocks for layer in layers for w in layer.parameters(recurse=False)]
    assert {id(w) for w in weights} == {id(w) for w in classifier.parameters()}


def test_the_run_is_not_touched_and_maps_change(classifier, monkeypatch):
    monkeypatch.setattr("sightline.audit.randomisation.settle", lambda *_: None)  # which alone changes maps, too
    before = {name: value.clone() for name, value in classifier.state_dict().items()}
    found, shown = randomisation(classifier, pictures(12), SAMPLING)
    assert all(torch.equal(value, before[name]) for name, value in classifier.state_dict().items())
    assert not classifier.training
    assert len(found.steps) == len(cascade(classifier)) == len(shown) - 1
    assert found.steps[-1].rank_correlation.value < 0.9
    assert found.steps[0].ssim.value < 1
    assert np.abs(shown[0] - shown[-1]).max() > 0


def test_a_map_that_does_not_depend_on_the_weights_is_found_out(classifier, monkeypatch):
    from sightline.types import Look

    def edges(self, images, target=None, every=False):
        return Look(self(images), {"edges": images.mean(1, keepdim=True)}, ranges={"edges": "evidence"})

    monkeypatch.setattr(type(classifier), "look", edges)
    found, _ = randomisation(classifier, pictures(12), SAMPLING)
    assert found.steps[-1].rank_correlation.value == pytest.approx(1)
    assert map_explains(found) is False
    gone = found.steps[-1].but(rank_correlation=Counted(value=0.1, low=0.0, high=0.2))
    assert map_explains(found.but(steps=[gone])) is True


def test_scrambling_keeps_the_values_and_loses_their_places():
    layer = nn.Conv2d(4, 8, 3)
    before = layer.weight.detach().clone()
    scramble([layer], torch.Generator().manual_seed(0))
    assert torch.equal(layer.weight.flatten().sort().values, before.flatten().sort().values)
    assert not torch.equal(layer.weight, before)


def test_batch_norms_take_the_statistics_of_the_images():
    norm = nn.BatchNorm2d(3)

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.norm = norm

        def forward(self, x):
            return self.norm(x).mean((2, 3))

    images = torch.rand(10, 3, 4, 4)
    settle(Net().eval(), [norm], images)
    assert torch.allclose(norm.running_mean, images.mean((0, 2, 3)), atol=1e-6)
    assert not norm.training


def test_rank_correlation_is_scipys_and_constant_maps_have_none():
    a, b = np.random.default_rng(0).normal(size=(2, 3, 4, 5))
    b[0, :2] = 0
    literal = [spearmanr(x.ravel(), y.ravel()).statistic for x, y in zip(a, b, strict=True)]
    assert np.allclose(rank_correlation(a, b), literal)
    assert np.isnan(rank_correlation(a, np.ones_like(b))).all()
    assert np.allclose(ssim(a, 3 * a), 1), "whatever the scale"
    assert (ssim(a, b) < 0.5).all()
