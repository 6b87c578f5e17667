"""Every view of a picture is taken back by its own inverse."""

from __future__ import annotations

import pytest
import torch

from sightline.predict.views import VIEWS


@pytest.mark.parametrize("name", VIEWS)
def test_views_are_different_and_taken_back(name) -> None:
    images = torch.rand(2, 3, 5, 7)
    seen = [view.there(images) for view in VIEWS[name]]
    for view, changed in zip(VIEWS[name], seen, strict=True):
        assert torch.equal(view.back(changed), images)
    assert len({(*one.shape, float(one[0, 0, 0, 0])) for one in seen}) == len(seen)
