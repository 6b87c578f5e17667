"""Scores of groups with their intervals, beside those of all images."""

from __future__ import annotations

from collections.abc import Mapping

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from sightline.explain.colours import SERIES
from sightline.explain.style import STYLE, bare
from sightline.results import Score
from sightline.results.groups import TagGroups

_TITLES = {"accuracy": "Accuracy", "auc": "AUC"}


def group_chart(found: Mapping[str, TagGroups]) -> Figure:
    """A line for each group: accuracy, and AUC where any group has one; dashed: all images.

    Args:
        found: name of a run -> the groups of one tag; at least one group is shown.
    """
    names = list(dict.fromkeys(group.name for table in found.values() for group in table.groups))
    shown = [score for score in _TITLES if any(score in group.scores for table in found.values() for group in table.groups)]
    with rc_context(STYLE):
        figure = Figure(figsize=(3.7 * len(shown) + 1.2, 1.1 + (0.26 + 0.14 * len(found)) * len(names)), layout="constrained")
        grid = figure.subplots(1, len(shown), sharey=True, squeeze=False)[0]
        for axes, score in zip(grid, shown, strict=True):
            for k, table in enumerate(found.values()):
                shift = 0.5 * ((k + 0.5) / len(found) - 0.5)
                _marks(axes, table, score, {name: y + shift for y, name in enumerate(names)}, SERIES[k % len(SERIES)])
            axes.set_title(_TITLES[score])
            axes.set_ylim(len(names) - 0.5, -0.5)
            bare(axes, "x")
        grid[0].set_yticks(range(len(names)), names)
        if len(found) > 1:
            handles = [Line2D([], [], marker="o", color=SERIES[k % len(SERIES)], label=name) for k, name in enumerate(found)]
            figure.legend(handles=handles, loc="outside lower left", ncols=min(3, len(handles)))
    return figure


def _marks(axes: Axes, table: TagGroups, score: str, at: Mapping[str, float], colour: str) -> None:
    whole = table.whole.scores.get(score)
    if whole is not None and whole.value is not None:
        axes.axvline(whole.value, color=colour, linewidth=0.9, linestyle=(0, (4, 3)), zorder=1)
    for group in table.groups:
        _mark(axes, group.scores.get(score), at[group.name], colour)


def _mark(axes: Axes, score: Score | None, y: float, colour: str) -> None:
    if score is None or score.value is None:
        return
    if score.interval is not None:
        axes.plot(score.interval, [y, y], color=colour, linewidth=2, alpha=0.6, zorder=2)
    axes.plot(score.value, y, linestyle="none", marker="o", markersize=6.5, color=colour, markeredgecolor="white", zorder=3)
