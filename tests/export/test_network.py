"""Every attention source is exported with its map, or says why not; the graphs answer as PyTorch does."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch.torch_version import TorchVersion

from sightline import catalog
from sightline.errors import UserError
from sightline.export.check import LARGEST, differences, expected
from sightline.export.graphs import OLDEST, graph_answers, graph_bytes
from sightline.export.network import exportable
from sightline.export.programs import program_answers, program_bytes, program_of

WITHOUT_MAP = {"none"}


@pytest.mark.parametrize("source", sorted(catalog.PLACES["attention"]))
def test_every_source_is_exported(source, classifier) -> None:
    made = exportable(classifier(source))
    assert made.network.outputs == ("logits", "probabilities", "map")[: 2 if source in WITHOUT_MAP else 3]
    assert bool(made.why_no_map) == (source in WITHOUT_MAP)
    images = torch.rand(5, 3, 32, 32)
    program = program_of(made.network, 32)
    ways = [program_answers(program_bytes(program, {}))]
    if TorchVersion(torch.__version__) >= OLDEST:
        ways.append(graph_answers(graph_bytes(program, made.network.outputs, {})))
    for answers in ways:
        assert max(differences(made.network, answers, images, Path("graph")).values()) <= LARGEST
        for own, other in zip(expected(made.network, images), answers(images), strict=True):  # a batch of yet another size
            assert own.shape == other.shape
            assert np.abs(own - other).max() <= LARGEST


@pytest.mark.parametrize(
    ("settings", "why"),
    [({"head.kind": "own", "backbone.stride": None}, "closed form"), ({"attention.layer": "stride:4"}, "before the last")],
)
@pytest.mark.parametrize("source", ["gradcam", "gradcam++"])
def test_maps_that_need_a_gradient_are_left_out_with_a_reason(source, settings, why, classifier) -> None:
    network = classifier(source, settings)
    made = exportable(network)
    assert made.network.outputs == ("logits", "probabilities")
    assert why in made.why_no_map
    with pytest.raises(UserError, match=why):
        exportable(network, "yes")


def test_a_map_can_be_left_out(classifier) -> None:
    made = exportable(classifier("cam"), "no")
    assert made.network.outputs == ("logits", "probabilities")
    assert "map='no'" in made.why_no_map


def test_images_are_normalised_inside(classifier) -> None:
    network = exportable(classifier("cam")).network
    assert (network.classifier.backbone.mean > 0).all(), "so that images in [0, 1] are what goes in"
