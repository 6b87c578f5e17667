"""How runs learned, epoch by epoch, and how they tell the classes apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import cycle

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogFormatter, MaxNLocator

from sightline.engine.read_files import read_table
from sightline.engine.run import Run
from sightline.errors import UserError
from sightline.explain.colours import MUTED, SERIES
from sightline.explain.figure.kind import Options, kind, layout, same_images
from sightline.explain.figure.words import wrapped
from sightline.explain.figures import columns, losses, plain, roc_figure
from sightline.explain.run_pictures import names
from sightline.explain.style import STYLE, bare

Line = tuple[str, Sequence[float], Sequence[float], str]  # label, epochs, values, colour

LEARNED = {"weight": "weights of the losses", "sigma": "uncertainties σ", "alpha": "steepness α"}


@kind("Figueroa 2022, fig. 4")
def loss_curve(runs: Sequence[Run], options: Options) -> Figure:
    """Training and validation losses over the epochs.

    Each loss before it is weighted; a dotted line marks the start of a stage.
    """
    history = [_history(run) for run in runs]
    logged = columns([row for rows in history for row in rows])
    panels = {"total loss, training": "train/loss"} | {f"{title}, training": key for title, key in losses(logged).items()}
    panels |= {"class loss, validation": "val/loss"} if "val/loss" in logged else {}
    labels, width = names(runs), min(3, len(panels))
    height = -(-len(panels) // width)
    with rc_context(STYLE):
        figure = Figure(figsize=(max(3.4, 2.4 * width), 2.1 * height + (0.3 if len(runs) > 1 else 0)), layout=layout())
        grid = figure.subplots(height, width, squeeze=False).ravel()
        for axes, (title, key) in zip(grid, panels.items(), strict=False):
            lines = [_line(label, rows, key, colour) for label, rows, colour in zip(labels, history, cycle(SERIES), strict=False)]
            _draw(axes, title, [line for line in lines if len(line[1])])
            for run, colour in zip(runs, cycle(SERIES), strict=False):
                _mark_stages(axes, run, colour if len(runs) > 1 else MUTED)
        for axes in grid[len(panels) :]:
            axes.set_axis_off()
        if len(runs) > 1:
            _legend(figure, grid[0])
    return figure


@kind("Zhu 2022, dynamics of sigma; Figueroa 2022, eq. 7")
def weights(runs: Sequence[Run], options: Options) -> Figure:
    """How the weights of the losses, and what else the weighting learns, change over the epochs.

    A row per run.
    """
    history = [_history(run) for run in runs]
    found = [[k for k in LEARNED if any(key.startswith(f"{k}/") for row in rows for key in row)] for rows in history]
    for run, kinds in zip(runs, found, strict=True):
        if not kinds:
            raise UserError(run.path, "logged no weights of its losses", "Give a run that was trained by this version.")
    kinds = [k for k in LEARNED if any(k in own for own in found)]
    with rc_context(STYLE):
        figure = Figure(figsize=(max(3.6, 2.5 * len(kinds)), 2.3 * len(runs)), layout=layout())
        grid = figure.subplots(len(runs), len(kinds), squeeze=False)
        for row, label, rows in zip(grid, names(runs), history, strict=True):
            for axes, k in zip(row, kinds, strict=True):
                keys = list(dict.fromkeys(key for one in rows for key in one if key.startswith(f"{k}/")))
                lines = [_line(plain(key), rows, key, colour) for key, colour in zip(keys, cycle(SERIES), strict=False)]
                if not lines:
                    axes.set_axis_off()
                    continue
                _draw(axes, LEARNED[k], lines)
                _log_if_wide(axes, lines)
                axes.legend(handlelength=1.2, labelspacing=0.2, fontsize=8)
            if len(runs) > 1:
                row[0].set_ylabel(wrapped(label, 1.6, 9, bold=True), fontweight="bold", fontsize=9)
    return figure


@kind("Yan 2020, fig. 3.2", takes="split")
def roc(runs: Sequence[Run], options: Options) -> Figure:
    """ROC curves of runs, with the area under each and its interval."""
    split = same_images(runs, options)
    if not any(curve and curve.fpr for run in runs for curve in run.scores[split].classification.roc.values()):
        raise UserError(runs[0].path, f"split {split!r} holds images of one class only, so there is no curve", "Give another `split=...`.")
    figure = roc_figure(list(runs), split)
    (axes,) = figure.axes
    # below the axes, where long names of runs cover no curve
    handles, labels = axes.get_legend_handles_labels()
    if (legend := axes.get_legend()) is not None:
        legend.remove()
    figure.set_layout_engine(layout())
    figure.set_size_inches(4.6, 5.1 + 0.22 * len(labels))
    with rc_context(STYLE):
        axes.set_title(f"{split}, {len(runs[0].predictions(split).ids):,} images")
        figure.legend(handles, labels, loc="outside lower center", title="area under the curve", title_fontsize=9)
    return figure


def stage_starts(run: Run) -> list[int]:
    """Epochs (0-based, over the whole training) at which its second and further stages begin."""
    files = sorted(run.path.glob("**/logs/metrics.csv"))
    lengths = [len({row["epoch"] for row in read_table(path, ["epoch"], "Copy the run folder again.")}) for path in files]
    result: list[int] = np.cumsum(lengths)[:-1].tolist()
    return result


def _history(run: Run) -> list[dict[str, float]]:
    if not run.history:
        raise UserError(run.path, "has no log of its epochs (logs/metrics.csv)", "Give a run that has trained for one epoch at least.")
    return run.history


def _line(label: str, rows: Sequence[Mapping[str, float]], key: str, colour: str) -> Line:
    having = [row for row in rows if key in row]
    return label, [row["epoch"] + 1 for row in having], [row[key] for row in having], colour


def _draw(axes: Axes, title: str, lines: Sequence[Line]) -> None:
    for label, epochs, values, colour in lines:
        axes.plot(epochs, values, color=colour, label=label, marker="o" if len(epochs) < 15 else None, markersize=3)
    axes.set_title(title, fontsize=9.5)
    axes.set_xlabel("epoch", fontsize=9)
    axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
    bare(axes)


def _mark_stages(axes: Axes, run: Run, colour: str) -> None:
    for start in stage_starts(run):
        axes.axvline(start + 0.5, color=colour, linewidth=1, linestyle=":", zorder=0)


def _log_if_wide(axes: Axes, lines: Sequence[Line]) -> None:
    values = np.concatenate([values for _, _, values, _ in lines])
    if values.min() > 0 and values.max() > 20 * values.min():
        axes.set_yscale("log")
        axes.yaxis.set_major_formatter(LogFormatter())


def _legend(figure: Figure, axes: Axes) -> None:
    handles, labels = axes.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=min(4, len(labels)), handlelength=1.4)
