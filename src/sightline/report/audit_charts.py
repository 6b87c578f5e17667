"""The figures of an audit."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.colors import to_hex, to_rgb
from matplotlib.figure import Figure

from sightline.audit.findings import LEAST_ODDS
from sightline.explain.colours import FAINT, INK, MUTED, SERIES
from sightline.explain.style import STYLE, bare
from sightline.report.audit_words import TESTS, called, factor
from sightline.report.words import shortened
from sightline.results import Score
from sightline.results.audit import Finding, Perturbation, Randomisation, Reliance

_ORDERS = {
    "map": ("its own map", SERIES[0], "-"),
    "random": ("random order", SERIES[1], "-"),
    "centre": ("from the middle", SERIES[6], "--"),
}
_HOW = {  # words, marker, colour, and by how much it lies below the middle of its row
    "pasted": ("put in", "o", SERIES[0], -0.2),
    "removed": ("taken out", "s", SERIES[1], 0.0),
    "tag": ("present", "D", SERIES[6], 0.2),
}


def tests_chart(reliance: Reliance) -> Figure:
    """Accuracy in every reliance test, beside what naming one class gives, and how far apart the classes' scores still are."""
    shown = [name for name in TESTS if name in reliance.conditions]
    tone = {"as": INK, "only": SERIES[2], "removed": SERIES[1], "boxed": SERIES[1], "elsewhere": SERIES[6], "background": SERIES[0]}
    with rc_context(STYLE):
        figure = Figure(figsize=(9.2, 1.1 + 0.33 * len(shown)), layout="constrained")
        axes, right = figure.subplots(1, 2, sharey=True, width_ratios=(1.3, 1))
        axes.axvline(reliance.base_rate.number, color=MUTED, linewidth=1, linestyle=(0, (4, 3)))
        axes.annotate(
            "most frequent class", (reliance.base_rate.number, -0.75), (4, 0), textcoords="offset points", fontsize=8.5, color=MUTED
        )
        for y, name in enumerate(shown):
            _mark(axes, y, reliance.conditions[name].accuracy, tone[name.partition("_")[0]], "o")
            _mark(right, y, reliance.conditions[name].separation, tone[name.partition("_")[0]], "o", inside=False)
        axes.set_yticks(range(len(shown)), [TESTS[name] for name in shown])
        axes.set_ylim(len(shown) - 0.5, -1.1)
        axes.set_xlim(0, 1.02)
        axes.set_title("Accuracy")
        right.axvline(0, color=MUTED, linewidth=0.8)
        right.set_title("Separation (log-odds)")
        right.margins(x=0.16)
        bare(axes, "x")
        bare(right, "x")
    return figure


def effects_chart(found: Sequence[Finding]) -> Figure:
    """The factor by which each artefact changes the odds of a class, with its interval. Pale: thrown off; hollow: nothing found."""
    names = list(dict.fromkeys(one.artefact for one in found))
    with rc_context(STYLE):
        figure = Figure(figsize=(8.6, 1.2 + 0.5 * len(names)), layout="constrained")
        axes = figure.subplots()
        axes.axvspan(-math.log(LEAST_ODDS), math.log(LEAST_ODDS), color=FAINT, alpha=0.6, linewidth=0)
        axes.axvline(0, color=MUTED, linewidth=0.8)
        for one in found:
            _, marker, colour, above = _HOW[one.how]
            face = "white" if not one.found else _pale(colour) if one.verdict == "thrown off" else colour
            _mark(axes, names.index(one.artefact) + above, one, colour, marker, face=face, text=factor(one.number))
        for how in dict.fromkeys(how for how in _HOW if any(one.how == how for one in found)):
            label, marker, colour, _ = _HOW[how]
            axes.plot([], [], linestyle="none", marker=marker, color=colour, label=label)
        axes.set_yticks(range(len(names)), [called(name) for name in names])
        axes.set_ylim(len(names) - 0.5, -0.5)
        _factor_axis(axes, max(math.log(2), *(abs(end or 0) for one in found for end in (one.value, one.low, one.high))))
        classes = list(dict.fromkeys(one.label for one in found))
        axes.set_xlabel(f"odds of {classes[0]}, times" if len(classes) == 1 else "odds of the class that moves most, times")
        figure.legend(loc="outside lower right", ncols=3, handletextpad=0.2, columnspacing=1.2)
        bare(axes, "x")
    return figure


