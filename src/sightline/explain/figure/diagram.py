"""What a training computes, as boxes and arrows: drawn from the recipe, whatever it names."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import count
from string import ascii_lowercase

from matplotlib import rc_context
from matplotlib.figure import Figure

from sightline import catalog
from sightline.attention.cam import Cam
from sightline.attention.source import Source
from sightline.engine.run import Run
from sightline.errors import UserError
from sightline.explain.figure import diagram_words as words
from sightline.explain.figure.boxes_and_arrows import GAP, PAGE, Box, Diagram, draw, level
from sightline.explain.figure.detail import details
from sightline.explain.figure.kind import Options, kind
from sightline.explain.style import STYLE
from sightline.recipe import Recipe, load_recipe

ROW, SPACE = 0.68, 0.32  # inches: height of a box, between columns
WIDTHS = (0.95, 1.15, 1.55, 1.6, 1.1)  # of the columns: data, backbone, head and map, losses, total; with the spaces a page
LEFT = tuple(sum(WIDTHS[:i]) + i * SPACE for i in range(len(WIDTHS)))
HEADING = 0.5  # above each diagram


@kind("Figueroa 2022, fig. 1, 5; SPN report, fig. 1, 2; Yan 2020, fig. 2.1, 2.2; Zhu 2022, fig. 1", runs=(0, None), takes="recipes")
def diagram(runs: Sequence[Run], options: Options) -> Figure:
    """What a run or a recipe computes: images, network, maps and losses as boxes and arrows.

    A training in stages has a diagram for each; gates and decoders are drawn once more, layer by layer. Dashed: takes no part in training.
    """
    recipes = [run.recipe for run in runs] + [load_recipe(name).check() for name in options.recipes]
    if not recipes:
        raise UserError("figure diagram", "needs a run or a recipe", "Give the folder of a run, or for example `recipes=['gain']`.")
    found: list[Diagram] = []
    for letter, recipe in zip(ascii_lowercase, recipes, strict=False):
        name = f"({letter}) {recipe.name}" if len(recipes) > 1 else recipe.name
        stages = [(recipe.at_stage(stage), f"{name}, {_stage(i, stage.name)}") for i, stage in zip(count(1), recipe.stages, strict=False)]
        found += [
            flow(own, f"{heading}, {own.train.epochs} epoch{'s' * (own.train.epochs != 1)}") for own, heading in stages or [(recipe, name)]
        ]
        found += details(recipe, name)
    height = sum(one.height + HEADING for one in found) + 0.05
    with rc_context(STYLE):
        figure = Figure(figsize=(PAGE + 0.1, height))
        axes = figure.add_axes((0, 0, 1, 1), xlim=(-0.05, PAGE + 0.05), ylim=(0, height))
        axes.set_axis_off()
        top = height
        for one in found:
            top -= one.height + HEADING
            draw(axes, one, top + 0.05)
    return figure


def flow(recipe: Recipe, heading: str) -> Diagram:
    """The diagram of one training. Rows from the top: the decision; maps and regions with what compares them; second passes."""
    source: type[Source] = catalog.find("attention", recipe.attention.name)
    losses = recipe.losses
    maps = [catalog.find("behaviour", loss.name).needs_map for loss in losses.behaviour]  # whether a second pass reads the map
    mapped, gating = recipe.attention.name != "none", source.logits is not Source.logits
    used, region = bool(losses.guidance) or any(maps) or gating, bool(losses.guidance) or not all(maps)
    middle = max(len(losses.guidance), mapped + region)
    rows = 1 + middle + len(losses.behaviour)
    made = Diagram(rows * ROW + (rows - 1) * GAP, heading)

    box = partial(_box, made)
    images = box(0, (mapped / 2, mapped / 2), "data", words.images(recipe))
    backbone = box(1, (int(source.looks_again), int(mapped)), "network", words.backbone(recipe))
    _show(made, images, backbone, 0.2 if source.looks_again else 0.5)
    decision = box(3, (0, 0), "loss", words.loss("classification", losses.classification, recipe.weighting.name))
    head, chart = _answers(made, recipe, source, images, backbone, used)
    made.connect(*level(head, decision), label="y")

    drawn = [decision]
    area = chart
    if region:
        given = box(0, (middle, middle), "data", words.annotation(recipe))
        area = box(2, (middle, middle), "data", words.roi(recipe))
        made.connect(*level(given, area))
    for i, loss in enumerate(losses.guidance, start=1):
        drawn.append(box(3, (i, i), "loss", words.loss("guidance", loss, recipe.weighting.name)))
        _compare(made, chart, area, drawn[-1], alone=len(losses.guidance) == 1)
    for i, (loss, reads) in enumerate(zip(losses.behaviour, maps, strict=True), start=1 + middle):
        again = box(2, (i, i), "network", words.second_pass(loss))
        _feed(made, chart if reads else area, again)
        if catalog.find("behaviour", loss.name).runs_again:  # Figueroa et al. 2022, fig. 5: the images enter once more
            x, start, end = images.right()[0] + SPACE / 3, images.right(0.2), again.left(0.25)
            made.connect(start, (x, start[1]), (x, end[1]), end)
        drawn.append(box(3, (i, i), "loss", words.loss("behaviour", loss, recipe.weighting.name)))
        made.connect(*level(again, drawn[-1]), label="y")
    total = box(4, (0, len(losses.guidance) if not losses.behaviour else rows - 1), "total", words.total(recipe))
    for one in drawn:
        made.connect(*level(one, total))
    return made


def _box(made: Diagram, column: int, rows: tuple[float, float], fill: str, text: words.Words, aside: bool = False) -> Box:
    first, last = rows
    y = made.height - last * (ROW + GAP) - ROW
    return made.add(Box(LEFT[column], y, WIDTHS[column], (last - first) * (ROW + GAP) + ROW, fill, *text, aside))


def _answers(made: Diagram, recipe: Recipe, source: type[Source], images: Box, backbone: Box, used: bool) -> tuple[Box, Box]:
    """The boxes of scores and map, which may be one, and the arrows into them."""
    mapped = recipe.attention.name != "none"
    if issubclass(source, Cam) and used:  # Zhu et al. 2022, fig. 1b: one layer gives both
        both = _box(made, 2, (0, 1), "map", ("CAM layer", "1 × 1 convolution of F: a map A of each class; scores y: its mean, and a bias"))
        made.connect(*level(backbone, both))
        return both, both
    head = _box(made, 2, (0, 0), "network", words.head(recipe))
    if source.looks_again:
        _show(made, images, head, 0.8)
    else:
        made.connect(*level(backbone, head))
    if not mapped:
        return head, head
    chart = _box(made, 2, (1, 1), "map", words.source(recipe), aside=not used)
    made.connect(*level(backbone, chart), aside=not used)
    if source.logits is not Source.logits:  # the map decides
        made.connect(chart.top(), head.bottom())
    elif source.needs_gradient:
        made.connect(head.bottom(), chart.top(), aside=not used)
    return head, chart


def _show(made: Diagram, images: Box, end: Box, share: float) -> None:
    made.connect(images.right(share), (end.x, images.right(share)[1]))


def _feed(made: Diagram, start: Box, end: Box) -> None:
    """Into a second pass: straight down, or along the left side of what lies between."""
    if start.y - end.y < 1.1 * (ROW + GAP):
        made.connect(start.bottom(), end.top())
    else:
        x = start.x - SPACE / 3
        made.connect(start.left(0.2), (x, start.left(0.2)[1]), (x, end.left()[1]), end.left())


def _stage(number: int, name: str) -> str:
    return name.replace("stage", "stage ").strip() if name.startswith("stage") else f"stage {number}: {name}"


def _compare(made: Diagram, chart: Box, area: Box, loss: Box, alone: bool) -> None:
    """The arrows of map and region into a guidance loss."""
    if alone:
        made.connect((chart.right()[0], loss.left()[1]), loss.left(), label="A")
        made.connect(area.right(), (loss.bottom(0.3)[0], area.right()[1]), loss.bottom(0.3))
        return
    row = made.height - 1.5 * ROW - GAP  # of the map: the second one, also where its box is taller
    for start, share, lane in (((chart.right()[0], row), 0.7, 0.35), (area.right(), 0.3, 0.6)):
        x, end = chart.right()[0] + lane * SPACE, loss.left(share)
        made.connect(start, (x, start[1]), (x, end[1]), end)
