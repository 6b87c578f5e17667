"""Scores of several trainings of each recipe, as boxes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import cycle
from typing import Any

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure

from sightline.engine.compare import common_split
from sightline.engine.run import Run
from sightline.errors import UserError
from sightline.explain.colours import INK, MUTED, SERIES
from sightline.explain.figure.kind import Options, kind, layout
from sightline.explain.figure.words import wrapped
from sightline.explain.style import STYLE, bare
from sightline.metrics.comparisons.seeds import seed_difference
from sightline.results import Score, SplitScores

SEEDS = ("train.seed", "data.split.seed", "data.split.fold", "data.options.seed", "data.roi.seed")
WORDS = ("title", "source", "deviations")
SIGNIFICANT = 0.05
# no part of what is learned
APART = ("evaluate.", "train.workers", "train.devices", "train.nodes", "train.accelerator", "data.root", "data.cache")


@kind("Zhu 2022, fig. 3", takes="split")
def box_plots(runs: Sequence[Run], options: Options) -> Figure:
    """AUC, and how often maps point into the right region, over several trainings of each recipe.

    Runs that differ in nothing but seeds are one box; every run is a dot. Pointing is shown where `evaluate.point_into` had it scored. A
    star: p is below 0.05 in the exact Mann-Whitney test against the trainings of the same network without guidance.
    """
    split = _split(runs, options)
    arms = grouped(runs)
    aucs = {arm: [_value(run.scores[split].classification.auc) for run in members] for arm, members in arms.items()}
    panels: dict[str, dict[str, list[float]]] = {"AUC": aucs}
    pointing = {arm: [_pointing(run.scores[split]) for run in members] for arm, members in arms.items()}
    for name in dict.fromkeys(c for found in pointing.values() for one in found for c in one):
        panels[f"pointing, {name}"] = {arm: [one.get(name, np.nan) for one in found] for arm, found in pointing.items()}
    pairs = _pairs(arms)
    width = min(3, len(panels))
    height = -(-len(panels) // width)
    cell = max(2.4, 0.75 * len(arms) + 0.8)
    with rc_context(STYLE):
        figure = Figure(figsize=(max(3.2, cell * width), 3.0 * height), layout=layout())
        grid = figure.subplots(height, width, squeeze=False).ravel()
        for axes, (title, values) in zip(grid, panels.items(), strict=False):
            _boxes(axes, title, values, 0.9 * cell / (len(arms) + 0.4))
            _stars(axes, list(values.values()), pairs)
        for axes in grid[len(panels) :]:
            axes.set_axis_off()
    return figure


def grouped(runs: Sequence[Run]) -> dict[str, list[Run]]:
    """The runs that differ in nothing but seeds, by the recipe's name; where two groups share it, with the settings that differ."""
    groups: dict[tuple[str, frozenset[tuple[str, str]]], list[Run]] = {}
    for run in runs:
        every = _flat(run.recipe.model_dump(mode="json"))
        settings = frozenset((k, v) for k, v in every.items() if not k.startswith(APART) and k not in (*SEEDS, *WORDS))
        groups.setdefault((run.recipe.name, settings), []).append(run)
    found: dict[str, list[Run]] = {}
    for (name, settings), members in groups.items():
        common = frozenset.intersection(*(other for same, other in groups if same == name))
        own = sorted(f"{key.removesuffix('.name').rpartition('.')[2]}={value}" for key, value in settings - common)
        label = f"{name}, {', '.join(own[:2])}" if own else name
        found[label if label not in found else f"{label} ({len(found) + 1})"] = members
    return found


def _flat(tree: Mapping[str, Any], above: str = "") -> dict[str, str]:
    found: dict[str, str] = {}
    for key, value in tree.items():
        found |= _flat(value, f"{above}{key}.") if isinstance(value, Mapping) else {f"{above}{key}": str(value)}
    return found


def _split(runs: Sequence[Run], options: Options) -> str:
    """Folds and seeds of the division may hold other images, but not other classes."""
    for run in runs:
        if run.classes != runs[0].classes:
            raise UserError(run.path, f"has other classes than {runs[0].path}", "Draw a figure for each task.")
    return common_split(runs, options.split)


