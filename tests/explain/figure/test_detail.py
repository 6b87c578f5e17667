"""The details of a diagram are those of the network: gates (Yan 2020, fig. 2.2), classifier and decoder (SPN report, fig. 2)."""

from __future__ import annotations

import pytest
import torch
from torch.overrides import TorchFunctionMode

from sightline.attention.classifier import build
from sightline.attention.decoder import Block
from sightline.explain.figure.boxes_and_arrows import PAGE
from sightline.explain.figure.detail import details, steps
from sightline.recipe import load_recipe, recipe_names

SMALL = {"backbone": {"name": "test_resnet"}, "data.image_size": 64}


def words(diagram):
    """Title and body of every box."""
    return [f"{box.title}: {box.body}".replace("\u00a0", " ") for box in diagram.boxes]


def test_003_fig_2_2_the_gates_of_the_thesis():
    (made,) = details(load_recipe("attnmel-lesion"), "attnmel-lesion")
    found = words(made)
    for place, channels, name in (("28 × 28", 256, "gate1"), ("14 × 14", 512, "gate2")):
        assert f"W_f: 1 × 1, {channels} → 256" in found
        assert f"W_g: 1 × 1, 512 → 256, enlarged to {place}" in found
        assert f"sum, ReLU: 256 maps of {place}" in found
        assert f"sigmoid: map A, {name}: {place}" in found
        assert f"A × F: mean over positions: {channels}" in found
    assert found.count("guide G: last features: 512 maps of 7 × 7") == found.count("W: 1 × 1, 256 → 1") == 2
    assert "256 + 512 + 512" in found[-1]
    assert "linear 1280" in found[-1]


@pytest.mark.parametrize("options", [{"normalise": "sigmoid"}, {"normalise": "softmax", "width": 12}])
def test_003_fig_2_2_layers_and_sizes_are_those_of_the_network(options):
    recipe = load_recipe("gates", SMALL | {"attention": {"name": "gates", "taps": ["stride:8", "stride:16"]} | options})
    network = build(recipe, 2)
    with torch.no_grad():
        look = network.eval().look(torch.rand(1, 3, 64, 64))
    (made,) = details(recipe, "small")
    found = words(made)
    for gate, (name, chart) in zip(network.source.gates, look.maps.items(), strict=True):
        width, channels, *_ = gate.local.weight.shape
        h, w = chart.shape[2:]
        assert f"{options['normalise']}: map A, {name}: {h} × {w}" in found
        assert f"W_f: 1 × 1, {channels} → {width}" in found
        assert f"W_g: 1 × 1, {gate.guide.weight.shape[1]} → {width}, enlarged to {h} × {w}" in found
    assert f"linear {network.head.linear.in_features}" in found[-1]


class Calls(TorchFunctionMode):
    """The operations of a block and the sizes that they put out, as torch runs them."""

    names = {"conv2d": "conv", "batch_norm": "batch norm", "relu": "ReLU", "relu6": "ReLU6", "interpolate": "to"}

    def __init__(self):
        super().__init__()
        self.seen = []

    def __torch_function__(self, func, types, args=(), kwargs=None):
        made = func(*args, **(kwargs or {}))
        if func.__name__ in self.names:
            self.seen.append((self.names[func.__name__], tuple(made.shape[1:])))
        return made


@pytest.mark.parametrize("variant", ["text", "code", "code-3"])
@pytest.mark.parametrize("last", [False, True])
def test_001_fig_2_a_block_is_drawn_in_the_order_in_which_it_runs(variant, last):
    block = Block(variant, 6, 3, last)
    with Calls() as calls:
        block(torch.rand(2, 6, 5, 5), (11, 13))
    drawn = [step.replace("\u00a0", " ") for step in steps(block, (3, 11, 13))]
    assert len(drawn) == len(calls.seen)
    assert all(step.startswith(name) for step, (name, _) in zip(drawn, calls.seen, strict=True))
    assert next(step for step in drawn if step.startswith("conv")) == "conv 3 × 3, 6 → 3"
    assert next(step for step in drawn if step.startswith("to")) == "to 11 × 13"


def test_001_fig_2_report_and_program():
    (report,) = details(load_recipe("spn"), "spn")
    (program,) = details(load_recipe("spn-code"), "spn-code")
    assert "dense: 2048 → 1024, ReLU" in words(report)
    assert not any(word.startswith("dense") for word in words(program))
    orders = {"to 17 × 17, conv": (report, (17, 40, 94, 224)), "conv 3 × 3, 2048 → 512, ReLU6": (program, (16, 48, 144, 224))}
    for first, (made, sizes) in orders.items():
        blocks = [word for word in words(made) if word.startswith("block")]
        assert blocks[0].startswith(f"block 1: {first}")
        assert [f"to {side} × {side}" in block for side, block in zip(sizes, blocks, strict=True)] == [True] * 4
        assert "sigmoid: map A: 224 × 224" in words(made)


def test_a_decoder_beside_a_networks_own_head():
    (made,) = details(load_recipe("decoder", {"backbone": {"name": "cnn4"}, "head": {"kind": "own"}}), "own")
    assert any(word.startswith("own head") for word in words(made))


@pytest.mark.parametrize("name", recipe_names())
def test_boxes_lie_apart_and_on_the_page(name):
    recipe = load_recipe(name)
    found = details(recipe, name)
    assert bool(found) == (recipe.attention.name in ("gates", "decoder"))
    for made in found:
        places = [(b.x, b.y, b.x + b.width, b.y + b.height) for b in made.boxes]
        for i, a in enumerate(places):
            assert min(a[0], PAGE - a[2], a[1], made.height - a[3]) > -1e-6
            for b in places[:i]:
                assert min(a[2], b[2]) - max(a[0], b[0]) < 1e-9 or min(a[3], b[3]) - max(a[1], b[1]) < 1e-9
