"""Details of single boxes of the diagram, layer by layer: attention gates (Yan 2020, fig. 2.2), classifier and decoder (SPN report, fig.
2).

Layers, their order, channels and sizes are those of the network that the recipe builds; nothing of it is computed.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from sightline import catalog
from sightline.attention.classifier import GuidedClassifier, build
from sightline.attention.decoder import Block, Decoder
from sightline.attention.gates import Gate, Gates
from sightline.attention.head import GapLinear
from sightline.engine.saving import scratch
from sightline.explain.figure.boxes_and_arrows import GAP, PAGE, Box, Diagram, level
from sightline.recipe import Recipe

GATE, BLOCK, SPACE = 0.8, 1.0, 0.22  # inches: height of a box in either detail, between columns
LANE = 0.16  # room for an arrow that passes over or under a row


def details(recipe: Recipe, heading: str) -> list[Diagram]:
    """The details of a recipe with gates or a decoder; none of any other."""
    if not issubclass(catalog.find("attention", recipe.attention.name), Gates | Decoder):
        return []
    with torch.device("meta"):  # layers without numbers
        network = build(scratch(recipe), 2)
    side = recipe.data.image_size
    if isinstance(network.source, Gates):
        return [gates(network, network.source, f"{heading}: its attention gates")]
    assert isinstance(network.source, Decoder)
    return [decoder(network, network.source, side, f"{heading}: its classifier and its decoder")]


def gates(network: GuidedClassifier, source: Gates, heading: str) -> Diagram:
    """Two rows for each gate: the features that it weights, and the guide with which they are compared."""
    shapes = network.backbone.shapes((*source.taps, "last"))
    tall = 2 * GATE + GAP + LANE
    made = Diagram(len(source.taps) * (tall + GAP) - GAP + LANE, heading)
    left, width = columns(7)
    guides: list[Box] = []
    passed: list[Box] = []
    for n, (tap, name, gate) in enumerate(zip(source.taps, source.map_names, source.gates, strict=True), 1):
        assert isinstance(gate, Gate)
        channels, *place = shapes[tap]
        lower = made.height - n * (tall + GAP) + GAP
        upper = lower + GATE + GAP

        def box(column: int, y: float, fill: str, title: str, body: str, height: float = GATE) -> Box:
            return made.add(Box(left[column], y, width, height, fill, title, body))

        local = box(0, upper, "network", "features F", f"{tap}: {maps(shapes[tap])}")
        guides.append(box(0, lower, "network", "guide G", f"last features: {maps(shapes['last'])}"))
        compared = box(2, lower, "network", "sum, ReLU", maps((gate.score.in_channels, *place)), height=upper + GATE - lower)
        weighed = box(1, upper, "network", "W_f", convolution(gate.local))
        made.connect(*level(local, weighed))
        made.connect(*level(weighed, compared))
        asked = box(1, lower, "network", "W_g", f"{convolution(gate.guide)}, enlarged to {size(place)}")
        made.connect(*level(guides[-1], asked))
        made.connect(*level(asked, compared))
        scored = box(3, upper, "network", "W", convolution(gate.score))
        chart = box(4, upper, "map", gate.normalise, f"map A, {name}: {size(place)}")
        pooled = "sum" if gate.normalise == "softmax" else "mean"
        passed.append(box(5, upper, "network", "A × F", f"{pooled} over positions: {channels}"))
        made.connect((compared.x + width, scored.left()[1]), scored.left())
        made.connect(*level(scored, chart))
        made.connect(*level(chart, passed[-1]))
        start, end, over = local.top(), passed[-1].top(), upper + GATE + 0.6 * LANE
        made.connect(start, (start[0], over), (end[0], over), end)
    head = network.head
    assert isinstance(head, GapLinear)
    parts = " + ".join(str(shapes[tap][0]) for tap in (*source.taps, "last"))
    words = f"{parts}, the last of them the mean of G; {layers(head)}: scores y"
    judge = made.add(Box(left[6], LANE, width, made.height - 2 * LANE, "network", "joined", words))
    for one in passed:
        made.connect(*level(one, judge))
    start, end = guides[-1].bottom(), judge.bottom()
    made.connect(start, (start[0], 0.4 * LANE), (end[0], 0.4 * LANE), end)
    return made


def decoder(network: GuidedClassifier, source: Decoder, side: int, heading: str) -> Diagram:
    """The classifier above, the decoder below, both on the last features."""
    sizes = block_sizes(network, source, side)
    made = Diagram(2 * BLOCK + GAP, heading)
    left, width = columns(len(sizes) + 2)
    channels, h, w = network.backbone.shapes(("last",))["last"]
    features = made.add(Box(0, 0, width, made.height, "network", "features F", maps((channels, h, w))))

    def row(y: float, boxes: list[tuple[str, str, str]]) -> None:
        before = features
        for x, (fill, title, body) in zip(left[1:], boxes, strict=False):
            own = made.add(Box(x, y, width, BLOCK, fill, title, body))
            made.connect((before.x + width, own.left()[1]), own.left())
            before = own

    row(BLOCK + GAP, [("network", *words) for words in classifier(network, channels)])
    blocks = []
    for n, (block, made_of) in enumerate(zip(source.blocks, sizes, strict=True), 1):
        assert isinstance(block, Block)
        blocks.append(("network", f"block {n}", ", ".join(steps(block, made_of))))
    row(0, [*blocks, ("map", "sigmoid", f"map A: {size(sizes[-1][1:])}")])
    return made


def classifier(network: GuidedClassifier, channels: int) -> list[tuple[str, str]]:
    """Titles and bodies of what makes scores of the last features."""
    head = network.head
    if not isinstance(head, GapLinear):
        return [("own head", "of the network, last layer renewed: scores y")]
    hidden = [("dense", f"{one.in_features} → {one.out_features}, ReLU") for one in head.hidden if isinstance(one, nn.Linear)]
    return [("mean", f"over positions: {channels}"), *hidden, ("linear", f"{head.linear.in_features} → classes: scores y")]


def block_sizes(network: GuidedClassifier, source: Decoder, side: int) -> list[tuple[int, ...]]:
    """(channels, h, w) after each block."""
    found: list[tuple[int, ...]] = []

    def note(block: nn.Module, given: tuple[Tensor, ...], made: Tensor) -> None:
        found.append(tuple(made.shape[1:]))

    hooks = [block.register_forward_hook(note) for block in source.blocks]
    with torch.no_grad():
        network.eval().look(torch.empty(1, network.image_channels, side, side, device="meta"))
    for hook in hooks:
        hook.remove()
    return found


def steps(block: Block, made: tuple[int, ...]) -> list[str]:
    """What a block does, in its order, where it puts out `made`."""
    enlarge, convolve, norm = f"to\u00a0{size(made[1:])}", f"conv\u00a0{convolution(block.conv)}", "batch\u00a0norm"
    if block.variant == "text":
        return [enlarge, convolve, norm] + ["ReLU"] * (not block.last)
    return [convolve, "ReLU6", enlarge, norm]


def convolution(layer: nn.Conv2d) -> str:
    """`1 × 1, 256 → 1`."""
    return f"{size(layer.kernel_size)}, {layer.in_channels}\u00a0→\u00a0{layer.out_channels}"


def layers(head: GapLinear) -> str:
    """The linear layers of a head."""
    widths = [layer.in_features for layer in (*head.hidden, head.linear) if isinstance(layer, nn.Linear)]
    return " → ".join(["linear " + str(widths[0]), *map(str, widths[1:]), "classes"])


def maps(shape: Sequence[int]) -> str:
    """`256 maps of 28 × 28`."""
    return f"{shape[0]} maps of {size(shape[1:])}"


def size(shape: Sequence[int]) -> str:
    """`28 × 28`, which does not break."""
    return "\u00a0×\u00a0".join(map(str, shape))


def columns(count: int) -> tuple[list[float], float]:
    """Left edges and width of that many columns across the page."""
    width = (PAGE - (count - 1) * SPACE) / count
    return [i * (width + SPACE) for i in range(count)], width
