"""What all attention sources share."""

from __future__ import annotations

import pytest
import torch

from sightline import catalog
from sightline.attention.classifier import build
from sightline.attention.source import explained, in_float, of_class
from sightline.recipe import recipe_from

SOURCES = sorted(catalog.places("attention"))


@pytest.mark.parametrize("name", SOURCES)
def test_only_maps_made_of_gradients_need_a_second_order(name: str) -> None:
    """The others keep the quick attention of transformers, which cannot be differentiated twice."""
    tree = {"name": "t", "data": {"image_size": 32}, "backbone": {"name": "test_resnet", "stride": 8}, "attention": {"name": name}}
    source = build(recipe_from(tree, "test"), 2).source
    assert source.needs_second_order == (name in ("gradcam", "gradcam++"))


def test_the_target_is_explained_and_without_one_the_prediction() -> None:
    logits = torch.tensor([[0.1, 0.9, 0.3], [2.0, -1.0, 0.0]])
    assert explained(logits, None).tolist() == [1, 0]
    assert explained(logits, torch.tensor([2, 1])).tolist() == [2, 1]


def test_each_image_gets_the_map_of_its_class() -> None:
    every = torch.rand(3, 4, 2, 5)
    own = of_class(every, torch.tensor([3, 0, 2]))
    assert torch.equal(own, torch.stack([every[0, 3], every[1, 0], every[2, 2]])[:, None])


def test_half_precision_is_raised_and_no_other() -> None:
    kinds = (torch.float16, torch.bfloat16, torch.float32, torch.float64)
    assert [in_float(torch.ones(1, dtype=kind)).dtype for kind in kinds] == [torch.float32] * 3 + [torch.float64]
