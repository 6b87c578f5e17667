"""How many images of each class a data set has, and how many a training shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sightline.data.sampling import EpochSampler
from sightline.data.strata import strata
from sightline.engine.run import Run
from sightline.explain.colours import INK, SERIES
from sightline.explain.figure.kind import Options, kind, layout
from sightline.explain.figure.words import width, wrapped
from sightline.explain.run_pictures import names
from sightline.explain.style import STYLE, bare

BALANCED = {"oversample": "training, oversampled", "weighted_sampler": "training, weighted draws"}


@dataclass(frozen=True)
class Counts:
    """Images per class, and how many of them are annotated: class -> number."""

    every: Mapping[str, int]
    annotated: Mapping[str, int]


@kind("Figueroa 2022, fig. 3; Yan 2020, fig. 3.1")
def class_histogram(runs: Sequence[Run], options: Options) -> Figure:
    """Images per class in each split, and as one epoch of training shows them once the classes are balanced.

    A row for each run whose images or balance differ from those of the runs before it.
    """
    found: dict[str, tuple[Run, str, dict[str, Counts]]] = {}
    for run, name in zip(runs, names(runs), strict=True):
        own = counted(run)
        found.setdefault(repr((run.classes, own)), (run, name, own))
    rows = list(found.values())
    titles = list(dict.fromkeys(title for _, _, own in rows for title in own))
    several, side = len(rows) > 1, max(width(c, 9) for run, _, _ in rows for c in run.classes)
    heights = [0.24 * len(run.classes) + 0.32 for run, _, _ in rows]
    with rc_context(STYLE):
        figure = Figure(figsize=(min(side, 1.6) + 1.55 * len(titles), sum(heights) + 0.7), layout=layout())
        grid = figure.subplots(len(rows), len(titles), squeeze=False, height_ratios=heights)
        for number, (line, (run, name, own)) in enumerate(zip(grid, rows, strict=True)):
            for axes, title in zip(line, titles, strict=True):
                if title in own:
                    _bars(axes, run.classes, own[title], first=title == titles[0])
                else:
                    axes.set_axis_off()
                if number == 0:
                    axes.set_title(wrapped(title, 1.4, 9, bold=True), fontsize=9)
            if several:
                label = wrapped(f"{run.recipe.data.name}: {name}", max(0.9, heights[0]), 9, bold=True, lines=2)
                line[0].set_ylabel(label, fontsize=9, fontweight="bold")
        handles = [grid[0, 0].patches[0], grid[0, 0].patches[-1]]
        figure.legend(handles, ["images", "of these annotated"], loc="outside lower center", ncols=2)
    return figure


def counted(run: Run) -> dict[str, Counts]:
    """What is shown of a run: the training split, one epoch of it where its classes are balanced by drawing, the other splits."""
    table = run.split_table
    found = {}
    for split in dict.fromkeys(row["split"] for row in table):
        rows = [row for row in table if row["split"] == split]
        found["training" if split == "train" else split] = _counts(rows, run.classes)
        balance = run.recipe.data.balance
        if split == "train" and balance in BALANCED:
            keys = EpochSampler(_groups(run, rows), balance=balance, seed=run.recipe.train.seed)
            found[BALANCED[balance]] = _counts([rows[key.index] for key in keys], run.classes)
    return found


def _groups(run: Run, rows: Sequence[Mapping[str, str]]) -> list[int]:
    """What the epoch is balanced by: the classes, or these with tags, for which the data set is read."""
    labels = [run.classes.index(row["label"]) for row in rows]
    if not run.recipe.data.balance_by:
        return labels
    records = {record.id: record for record in run.datasets["train"].records}
    return strata([records[row["id"]] for row in rows], labels, run.classes, run.recipe.data.balance_by).member


def _counts(rows: Sequence[Mapping[str, str]], classes: Sequence[str]) -> Counts:
    every = {c: sum(row["label"] == c for row in rows) for c in classes}
    return Counts(every, {c: sum(row["label"] == c and row["annotated"] == "1" for row in rows) for c in classes})


def _bars(axes: Axes, classes: Sequence[str], counts: Counts, first: bool) -> None:
    at, most = np.arange(len(classes)), max(counts.every.values(), default=0) or 1
    bars = axes.barh(at, [counts.every[c] for c in classes], height=0.66, color=SERIES[5])
    axes.barh(at, [counts.annotated[c] for c in classes], height=0.26, color=SERIES[0])
    axes.bar_label(bars, fmt="{:,.0f}", padding=3, fontsize=8.5, color=INK)
    axes.set_xlim(0, 1.45 * most)
    axes.set_xticks([])
    axes.set_yticks(at, [wrapped(c, 1.5, 9, lines=1) for c in classes] if first else [])
    axes.set_ylim(len(classes) - 0.5, -0.5)
    axes.spines["bottom"].set_visible(False)
    bare(axes, "none")
