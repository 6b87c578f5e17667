"""Guidance per finding: each finding's map is held against its own mask."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
import torch

from sightline import catalog
from sightline.attention.classifier import build
from sightline.losses.check.gradient_path import follow_gradients
from sightline.losses.objective import Objective
from sightline.losses.per_finding import paired_batch, paired_look, pairs
from sightline.recipe import recipe_from
from sightline.types import Batch

NAN = float("nan")
LABELS = torch.tensor([[1.0, 0.0, 1.0], [0.0, 1.0, NAN], [0.0, 0.0, 0.0], [1.0, NAN, 0.0]])
KNOWN = torch.tensor([[True, False, True], [False, False, False], [False, False, False], [True, True, False]])
PAIRS = [(0, 0), (0, 2), (1, 1), (3, 0), (3, 1)]  # present, or its place is known


def batch() -> Batch:
    rois = torch.zeros(4, 3, 32, 32)
    rois[:, 0, :16, :16], rois[:, 1, :16, 16:], rois[:, 2, 16:, :16] = 1, 1, 1
    avoid = torch.zeros(4, 1, 32, 32)
    avoid[..., 24:, 24:] = 1
    rois = rois * KNOWN[..., None, None]
    roi = rois.amax(1, keepdim=True)
    return Batch(torch.rand(4, 3, 32, 32), LABELS, roi=roi, known=KNOWN.any(1), avoid=avoid, finding_roi=rois, finding_known=KNOWN)


def recipe(source: str, guidance: list[dict[str, object]]):
    return recipe_from(
        {
            "name": "several",
            "data": {"image_size": 32},
            "backbone": {"name": "test_resnet", "stride": 8},
            "attention": {"name": source},
            "losses": {"classification": {"name": "binary_cross_entropy"}, "guidance": guidance},
        },
        where="several",
    )


def test_the_pairs_are_those_that_are_present_or_whose_place_is_known():
    assert list(zip(*(one.tolist() for one in pairs(batch())), strict=True)) == PAIRS
    found = paired_batch(batch())
    assert found.labels.tolist() == [finding for _, finding in PAIRS]
    assert found.known.tolist() == [True, True, False, True, True]
    assert found.avoid_known.tolist() == [True, True, True, True, False]  # of the last nobody knows whether it is there
    for row, (image, finding) in enumerate(PAIRS):
        assert torch.equal(found.roi[row, 0], batch().finding_roi[image, finding])


@pytest.mark.parametrize("classes", ["label", "all"])
@pytest.mark.parametrize("name", sorted(catalog.places("guidance")))
def test_every_guidance_loss_is_that_of_the_pairs_one_by_one(name, classes):
    settings = recipe("cam", [{"name": name, "classes": classes}] if name != "selective_mse" else [{"name": name}])
    classifier, given = build(settings, 3).eval(), batch()
    objective = Objective(settings.losses, settings.weighting)
    found = objective.measure(classifier, given, math.inf)[1][name]
    row, finding = (torch.tensor(one) for one in zip(*PAIRS, strict=True))
    each = classifier.look(given.images[row], finding)  # an image stands there once for each of its findings
    each = replace(each, every={"cam": torch.cat([-each.maps["cam"], each.maps["cam"]], 1)})
    torch.testing.assert_close(found, objective.guidance_losses()[name](each, paired_batch(given)))


@pytest.mark.parametrize("source", ["cam", "gradcam", "gates", "decoder", "mask"])
@pytest.mark.parametrize("name", ["l2", "dice", "energy", "outside", "kl", "avoid"])
def test_the_gradient_of_guidance_per_finding_arrives(source, name):
    settings = recipe(source, [{"name": name}])
    classifier = build(settings, 3)
    (report,) = follow_gradients(classifier, Objective(settings.losses, settings.weighting), batch())
    assert report.ok, report


def test_the_mask_of_one_finding_does_not_move_the_map_of_another():
    settings = recipe("cam", [{"name": "l2", "squash": "sigmoid"}])
    classifier = build(settings, 3)
    only = replace(batch(), labels=torch.zeros(4, 3), finding_known=KNOWN & torch.tensor([True, False, False]))
    value = Objective(settings.losses, settings.weighting).measure(classifier, only, math.inf)[1]["l2"]
    (slope,) = torch.autograd.grad(value, classifier.head.linear.weight)
    assert slope[0].any()
    assert not slope[1:].any()


def test_without_any_place_guidance_is_a_zero_on_the_graph():
    settings = recipe("cam", [{"name": "energy"}])
    nowhere = Batch(torch.rand(4, 3, 32, 32), LABELS)
    look, losses = Objective(settings.losses, settings.weighting).measure(build(settings, 3), nowhere, math.inf)
    assert losses["energy"] == 0
    assert losses["energy"].requires_grad
    assert paired_look(replace(look, every={"cam": torch.rand(4, 3, 2, 2)}), nowhere).maps["cam"].shape == (4, 1, 2, 2)
