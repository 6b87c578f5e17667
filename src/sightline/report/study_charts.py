"""The figures of a study: differences with their intervals, curves over a setting, and what one score costs in another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sightline.explain.colours import INK, MUTED, RIGHT, SERIES, WRONG
from sightline.explain.style import STYLE, bare
from sightline.results.study import ArmDifference, ArmScore, Comparisons

_COLOURS = {"better": RIGHT, "worse": WRONG}


def forest(part: Comparisons, base: str, matters: float) -> Figure | None:
    """Differences of the arms from one base: thick the interval of each by itself, thin the one that holds for all together."""
    rows = [row for row in part.rows if row.base == base and row.difference.value is not None]
    if not rows:
        return None
    with rc_context(STYLE):
        figure = Figure(figsize=(8.2, 1.15 + 0.36 * len(rows)), layout="constrained")
        axes = figure.subplots()
        axes.axvspan(-matters, matters, color=SERIES[5], alpha=0.18, linewidth=0)
        axes.axvline(0, color=INK, linewidth=1)
        for y, row in enumerate(rows):
            _difference(axes, y, row)
        axes.set_yticks(range(len(rows)), [row.arm for row in rows])
        axes.set_ylim(len(rows) - 0.4, -0.6)
        axes.set_title(f"{part.score} on {part.split}, minus {base}")
        bare(axes, "x")
    return figure


def _difference(axes: Axes, y: int, row: ArmDifference) -> None:
    colour = _COLOURS.get(row.verdict.word, MUTED)
    for score, width in ((row.simultaneous, 1.2), (row.difference, 4)):
        if score.interval is not None:
            axes.plot(score.interval, [y, y], color=colour, linewidth=width, solid_capstyle="butt")
    axes.plot(row.difference.number, y, "o", color=colour, markersize=6.5, markeredgecolor="white")
    for value in row.difference.per_seed:
        if value is not None:
            axes.plot(value, y + 0.24, "|", color=colour, markersize=5, alpha=0.8)


def curves(levels: Sequence[ArmScore], key: str, title: str) -> Figure:
    """A score of every arm over the values of one setting."""
    arms = list(dict.fromkeys(row.arm for row in levels))
    values = list(dict.fromkeys(str(row.setting[key]) for row in levels))
    numbers = all(isinstance(row.setting[key], int | float) and not isinstance(row.setting[key], bool) for row in levels)
    with rc_context(STYLE):
        figure = Figure(figsize=(7.2, 4.2), layout="constrained")
        axes = figure.subplots()
        for i, arm in enumerate(arms):
            rows = [row for row in levels if row.arm == arm and row.value is not None]
            settings = [row.setting[key] for row in rows]
            x = [float(value) if numbers else values.index(str(value)) for value in settings]
            y = [row.number for row in rows]
            axes.plot(x, y, "o-" if i < len(SERIES) else "o--", color=SERIES[i % len(SERIES)], label=arm)
            if all(row.interval for row in rows):
                low, high = np.array([row.interval for row in rows]).T
                axes.fill_between(x, low, high, color=SERIES[i % len(SERIES)], alpha=0.12)
        if not numbers:
            axes.set_xticks(range(len(values)), values)
        axes.set_xlabel(key)
        axes.set_title(title)
        axes.legend()
        bare(axes, "y")
    return figure


def front(levels: Sequence[ArmScore], across: str, up: str, split: str) -> Figure:
    """Each arm in each setting as a point: one score against another. What no other point beats in both is ringed (the Pareto front).

    The settings of an arm are joined in their order; an arm that none of them changes is one point.
    """
    found: dict[tuple[str, str], dict[str, ArmScore]] = {}
    for row in levels:
        if row.split == split and row.score in (across, up) and row.value is not None:
            found.setdefault((row.arm, _setting(row)), {})[row.score] = row
    every = {name: (row[across], row[up]) for name, row in found.items() if len(row) == 2}
    arms = list(dict.fromkeys(arm for arm, _ in every))
    lines = {arm: {setting: point for (of, setting), point in every.items() if of == arm} for arm in arms}
    for arm, line in lines.items():
        if len({(x.number, y.number) for x, y in line.values()}) == 1:
            lines[arm] = {"": next(iter(line.values()))}
    points = {(arm, setting): point for arm, line in lines.items() for setting, point in line.items()}
    with rc_context(STYLE):
        figure = Figure(figsize=(7.2, 4.8), layout="constrained")
        axes = figure.subplots()
        best = unbeaten({name: (x.number, y.number) for name, (x, y) in points.items()})
        for arm, line in lines.items():
            path = np.array([(x.number, y.number) for x, y in line.values()])  # (settings, 2)
            axes.plot(*path.T, color=SERIES[arms.index(arm) % len(SERIES)], linewidth=1, linestyle=":")
        for (arm, setting), (x, y) in points.items():
            colour = SERIES[arms.index(arm) % len(SERIES)]
            for row, flat in ((x, True), (y, False)):
                if row.interval:
                    ends = row.interval
                    axes.plot(*((ends, [y.number] * 2) if flat else ([x.number] * 2, ends)), color=colour, linewidth=1, alpha=0.5)
            ring = INK if (arm, setting) in best else "white"
            axes.plot(x.number, y.number, "o", color=colour, markersize=8, markeredgecolor=ring, markeredgewidth=1.4)
            text = f"{arm} {setting}".strip()
            axes.annotate(text, (x.number, y.number), (6, 5), textcoords="offset points", fontsize=8, color=MUTED)
        axes.set_xlabel(f"{across} on {split}")
        axes.set_ylabel(f"{up} on {split}")
        bare(axes, "none")
    return figure


def unbeaten(points: Mapping[Any, tuple[float, float]]) -> set[Any]:
    """The points that no other equals in both scores and beats in one.

    >>> sorted(unbeaten({"a": (1, 0), "b": (0, 1), "c": (0, 0)}))
    ['a', 'b']
    """

    def beaten(own: tuple[float, float]) -> bool:
        return any(x >= own[0] and y >= own[1] and (x, y) != own for x, y in points.values())

    return {name for name, own in points.items() if not beaten(own)}


def _setting(row: ArmScore) -> str:
    return ", ".join(f"{value}" for value in row.setting.values())
