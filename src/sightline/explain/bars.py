"""Bar charts of localisation scores, beside the levels that are reached without looking at the image."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from sightline.engine.run import Run
from sightline.explain.colours import INK, MUTED, SERIES
from sightline.explain.run_pictures import names
from sightline.explain.style import STYLE, bare
from sightline.results import Score
from sightline.results.scores import Level

LEVELS = {
    "uniform": ("|", "a uniform map"),
    "centre": ("D", "a blob in the centre"),
    "shuffled": ("o", "other images' regions"),
}
SETS = ("matched", "removed", "flipped")
_TITLES = {
    "epg": "Share of the evidence inside the region (EPG)",
    "pointing": "Highest point inside the region",
    "jaccard": "Overlap with the region (Jaccard)",
    "dice": "Overlap with the region (Dice)",
    "pixel_ap": "Average precision of the region's pixels",
}


@dataclass(frozen=True)
class Arm:
    """One line of `arms_chart`.

    Attributes:
        name: of the arm.
        accuracy: test set -> score with its interval.
        epg: score with its interval and levels; None where there is no map.
    """

    name: str
    accuracy: Mapping[str, Score]
    epg: Level | None


def localisation_bars(runs: Run | Sequence[Run], split: str, score: str = "epg") -> Figure | None:
    """A bar with its interval for each map of each run, and on it what a map reaches that knows nothing of the image.

    None if no run has a map that was scored. A bar that does not pass its marks does not show that the model looks at the region.
    """
    several = list(runs) if isinstance(runs, Sequence) else [runs]
    lines = []
    for run, name in zip(several, names(several), strict=True):
        found = {m: getattr(scores, score) for m, scores in run.scores[split].localisation.items()}
        scored = {m: level for m, level in found.items() if level is not None and level.value is not None}
        lines += [(f"{name}, {m}" if len(scored) > 1 else name, s) for m, s in scored.items()]
    if not lines:
        return None
    with rc_context(STYLE):
        figure = Figure(figsize=(7.2, 1.35 + 0.46 * len(lines)), layout="constrained")
        axes = figure.subplots()
        _bars(axes, lines)
        axes.set_title(_TITLES[score])
        _level_legend(figure)
    return figure


def arms_chart(rows: Sequence[Arm]) -> Figure:
    """Left: accuracy of each arm with the artefact beside its class of training and beside the other. Right: where the arm looks.

    Looking at the region (right) and not falling for the artefact (left) are two things; this is the picture of both.
    """
    with rc_context(STYLE):
        figure = Figure(figsize=(9.2, 1.5 + 0.85 * len(rows)), layout="constrained")
        left, right = figure.subplots(1, 2, sharey=True, width_ratios=(1.15, 1))
        shown = [name for name in SETS if any(name in arm.accuracy for arm in rows)]
        for y, arm in enumerate(rows):
            for k, name in enumerate(shown):
                _mark(left, y + 0.24 * (k - (len(shown) - 1) / 2), name, arm.accuracy.get(name))
        left.set_title("Accuracy")
        _bars(right, [(arm.name, arm.epg) for arm in rows])
        right.set_title("Evidence inside the region (EPG)")
        left.set_yticks(range(len(rows)), [arm.name for arm in rows])
        left.set_xlim(0, 1.02)
        bare(left, "x")
        handles = [Line2D([], [], linestyle="none", label=name, **_MARKS[name]) for name in shown]
        figure.legend(handles=handles, loc="outside lower left", ncols=3, handletextpad=0.3, columnspacing=1.2)
        _level_legend(figure, "outside lower right", brief=True)
    return figure


_MARKS: dict[str, dict[str, Any]] = {
    "matched": {"marker": "o", "markersize": 8, "color": SERIES[0]},
    "removed": {"marker": "s", "markersize": 6.5, "color": SERIES[4]},
    "flipped": {"marker": "X", "markersize": 8.5, "color": SERIES[1]},
}


def _mark(axes: Axes, y: float, name: str, score: Score | None) -> None:
    """One accuracy: its interval as a line, its value as a mark, its number beside them."""
    if score is None or score.value is None:
        return
    low, high = (score.value if end is None else end for end in (score.low, score.high))
    axes.plot([low, high], [y, y], color=_MARKS[name]["color"], linewidth=2, alpha=0.6, zorder=2)
    axes.plot(score.value, y, linestyle="none", markeredgecolor="white", zorder=3, **_MARKS[name])
    # on the side where there is room
    side = (-1, "right", low) if score.value > 0.5 else (1, "left", high)
    axes.annotate(
        f"{score.value:.2f}",
        (side[2], y),
        (7 * side[0], 0),
        textcoords="offset points",
        ha=side[1],
        va="center",
        fontsize=8.5,
        color=MUTED,
    )


def _bars(axes: Axes, lines: Sequence[tuple[str, Level | None]]) -> None:
    for y, (_, score) in enumerate(lines):
        if score is None or score.value is None:
            axes.text(0.01, y, "no map", va="center", fontsize=8.5, color=MUTED)
            continue
        axes.barh(y, score.value, height=0.5, color=SERIES[5], zorder=1)
        if score.interval is not None:
            axes.plot(score.interval, [y, y], color=SERIES[0], linewidth=2.4, zorder=3)
        for name, level in score.levels.items():
            axes.plot(level, y, linestyle="none", zorder=4, **_level(name))
        # at the right border, where it cannot be taken for the value of a mark
        axes.text(1.03, y, f"{score.value:.2f}", va="center", ha="left", fontsize=9.5, fontweight="bold", color=INK)
    axes.set_yticks(range(len(lines)), [name for name, _ in lines])
    axes.set_xlim(0, 1.02)
    axes.set_ylim(len(lines) - 0.4, -0.6)
    bare(axes, "x")


def _level(name: str) -> dict[str, Any]:
    marker = LEVELS[name][0]
    if marker == "|":
        return {"marker": "|", "markersize": 17, "markeredgewidth": 2, "color": INK}
    return {"marker": marker, "markersize": 6.5, "markerfacecolor": "white", "markeredgewidth": 1.4, "color": INK}


def _level_legend(figure: Figure, place: str = "outside lower center", brief: bool = False) -> None:
    handles = [Line2D([], [], linestyle="none", label=name if brief else text, **_level(name)) for name, (_, text) in LEVELS.items()]
    if not brief:
        handles.append(Line2D([], [], color=SERIES[0], linewidth=2.2, label="interval"))
    where: Any = {"loc": place}  # Matplotlib's types do not know places outside the axes
    figure.legend(handles=handles, **where, ncols=len(handles), handletextpad=0.4, columnspacing=1.3, fontsize=8.5)
