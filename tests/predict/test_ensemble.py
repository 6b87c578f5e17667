"""Several runs answer as the mean of each by itself."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from sightline.engine.run import Run
from sightline.errors import UserError
from sightline.predict.ensemble import Ensemble, Member, ensemble


def squares(n: int = 3) -> torch.Tensor:
    return (torch.rand(n, 3, 32, 32, generator=torch.Generator().manual_seed(3)) * 255).byte()


def test_one_run_answers_as_its_classifier(first) -> None:
    network, seen = ensemble([first]), squares()
    answer = network.answer([seen], maps=True)
    look = first.classifier().look(seen.float() / 255, None)
    assert answer.probabilities == pytest.approx(look.logits.double().softmax(1).detach().numpy(), abs=1e-6)
    assert np.allclose(answer.maps, look.first[:, 0].detach().numpy(), atol=1e-5)
    assert (answer.spread == 0).all()


def test_two_runs_are_their_mean_with_its_spread(first, second) -> None:
    seen = squares()
    alone = [ensemble([run]).answer([seen]).probabilities for run in (first, second)]
    both = ensemble([first, second]).answer([seen, seen])
    assert both.probabilities == pytest.approx(np.mean(alone, axis=0))
    of = both.decided
    assert both.spread == pytest.approx(np.std(alone, axis=0)[np.arange(3), of])


def test_classes_in_another_order_are_put_right(first) -> None:
    network = ensemble([first])
    turned = Member(network.members[0].classifier, network.members[0].data, np.array([1, 0]))
    seen = squares()
    other = Ensemble((turned,), network.classes[::-1], network.decision, "none", network.device).answer([seen], maps=True)
    own = network.answer([seen], maps=True)
    assert other.probabilities == pytest.approx(own.probabilities[:, ::-1])
    assert np.allclose(other.maps, own.maps), "the map is that of the class that is decided for, whatever its place"


def test_flips_are_averaged_and_maps_turned_back(first) -> None:
    seen = squares()
    flipped = torch.flip(seen, (-1,))
    network = ensemble([first], "flips")
    one, other = (network.answer([images], maps=True) for images in (seen, flipped))
    assert one.probabilities == pytest.approx(other.probabilities, abs=1e-6), "the four views are the same"
    assert np.allclose(one.maps, other.maps[:, :, ::-1], atol=1e-5)


def test_runs_of_other_classes_are_refused(first, second, monkeypatch) -> None:
    monkeypatch.setattr(Run, "classes", property(lambda run: ("a", "b") if run.path == second.path else ("nevus", "melanoma")))
    with pytest.raises(UserError, match="other classes"):
        ensemble([first, second])
