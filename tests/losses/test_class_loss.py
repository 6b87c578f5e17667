"""Class losses take logits and labels, and say so to whoever calls them as losses on maps are called."""

from __future__ import annotations

import pytest
import torch

from sightline import catalog
from sightline.errors import UserError
from sightline.types import Batch, Look


@pytest.mark.parametrize("name", sorted(catalog.PLACES["classification"]))
def test_a_class_loss_says_what_it_takes(name: str) -> None:
    loss = catalog.find("classification", name)()
    look, batch = Look(torch.rand(2, 2), {}), Batch(torch.rand(2, 3, 8, 8), torch.tensor([0, 1]))
    with pytest.raises(UserError, match=rf"{type(loss).__name__}: takes logits and labels.*`loss\(look.logits, batch.labels\)`"):
        loss(look, batch)


def test_the_call_that_it_names_works() -> None:
    logits, labels = torch.tensor([[2.0, 0.0]]), torch.tensor([0])
    assert catalog.find("classification", "cross_entropy")()(logits, labels=labels).item() == pytest.approx(0.1269, abs=1e-4)
