"""A network that decides from the region that it draws."""

from __future__ import annotations

import copy

import pytest
import torch

from sightline.attention.classifier import GuidedClassifier, build
from sightline.attention.own_region import shown
from sightline.errors import UserError
from sightline.recipe import Recipe, load_recipe


@pytest.fixture
def classifier() -> GuidedClassifier:
    sections = {"data": {"image_size": 64}, "backbone": {"name": "test_resnet", "stride": 8}, "attention": {"name": "own_region"}}
    torch.manual_seed(0)
    return build(Recipe.model_validate({"name": "t"} | sections), 3).eval()


def drawn_at(classifier: GuidedClassifier, rows: slice) -> None:
    """Lets the network draw some rows of its map, whatever the image."""

    class Drawn(torch.nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            score = torch.full((len(x), 1, *x.shape[2:]), -9.0)
            score[:, :, rows] = 9.0
            return score

    classifier.source.score = Drawn()


def test_outside_is_grey_and_inside_as_it_was() -> None:
    images, region = torch.rand(2, 3, 8, 8), torch.zeros(2, 1, 8, 8)
    region[0, :, 2:5, 3:6] = 0.2  # its share of the maximum counts, not its height
    region[1] = 0.7
    seen = shown(images, region, 0.5)
    inside = region[0, 0] > 0
    assert torch.equal(seen[0][:, inside], images[0][:, inside])
    assert (seen[0][:, ~inside] == 0.5).all()
    assert torch.equal(seen[1], images[1]), "a region that is the same everywhere leaves nothing out"
    assert torch.equal(shown(images, torch.zeros(2, 1, 2, 2), 0.5), torch.full_like(images, 0.5))


def test_at_the_cut_a_pixel_is_half_shown_and_a_twentieth_away_wholly_or_not() -> None:
    shares = torch.tensor([1.0, 0.56, 0.55, 0.525, 0.5, 0.475, 0.45, 0.44, 0.0])
    for cut in (0.5, 0.3):
        region = (shares + cut - 0.5).clamp(0, 1)
        region[0] = 1.0
        seen = shown(torch.ones(1, 3, 1, 9), 0.4 * region.expand(1, 1, 1, 9), cut)
        torch.testing.assert_close(seen[0, 0, 0], 0.5 + 0.5 * torch.tensor([1, 1, 1, 0.75, 0.5, 0.25, 0, 0, 0]))


def test_what_lies_outside_of_the_region_cannot_change_the_decision(classifier: GuidedClassifier) -> None:
    drawn_at(classifier, slice(0, 4))
    images = torch.rand(2, 3, 64, 64)
    other = images.clone()
    other[:, :, 44:] = torch.rand(2, 3, 20, 64)
    assert torch.equal(classifier(images), classifier(other))
    other[:, :, :20] = torch.rand(2, 3, 20, 64)
    assert not torch.allclose(classifier(images), classifier(other))


def test_the_class_loss_does_not_move_the_region_and_a_loss_on_the_region_not_the_decision(classifier: GuidedClassifier) -> None:
    images = torch.rand(2, 3, 64, 64)
    classifier.look(images).logits.square().sum().backward()
    first, second = classifier.backbone.net, classifier.backbone.second
    assert all(p.grad is None for p in [*first.parameters(), *classifier.source.parameters()])
    assert any(p.grad is not None and p.grad.abs().sum() > 0 for p in second.parameters())
    classifier.zero_grad()
    classifier.look(images).maps["region"].square().sum().backward()
    assert all(p.grad is None or not p.grad.any() for p in second.parameters())
    assert any(p.grad is not None and p.grad.abs().sum() > 0 for p in first.parameters())


def test_the_second_network_begins_as_a_copy_and_shares_nothing(classifier: GuidedClassifier) -> None:
    first, second = (dict(net.named_parameters()) for net in (classifier.backbone.net, classifier.backbone.second.net))
    assert first.keys() == second.keys()
    assert all(torch.equal(first[name], second[name]) and first[name] is not second[name] for name in first)
    assert not any("second" in name for name in classifier.source.state_dict()), "it is kept once, and learns as the backbone does"
    other = copy.deepcopy(classifier)
    with torch.no_grad():
        next(other.backbone.second.net.parameters()).zero_()
    images = torch.rand(1, 3, 64, 64)
    assert not torch.equal(other(images), classifier(images)), "a copy decides by its own second network"


def test_a_training_without_a_loss_on_the_region_is_refused() -> None:
    load_recipe("own-region").check()
    with pytest.raises(UserError, match="no loss that teaches the region"):
        load_recipe("own-region", {"losses.guidance": []}).check()
    judged = [{"name": "invariance"}]  # needs no map, and so teaches none
    with pytest.raises(UserError, match="no loss that teaches the region"):
        load_recipe("own-region", {"losses.guidance": [], "losses.behaviour": judged}).check()


def test_the_networks_own_head_is_refused() -> None:
    sections = {"head": {"kind": "own"}, "backbone": {"name": "test_resnet"}, "attention": {"name": "own_region"}}
    with pytest.raises(UserError, match="needs a GAP head"):
        build(Recipe.model_validate({"name": "t"} | sections), 3)
