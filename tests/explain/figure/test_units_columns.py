from __future__ import annotations

from functools import partial

import numpy as np
import torch
from drawn_figures import captions, kind

from sightline.attention.classifier import build
from sightline.engine.run import Run
from sightline.explain.feature_maps import Layer
from sightline.explain.figure import units as units_figure
from sightline.explain.figure.kind import Options
from sightline.explain.tint import GREEN, OPAQUE


def test_002_17_the_map_of_a_unit_is_that_layers_output(guided, monkeypatch):
    torch.manual_seed(0)
    network = build(guided.recipe.with_settings(backbone={"name": "cnn4"}, head={"kind": "own"}, attention={"name": "none"}), 2).eval()
    monkeypatch.setattr(Run, "classifier", lambda self: network)
    ids = guided.predictions("matched").ids[:2]
    images = torch.stack([guided.datasets["matched"][i].image for i in range(2)])
    with torch.no_grad():
        conv = network.backbone.net.blocks[0].conv0(images).relu()
    peaks = conv[:, 3].amax((1, 2))
    shown = captions(kind("feature-maps")([guided], Options(split="matched", ids=tuple(ids), units=("0/3",))))
    expected = ["not active"] * 2 if float(peaks.max()) <= 0 else [f"peak {float(p / peaks.max()):.0%}" for p in peaks]
    assert [c for c in shown if c.startswith(("peak", "not"))] == expected


def test_002_24_without_units_the_strongest_of_the_last_convolution_are_shown(guided, monkeypatch):
    torch.manual_seed(0)
    network = build(guided.recipe.with_settings(backbone={"name": "cnn4"}, head={"kind": "own"}, attention={"name": "none"}), 2).eval()
    monkeypatch.setattr(Run, "classifier", lambda self: network)
    ids = guided.predictions("matched").ids[:2]
    with torch.no_grad():
        last = network.backbone.net.blocks[:3](torch.stack([guided.datasets["matched"][i].image for i in range(2)]))
        block = network.backbone.net.blocks[3]
        last = block.conv1(block.conv0(last).relu()).relu()  # (2, 64, h, w)
    drawn = kind("feature-maps")([guided], Options(split="matched", ids=tuple(ids)))
    strongest = last.amax((0, 2, 3)).argsort(descending=True)[:4].tolist()
    shown = [c.replace("\u00a0", " ").replace("\n", " ") for c in captions(drawn)]
    assert [c for c in shown if c.startswith("layer ")] == [f"layer 7, filter {k}" for k in strongest]


def test_002_17_each_column_is_its_unit_and_painted_where_it_answers():
    layer = Layer(0, "first", "first", 3)
    found = torch.zeros(2, 3, 4, 4)
    found[0, 1, 0, 0], found[1, 1, 3, 3], found[1, 2, 1, 1] = 4.0, 2.0, 1.0
    white = [np.full((4, 4, 3), 255, np.uint8)] * 2
    answers = partial(units_figure._answers, layer, found=found, pictures=white)
    first, second = (cell.picture for cell in answers(1))
    green, full = np.array(GREEN), 255 * (1 - OPAQUE)
    np.testing.assert_allclose(first[0, 0], full + OPAQUE * green, atol=1)  # the unit's highest on these images
    np.testing.assert_allclose(second[3, 3], 255 * (1 - OPAQUE / 2) + OPAQUE / 2 * green, atol=1)  # half of it
    assert (first.reshape(-1, 3)[1:] == 255).all()
    assert (answers(0)[0].picture == 255).all()
