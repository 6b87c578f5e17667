from __future__ import annotations

import pytest
import torch

from sightline.attention.classifier import GuidedClassifier, build
from sightline.attention.plain import Plain
from sightline.errors import UserError
from sightline.recipe import Recipe


def classifier(taps: tuple[str, ...] = (), **head: object) -> GuidedClassifier:
    sections = {"backbone": {"name": "test_resnet"}, "attention": {"name": "none", "taps": taps}, "head": head}
    return build(Recipe.model_validate({"name": "t", "data": {"image_size": 64}} | sections), 3).eval()


def test_there_are_no_maps_and_the_logits_are_those_of_the_head(images: torch.Tensor) -> None:
    found = classifier()
    look = found.look(images, torch.tensor([0, 2]), every=True)
    assert isinstance(found.source, Plain)
    assert (look.maps, look.every, found.map_names, found.reaches) == ({}, {}, (), ())
    torch.testing.assert_close(look.logits, found.head(found.backbone(images)))
    torch.testing.assert_close(look.logits, found(images))


def test_taps_are_pooled_beside_the_last_features(images: torch.Tensor) -> None:
    """003-23: like gates that are open everywhere."""
    found = classifier(("stride:8", "stride:16"))
    features = found.backbone(images, found.source.taps)
    pooled = [features.taps["stride:8"].mean((2, 3)), features.taps["stride:16"].mean((2, 3)), features.last.mean((2, 3))]
    assert found.source.head_channels == sum(part.shape[1] for part in pooled)
    torch.testing.assert_close(found(images), found.head.classify(torch.cat(pooled, 1)))
    torch.testing.assert_close(found.look(images).logits, found(images))


def test_taps_need_a_head_that_pools() -> None:
    with pytest.raises(UserError, match=r"attention\.taps.*need a GAP head.*Set head\.kind to gap"):
        classifier(("stride:8",), kind="own")
