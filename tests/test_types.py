"""Batches that are made by hand, and looks that know who looked."""

from __future__ import annotations

from typing import Any

import pytest
import torch

import sightline as sl
from sightline.errors import UserError
from sightline.losses.background import BackgroundInvariance
from sightline.losses.energy import Energy
from sightline.losses.sufficiency import Sufficiency


def test_a_batch_needs_images_and_labels_alone() -> None:
    images, labels = torch.rand(3, 3, 8, 8), torch.tensor([0, 1, 1])
    plain = sl.Batch(images, labels)
    assert plain.roi.shape == plain.avoid.shape == (3, 1, 8, 8)
    assert not plain.known.any()
    assert not plain.avoid_known.any()
    assert (plain.index.tolist(), plain.ids, len(plain)) == ([0, 1, 2], ["0", "1", "2"], 3)
    assert sl.Batch(images, labels, roi=torch.ones(3, 1, 8, 8)).known.all()
    some = sl.Batch(images, labels, roi=torch.ones(3, 1, 8, 8), known=torch.tensor([True, False, True]))
    assert some.known.tolist() == [True, False, True]


def test_losses_of_both_kinds_are_called_alike() -> None:
    torch.manual_seed(0)
    classifier = sl.build("energy", 2, {"backbone.name": "test_resnet", "backbone.stride": 8, "data.image_size": 32})
    batch = sl.Batch(torch.rand(4, 3, 32, 32), torch.tensor([0, 1, 0, 1]), roi=torch.ones(4, 1, 32, 32))
    batch.roi[..., :16] = 0
    look = classifier.look(batch.images, batch.labels)
    assert torch.equal(look.first, look.maps["cam"])
    assert look.classifier is classifier
    energy = Energy()
    assert energy(look, batch) == energy(look.maps["cam"], batch.roi, batch.known, look.ranges["cam"])
    for loss in (Sufficiency(), BackgroundInvariance()):
        torch.manual_seed(1)
        first = loss(look, batch)
        torch.manual_seed(1)
        assert first == loss(classifier, look, batch)
    with pytest.raises(sl.UserError, match=r"Call it as loss\(classifier, look, batch\)"):
        Sufficiency()(sl.Look(look.logits, look.maps), batch)
    with pytest.raises(sl.UserError, match="has no attention map"):
        _ = sl.Look(look.logits, {}).first


def test_regions_of_findings_are_there_with_several_findings_alone() -> None:
    labels = torch.tensor([[1.0, 0.0], [torch.nan, 1.0]])
    roi, known = sl.Batch(torch.rand(2, 3, 4, 4), labels).of_findings
    assert (tuple(roi.shape), known.any().item(), known.shape) == ((2, 2, 4, 4), False, labels.shape)
    assert sl.Batch(torch.rand(2, 3, 4, 4), labels, finding_roi=torch.ones(2, 2, 4, 4)).of_findings[1].all()
    plain = sl.Batch(torch.rand(2, 3, 4, 4), torch.tensor([0, 1]))
    assert plain.finding_roi is None
    with pytest.raises(UserError, match="one label per image"):
        _ = plain.of_findings


IMAGES, LABELS, REGION = torch.rand(2, 3, 8, 8), torch.tensor([0, 1]), torch.zeros(2, 1, 8, 8)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"images": IMAGES[0]}, r"batch: images have the shape \(3, 8, 8\)"),
        ({"labels": torch.tensor([0, 1, 0])}, r"batch\.labels: has the shape \(3,\)\. .* it has to be \(2,\)"),
        ({"roi": REGION[:, 0]}, r"batch\.roi: has the shape \(2, 8, 8\)\. .* it has to be \(2, 1, 8, 8\)"),
        ({"roi": REGION[..., :4]}, r"batch\.roi: has the shape"),
        ({"roi": REGION, "known": torch.ones(3, dtype=torch.bool)}, r"batch\.known: has the shape \(3,\)"),
        ({"known": torch.tensor([True, False])}, r"batch\.known: is true, and there is no `roi`"),
        ({"avoid_known": torch.tensor([True, False])}, r"batch\.avoid_known: is true, and there is no `avoid`"),
        ({"roi": REGION + 255}, r"batch\.roi: has values above 1\. .*divide masks of 0 and 255 by 255"),
    ],
)
def test_a_batch_that_does_not_fit_is_refused(given: dict[str, Any], said: str) -> None:
    sl.Batch(IMAGES, LABELS, roi=REGION, avoid=REGION, known=torch.tensor([True, False]))
    sl.Batch(IMAGES, torch.zeros(2, 4), known=torch.tensor([False, False]))
    with pytest.raises(UserError, match=said):
        sl.Batch(**{"images": IMAGES, "labels": LABELS} | given)