def _factor_axis(axes: Axes, reach: float) -> None:
    """An axis of log-odds from -reach to reach, whose ticks are factors."""
    steps = (1.5, 2, 3) if reach < 1.3 else (2, 5, 20) if reach < 4 else (3, 10, 100, 1000)
    shown = [step for step in steps if math.log(step) < 1.1 * reach]
    at = [-math.log(step) for step in reversed(shown)] + [0] + [math.log(step) for step in shown]
    axes.set_xlim(-1.15 * reach, 1.15 * reach)
    axes.set_xticks(at, [*(f"1/{step:g}" for step in reversed(shown)), "1", *(f"{step:g}" for step in shown)])


def _pale(colour: str) -> str:
    """Halfway to white."""
    red, green, blue = to_rgb(colour)
    return to_hex(((1 + red) / 2, (1 + green) / 2, (1 + blue) / 2))


def curves_chart(found: Perturbation) -> Figure:
    """Deletion and insertion: the probability of the decision while the image goes and comes."""
    with rc_context(STYLE):
        figure = Figure(figsize=(8.6, 3.2), layout="constrained")
        both = figure.subplots(1, 2, sharey=True)
        kinds = (("deletion", "deleted", found.deletion), ("insertion", "inserted", found.insertion))
        for axes, (kind, word, judged) in zip(both, kinds, strict=True):
            steps = found.steps
            for order, (label, colour, line) in _ORDERS.items():
                axes.plot([k / steps for k in range(steps + 1)], judged.curves[order], line, color=colour, label=label)
            areas = ", ".join(f"{score.number:.2f}" for score in (judged.map, judged.random, judged.centre))
            axes.set_title(f"{kind.capitalize()}: areas {areas}")
            axes.set_xlabel(f"share of the image that is {word}")
            axes.set_xlim(0, 1)
            axes.set_ylim(0, 1.02)
            bare(axes, "y")
        both[0].set_ylabel("network's probability")
        both[1].legend(loc="lower right")
    return figure


def cascade_chart(found: Randomisation) -> Figure:
    """How similar the maps stay while the weights are scrambled from the output to the input."""
    steps, level = found.steps, found.other_images.value
    with rc_context(STYLE):
        figure = Figure(figsize=(8.6, 3.4), layout="constrained")
        axes = figure.subplots()
        at = range(len(steps) + 1)
        for key, label, colour in (("rank_correlation", "rank correlation", SERIES[0]), ("ssim", "structural similarity", SERIES[4])):
            scores = [Score(value=1, low=1, high=1), *(getattr(step, key) for step in steps)]
            ends = np.array([(s.low, s.value, s.high) for s in scores], dtype=np.float64).T  # (3, steps), NaN for None
            axes.fill_between(at, ends[0], ends[2], color=colour, alpha=0.18, linewidth=0)
            axes.plot(at, ends[1], color=colour, marker="o", markersize=4, label=label)
        axes.axhline(0, color=MUTED, linewidth=0.8)
        if level is not None:
            axes.axhline(level, color=MUTED, linewidth=1, linestyle=(0, (4, 3)), label="rank correlation between images")
        names = ["trained", *shortened([step.name for step in steps]).values()]
        axes.set_xticks(at, names, rotation=35, ha="right", rotation_mode="anchor")
        axes.set_ylim(min(-0.3, axes.get_ylim()[0]), 1.04)
        axes.set_ylabel("with the original maps")
        axes.set_xlabel("scrambled down to")
        axes.legend(loc="upper right")
        bare(axes, "y")
    return figure


def _mark(axes: Axes, y: float, score: Score, colour: str, marker: str, *, face: str = "", text: str = "", inside: bool = True) -> None:
    """A value with its interval and its number, which stands left of it where an axis from 0 to 1 leaves no room (`inside`)."""
    if score.value is None:
        return
    if score.interval is not None:
        axes.plot(score.interval, [y, y], color=colour, linewidth=2, alpha=0.55, zorder=2)
    axes.plot(score.value, y, linestyle="none", marker=marker, markersize=7, mfc=face or colour, mec=colour, zorder=3)
    low, edge = score.interval or (score.value, score.value)
    right = not inside or bool(text) or edge < 0.9
    place = edge if right else low
    axes.annotate(
        text or f"{score.value:.2f}",
        (place, y),
        (7 if right else -7, 0),
        textcoords="offset points",
        ha="left" if right else "right",
        va="center",
        fontsize=8.5,
        color=MUTED,
    )
