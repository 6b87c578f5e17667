"""Reliability diagram: of the images that were claimed with a probability, how many came true?"""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sightline.explain.colours import MUTED, SERIES
from sightline.explain.style import STYLE, bare
from sightline.metrics.confidence.shares import wilson
from sightline.metrics.scores.calibration import Bin

_LARGEST = 220.0  # area of a dot that stands for all images, square points
_SMALLEST = 10.0


def reliability_figure(before: Sequence[Bin], after: Sequence[Bin] | None, label: str | None, confidence: float = 0.95) -> Figure:
    """A dot for each bin that holds images, its area by their number, with Wilson's interval; on the dashed line probabilities are right.

    Args:
        before, after: bins of the probabilities as the network gives them, and calibrated (None: one picture only).
        label: the class whose probability is judged; None: the most probable class.
    """
    panels = [("As the network gives them", before, SERIES[1])] + ([("Calibrated", after, SERIES[0])] if after else [])
    with rc_context(STYLE):
        figure = Figure(figsize=(4.2 * len(panels) + 0.2, 4.0), layout="constrained")
        grid = figure.subplots(1, len(panels), sharey=True, squeeze=False)[0]
        for axes, (title, bins, colour) in zip(grid, panels, strict=True):
            _dots(axes, bins, colour, confidence)
            axes.set_title(title)
            axes.set_xlabel(f"probability of {label or 'the most probable class'}")
        grid[0].set_ylabel(f"share that is {label}" if label else "share for which it is right")
    return figure


def _dots(axes: Axes, bins: Sequence[Bin], colour: str, confidence: float) -> None:
    axes.plot([0, 1], [0, 1], color=MUTED, linewidth=0.8, linestyle=(0, (4, 3)), zorder=1)
    total = sum(one.n for one in bins)
    for one in bins:
        axes.plot([one.claimed] * 2, wilson(one.share, one.n, confidence), color=colour, linewidth=1.6, alpha=0.45, zorder=2)
    areas = [_SMALLEST + _LARGEST * one.n / total for one in bins]
    axes.scatter([one.claimed for one in bins], [one.share for one in bins], s=areas, color=colour, linewidths=0, zorder=3)
    axes.set(xlim=(-0.03, 1.03), ylim=(-0.03, 1.03), aspect="equal")
    bare(axes, "y")
