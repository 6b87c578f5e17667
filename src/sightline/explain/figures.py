"""Figures of a run, and of runs side by side. Each function returns a figure that is drawn, not yet written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from sightline.engine.run import Run
from sightline.explain.bars import Arm, arms_chart, localisation_bars
from sightline.explain.colours import INK, MUTED, SERIES
from sightline.explain.run_pictures import names
from sightline.explain.style import STYLE, bare, save, svg, to_data_uri
from sightline.results import Score, SplitScores
from sightline.results.scores import Curve

__all__ = [
    "Arm",
    "arms_chart",
    "class_histogram",
    "confusion",
    "localisation_bars",
    "loss_curves",
    "roc_figure",
    "save",
    "svg",
    "to_data_uri",
]


def roc_figure(runs: Run | Sequence[Run], split: str) -> Figure:
    """ROC curves with the area under each and its interval (003-27).

    Two classes: the curve of the last one for each run. More: one run has a curve per class, several runs have the mean of theirs.
    """
    several = list(runs) if isinstance(runs, Sequence) else [runs]
    with rc_context(STYLE):
        figure = Figure(figsize=(5.2, 4.6), layout="constrained")
        axes = figure.subplots()
        axes.plot([0, 1], [0, 1], color=MUTED, linewidth=0.8, linestyle=(0, (4, 3)))
        for colour, (name, curve, score) in zip(_cycle(), _curves(several, split), strict=False):
            axes.plot(*curve, color=colour, label=f"{name}  {_with_interval(score)}", solid_capstyle="round")
        axes.set(xlim=(-0.01, 1.01), ylim=(-0.01, 1.01), aspect="equal")
        axes.set_xlabel("false alarms (1 - specificity)")
        axes.set_ylabel("found (sensitivity)")
        axes.legend(loc="lower right", title="area under the curve", alignment="left", title_fontsize=9)
        bare(axes, "y")
    return figure


def _curves(runs: list[Run], split: str) -> list[tuple[str, tuple[Any, Any], Score]]:
    """(name, (fpr, tpr), AUC) of each curve."""
    found: list[tuple[str, tuple[Any, Any], Score]] = []
    for run, name in zip(runs, names(runs), strict=True):
        scores = run.scores[split].classification
        drawn = {c: curve for c, curve in scores.roc.items() if curve and curve.fpr}
        if not drawn:
            continue
        if len(run.classes) == 2 or len(runs) > 1:
            chosen = [drawn[run.classes[-1]]] if len(run.classes) == 2 and run.classes[-1] in drawn else list(drawn.values())
            found.append((name, _mean_curve(chosen), scores.auc))
        else:
            found += [(c, (curve.fpr, curve.tpr), scores.per_class[c].auc) for c, curve in drawn.items()]
    return found


def _mean_curve(curves: list[Curve]) -> tuple[np.ndarray, np.ndarray]:
    """Sensitivities averaged at equal rates of false alarms."""
    if len(curves) == 1:
        return np.asarray(curves[0].fpr), np.asarray(curves[0].tpr)
    grid = np.unique(np.concatenate([curve.fpr for curve in curves]))
    return grid, np.mean([np.interp(grid, curve.fpr, curve.tpr) for curve in curves], axis=0)


def loss_curves(history: Sequence[Mapping[str, float]]) -> Figure:
    """How it learned: each loss on its own scale, before it is weighted; the weights, if they change; the validation scores."""
    epochs = [row["epoch"] + 1 for row in history]
    graphs = _graphs(history)
    width = min(3, len(graphs))
    height = -(-len(graphs) // width)
    with rc_context(STYLE):
        figure = Figure(figsize=(2.9 * width, 2.3 * height), layout="constrained")
        grid = figure.subplots(height, width, squeeze=False).ravel()
        for axes, (title, lines) in zip(grid, graphs, strict=False):
            _curve(axes, title, epochs, {label: [row.get(key, np.nan) for row in history] for label, key in lines.items()})
        for axes in grid[len(graphs) :]:
            axes.set_axis_off()
    return figure


def _graphs(history: Sequence[Mapping[str, float]]) -> list[tuple[str, dict[str, str]]]:
    """The title of each graph, and label -> column of the history for its lines."""
    logged = columns(history)
    graphs = [("total loss", {"training": "train/loss"})]
    graphs += [(title, {"": key}) for title, key in losses(logged).items()]
    if "val/loss" in logged:
        graphs.append(("class loss, validation", {"": "val/loss"}))
    weights = {plain(key): key for key in logged if key.startswith("weight/")}
    if any(len({row[key] for row in history if key in row}) > 1 for key in weights.values()):
        graphs.append(("weights of the losses", weights))
    scores = {label: f"val/{label.lower()}" for label in ("accuracy", "AUC", "EPG") if f"val/{label.lower()}" in logged}
    if scores:
        graphs.append(("validation scores", scores))
    return graphs


def columns(history: Sequence[Mapping[str, float]]) -> list[str]:
    """What was logged in any epoch."""
    return list(dict.fromkeys(key for row in history for key in row))


def losses(logged: Sequence[str]) -> dict[str, str]:
    """Name -> column of each training loss before it is weighted; none where there is only one, which is the total up to its weight."""
    found = {plain(key): key for key in logged if key.startswith("train/") and key != "train/loss"}
    return found if len(found) > 1 else {}


def plain(key: str) -> str:
    """The name of a column in words.

    >>> plain("train/inside_ce")
    'inside ce'
    """
    return key.partition("/")[2].replace("_", " ")


def _curve(axes: Axes, title: str, epochs: Sequence[float], lines: Mapping[str, Sequence[float]]) -> None:
    few = len(epochs) < 15
    for colour, (label, values) in zip(_cycle(), lines.items(), strict=False):
        axes.plot(epochs, values, color=colour, marker="o" if few else None, markersize=3, label=label)
    axes.set_title(title)
    axes.set_xlabel("epoch")
    axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
    if len(lines) > 1:
        axes.legend(handlelength=1.2, labelspacing=0.2)
    bare(axes)


def class_histogram(before: Mapping[str, float], after: Mapping[str, float] | None = None) -> Figure:
    """Images of each class in training; `after`: as many as are shown in an epoch once the classes are balanced."""
    kinds = [("in the training set", before, SERIES[0])] + ([("shown per epoch, balanced", after, SERIES[5])] if after else [])
    size = 0.8 / len(kinds)
    with rc_context(STYLE):
        figure = Figure(figsize=(6, 0.7 + 0.32 * len(kinds) * len(before)), layout="constrained")
        axes = figure.subplots()
        for k, (label, counts, colour) in enumerate(kinds):
            at = np.arange(len(before)) + (k - (len(kinds) - 1) / 2) * size
            bars = axes.barh(at, [counts[c] for c in before], height=size * 0.88, color=colour, label=label)
            axes.bar_label(bars, fmt="{:,.0f}", padding=4, fontsize=9, color=INK)
        axes.set_yticks(range(len(before)), list(before))
        axes.invert_yaxis()
        axes.set_xlim(0, 1.12 * max(max(counts.values(), default=1) for _, counts, _ in kinds) or 1)
        axes.set_xticks([])
        axes.spines["bottom"].set_visible(False)
        if after:
            axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=2)
        bare(axes, "none")
    return figure


def confusion(scores: SplitScores) -> Figure:
    """Counts of (true, predicted) class; the shade is the share of the true class."""
    classes = scores.classes
    counts = np.asarray(scores.classification.confusion)
    share = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    shades = LinearSegmentedColormap.from_list("shades", ["#f3f6fa", SERIES[0]])
    side = 1.1 + max(0.75, 1.15 - 0.05 * len(classes)) * len(classes)
    with rc_context(STYLE):
        figure = Figure(figsize=(side + 0.5, side), layout="constrained")
        axes = figure.subplots()
        axes.imshow(share, cmap=shades, vmin=0, vmax=1)
        for (row, column), count in np.ndenumerate(counts):
            # dark words on light cells: not the page's ink, which turns light on a dark page
            tone = "white" if share[row, column] > 0.55 else "#1c2027"
            axes.text(column, row - 0.1, f"{count}", ha="center", va="center", color=tone, fontsize=12, fontweight="bold")
            axes.text(column, row + 0.2, f"{share[row, column]:.0%}", ha="center", va="center", color=tone, fontsize=8.5)
        axes.set_xticks(range(len(classes)), classes, rotation=0 if len(classes) < 4 else 30)
        axes.set_yticks(range(len(classes)), classes)
        axes.set_xlabel("predicted")
        axes.set_ylabel("true")
        axes.spines[:].set_visible(False)
        axes.set_xticks(np.arange(len(classes) - 1) + 0.5, minor=True)
        axes.set_yticks(np.arange(len(classes) - 1) + 0.5, minor=True)
        axes.grid(False)
        axes.grid(True, which="minor", color="white", linewidth=2)
        axes.tick_params(which="minor", length=0)
    return figure


def _cycle() -> list[str]:
    return [*SERIES] * 4


def _with_interval(score: Score) -> str:
    if score.value is None:
        return "not defined"
    bounds = "" if score.low is None else f" [{score.low:.2f}, {score.high:.2f}]"
    return f"{score.value:.3f}{bounds}"
