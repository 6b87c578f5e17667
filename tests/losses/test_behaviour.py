"""How behaviour losses are called."""

from __future__ import annotations

import pytest
import torch
from tiny import Tiny, batch

from sightline.errors import UserError
from sightline.losses.behaviour import BehaviourLoss
from sightline.types import Look


class Asked(BehaviourLoss):
    """Says with what it was called."""

    def forward(self, classifier, look, batch):
        self.given = classifier, look, batch
        return look.logits.sum()


def test_the_classifier_that_looked_is_run_again_unless_another_is_given():
    loss, own, other, some = Asked(), Tiny(), Tiny(), batch()
    look = own.look(some.images)
    look.classifier = own
    assert torch.equal(loss(look, some), look.logits.sum())
    assert loss.given == (own, look, some)
    loss(other, look, some)
    assert loss.given == (other, look, some)


def test_a_look_without_its_classifier_asks_for_one():
    with pytest.raises(UserError, match=r"Asked: needs the classifier that looked. Call it as loss\(classifier, look, batch\)"):
        Asked()(Look(torch.zeros(4, 2), {}), batch())
