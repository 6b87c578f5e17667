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
from sightline.results.setting_words import value_words
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
    values = list(dict.fromkeys(value_words(row.setting[key]) for row in levels))
    numbers = all(isinstance(row.setting[key], int | float) and not isinstance(row.setting[key], bool) for row in levels)
    with rc_context(STYLE):
        figure = Figure(figsize=(7.2, 4.2), layout="constrained")
        axes = figure.subplots()
        for i, arm in enumerate(arms):
            rows = [row for row in levels if row.arm == arm and row.value is not None]
            settings = [row.setting[key] for row in rows]
            x = [float(value) if numbers else values.index(value_words(value)) for value in settings]
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


Point = tuple[ArmScore, ArmScore]


def front(levels: Sequence[ArmScore], across: str, up: str, split: str) -> Figure:
    """Each arm in each setting as a point: one score against another. What no other point beats in both is ringed (the Pareto front)."""
    lines = _lines(levels, across, up, split)
    places = {(arm, setting): (x.number, y.number) for arm, line in lines.items() for setting, (x, y) in line.items()}
    best = unbeaten(places)
    with rc_context(STYLE):
        figure = Figure(figsize=(7.2, 4.8), layout="constrained")
        axes = figure.subplots()
        for i, (arm, line) in enumerate(lines.items()):
            colour = SERIES[i % len(SERIES)]
            axes.plot(*np.array([places[arm, setting] for setting in line]).T, color=colour, linewidth=1, linestyle=":")
            for setting, (x, y) in line.items():
                at = places[arm, setting]
                for ends in ((x.interval, (at[1], at[1])), ((at[0], at[0]), y.interval)):
                    if ends[0] and ends[1]:
                        axes.plot(*ends, color=colour, linewidth=1, alpha=0.5)
                ring = INK if (arm, setting) in best else "white"
                axes.plot(*at, "o", color=colour, markersize=8, markeredgecolor=ring, markeredgewidth=1.4)
                axes.annotate(f"{arm} {setting}".strip(), at, (6, 5), textcoords="offset points", fontsize=8, color=MUTED)
        axes.set_xlabel(f"{across} on {split}")
        axes.set_ylabel(f"{up} on {split}")
        bare(axes, "none")
    return figure


def _lines(levels: Sequence[ArmScore], across: str, up: str, split: str) -> dict[str, dict[str, Point]]:
    """Arm -> setting -> both scores, where both are known. An arm that no setting changes has one point, with an empty name."""
    both = {name: {(row.arm, _setting(row)): row for row in levels if row.score == name and row.split == split} for name in (across, up)}
    lines: dict[str, dict[str, Point]] = {}
    for (arm, setting), x in both[across].items():
        y = both[up].get((arm, setting))
        if y is not None and x.value is not None and y.value is not None:
            lines.setdefault(arm, {})[setting] = (x, y)
    same = {arm for arm, line in lines.items() if len({(x.value, y.value) for x, y in line.values()}) == 1}
    return {arm: {"": next(iter(line.values()))} if arm in same else line for arm, line in lines.items()}


def unbeaten(points: Mapping[Any, tuple[float, float]]) -> set[Any]:
    """The points that no other equals in both scores and beats in one.

    >>> sorted(unbeaten({"a": (1, 0), "b": (0, 1), "c": (0, 0)}))
    ['a', 'b']
    """

    def beaten(own: tuple[float, float]) -> bool:
        return any(x >= own[0] and y >= own[1] and (x, y) != own for x, y in points.values())

    return {name for name, own in points.items() if not beaten(own)}


def _setting(row: ArmScore) -> str:
    return ", ".join(map(value_words, row.setting.values()))