def _value(score: Score) -> float:
    return np.nan if score.value is None else score.value


def _pointing(scores: SplitScores) -> dict[str, float]:
    """Class -> share of its images whose first map points into the named regions."""
    first = next(iter(scores.pointing.values()), {})
    return {name: _value(score) for name, score in first.items()}


def _boxes(axes: Axes, title: str, values: Mapping[str, Sequence[float]], room: float) -> None:
    labels = []
    for x, (colour, (arm, several)) in enumerate(zip(cycle(SERIES), values.items(), strict=False)):
        shown = np.array([v for v in several if not np.isnan(v)])
        labels.append(f"{wrapped(arm, room, 8.5, lines=4)}\nn = {len(shown)}")
        if not len(shown):
            where = axes.get_xaxis_transform()
            axes.text(x, 0.5, "not\nscored", ha="center", va="center", fontsize=8.5, color=MUTED, transform=where)
            continue
        if len(shown) > 2:  # a box says nothing of one or two numbers
            line: dict[str, Any] = {"color": colour, "linewidth": 1.3}
            styles: dict[str, Any] = {"whiskerprops": line, "capprops": line, "medianprops": line | {"linewidth": 2.4}}
            styles["boxprops"] = {"facecolor": to_rgba(colour, 0.25), "edgecolor": colour, "linewidth": 1.3}
            axes.boxplot([shown], positions=[x], widths=0.5, showfliers=False, patch_artist=True, **styles)
        at = x + np.linspace(-0.12, 0.12, len(shown)) * (len(shown) > 1)
        axes.plot(at, shown, linestyle="none", marker="o", markersize=4.5, color=colour, markeredgecolor="white", zorder=3)
        above: dict[str, Any] = {"textcoords": "offset points", "ha": "center", "fontsize": 8.5, "color": INK}
        axes.annotate(f"{np.median(shown):.3f}", (x, shown.max()), (0, 6), **above)
    axes.set_xticks(range(len(values)), labels, fontsize=8.5)
    axes.set_xlim(-0.6, len(values) - 0.4)
    axes.margins(y=0.15)
    axes.set_title(title)
    bare(axes)
    if title == "AUC":
        axes.axhline(0.5, color=MUTED, linewidth=0.8, linestyle=(0, (4, 3)), zorder=0)


def _pairs(arms: Mapping[str, Sequence[Run]]) -> list[tuple[int, int]]:
    """Places of the arms that are tested against each other: of each network, the first arm without guidance and each of the others."""
    recipes = [members[0].recipe for members in arms.values()]
    plain: dict[str, int] = {}
    for x, recipe in enumerate(recipes):
        if not recipe.guided:
            plain.setdefault(recipe.backbone.name, x)
    return [(base, x) for x, recipe in enumerate(recipes) if (base := plain.get(recipe.backbone.name, x)) != x]


def _stars(axes: Axes, values: Sequence[Sequence[float]], pairs: Sequence[tuple[int, int]]) -> None:
    """A bracket with a star over each pair that differs significantly, one above the other."""
    arms = [[v for v in several if not np.isnan(v)] for several in values]
    tests = {pair: seed_difference(arms[pair[1]], arms[pair[0]]).p for pair in pairs if arms[pair[0]] and arms[pair[1]]}
    found = [pair for pair, p in tests.items() if p is not None and p < SIGNIFICANT]
    if not found:
        return
    low, high = axes.get_ylim()
    step = 0.1 * (high - low)
    axes.set_yticks([tick for tick in axes.get_yticks() if low <= tick <= high])  # none beside the brackets
    for i, pair in enumerate(found):
        y = high + i * step
        axes.plot(np.repeat(pair, 2), [y, y + step / 4, y + step / 4, y], color=INK, linewidth=0.9)
        axes.text(sum(pair) / 2, y + step / 4, "*", ha="center", va="baseline", fontsize=11, color=INK)
    axes.set_ylim(low, high + len(found) * step)
