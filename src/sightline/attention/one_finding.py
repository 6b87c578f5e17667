"""One finding of a classifier that answers for several, as a classifier of two classes: without it and with it."""

from __future__ import annotations

import copy

import torch
from torch import nn

from sightline.attention.classifier import GuidedClassifier
from sightline.attention.head import GapLinear, OwnHead
from sightline.errors import UserError


def one_finding(classifier: GuidedClassifier, finding: int) -> GuidedClassifier:
    """A copy with the logits (-z/2, z/2) in place of the logit z of a finding, so that the softmax of the two is sigmoid(z).

    The map of the class with the finding is half of the finding's own, which no score that compares places can tell; that of the class
    without it is its opposite: evidence against the finding.

    >>> from sightline.attention.classifier import build
    >>> from sightline.recipe import load_recipe
    >>> recipe = load_recipe("energy", {"backbone.name": "test_resnet", "backbone.weights": "none", "data.image_size": 32})
    >>> images, several = torch.rand(2, 3, 32, 32), build(recipe, 3).eval()
    >>> torch.allclose(several(images).sigmoid()[:, 1], one_finding(several, 1)(images).softmax(1)[:, 1])
    True

    Raises:
        UserError: the classifier's maps or logits of one class depend on the other classes.
    """
    if not classifier.source.several_labels or not isinstance(classifier.head, GapLinear | OwnHead):
        raise UserError("the classifier", "has classes that compete", "Give one that was trained on several findings.")
    found = copy.deepcopy(classifier)
    assert isinstance(found.head, GapLinear | OwnHead)
    last = found.head.linear
    of_two = nn.Linear(last.in_features, 2, device=last.weight.device, dtype=last.weight.dtype)
    signs = torch.tensor([-0.5, 0.5], device=last.weight.device, dtype=last.weight.dtype)
    with torch.no_grad():
        of_two.weight.copy_(signs[:, None] * last.weight[finding])
        of_two.bias.copy_(signs * last.bias[finding])
    found.head.linear, found.head.classes = of_two, 2
    return found.train(classifier.training)
