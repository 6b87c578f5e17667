"""One finding of a classifier of several, as a classifier of two classes."""

from __future__ import annotations

import pytest
import torch

from sightline import catalog
from sightline.attention.classifier import build
from sightline.attention.one_finding import one_finding
from sightline.errors import UserError
from sightline.recipe import recipe_from


def classifier(source: str, classes: int = 3):
    tree = {"name": "several", "data": {"image_size": 32}, "backbone": {"name": "test_resnet", "stride": 8}, "attention": {"name": source}}
    return build(recipe_from(tree, where="several"), classes).eval()


SEVERAL = sorted(name for name in catalog.places("attention") if catalog.find("attention", name).several_labels)


def test_sources_in_which_classes_compete_are_not_for_several_findings():
    assert SEVERAL == ["cam", "decoder", "gates", "gradcam", "mask", "none", "own_region"]
    with pytest.raises(UserError, match="classes that compete"):
        one_finding(classifier("segment"), 0)


@pytest.mark.parametrize("source", SEVERAL)
def test_it_answers_and_looks_as_the_finding_does(source):
    images, whole = torch.rand(2, 3, 32, 32), classifier(source)
    before = {name: value.clone() for name, value in whole.state_dict().items()}
    alone = one_finding(whole, 1)
    torch.testing.assert_close(alone(images).softmax(1)[:, 1], whole(images).sigmoid()[:, 1])
    finding, of_two = whole.look(images, torch.ones(2, dtype=torch.long)), alone.look(images, torch.ones(2, dtype=torch.long))
    against = alone.look(images, torch.zeros(2, dtype=torch.long))
    specific = alone.source.class_specific
    for name, one in of_two.maps.items():
        torch.testing.assert_close(one, finding.maps[name] / 2 if specific else finding.maps[name])
        torch.testing.assert_close(against.maps[name], -one if specific else one)
    assert all(torch.equal(value, before[name]) for name, value in whole.state_dict().items())
