"""The distribution of the values of attention maps."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import cycle

import numpy as np
from matplotlib import rc_context
from matplotlib.figure import Figure

from sightline.engine.run import Run
from sightline.errors import UserError
from sightline.explain.colours import MUTED, SERIES
from sightline.explain.figure.kind import Options, attention, kind, layout, same_images
from sightline.explain.figure.words import wrapped
from sightline.explain.run_pictures import map_range, names
from sightline.explain.style import STYLE, bare

BINS = 60


@kind("Zhu 2022, fig. 2", takes="split")
def map_values(runs: Sequence[Run], options: Options) -> Figure:
    """Distribution of the values of the attention maps, on a logarithmic scale.

    All positions of the maps of the class explained in each image of the split (not those of the other classes, which a run does not keep);
    a curve for each map of each run.
    """
    ranges = {map_range(run) for run in runs}
    if len(ranges) > 1:
        raise UserError("figure map-values", "the runs mix evidence (unbounded) and maps in [0, 1]", "Draw a figure for each kind.")
    split = same_images(runs, options)
    found = [(run, name, attention(run, split).maps) for run, name in zip(runs, names(runs), strict=True)]
    curves = {f"{name}: {m}" if len(maps) > 1 else name: values.ravel() for _, name, maps in found for m, values in maps.items()}
    if not all(np.isfinite(values).all() for values in curves.values()):
        remedy = "Draw the others; the training of this run has diverged."
        raise UserError("figure map-values", "a map of a run holds values that are not numbers", remedy)
    everything = np.concatenate(list(curves.values()))
    low, high = (0.0, 1.0) if ranges == {"unit"} else (float(everything.min()), float(everything.max()))
    edges = np.linspace(low, high if high > low else low + 1, BINS + 1)
    # one value in one place, of the longest list of values
    lowest = 1 / (max(map(len, curves.values())) * (edges[1] - edges[0]))
    with rc_context(STYLE):
        figure = Figure(figsize=(5.2, 3.0 + 0.2 * len(curves)), layout=layout())
        axes = figure.subplots()
        for (name, values), colour in zip(curves.items(), cycle(SERIES), strict=False):
            density, _ = np.histogram(values, edges, density=True)
            words = f"median {np.median(values):.2g}, mean {values.mean():.2g}, highest {values.max():.2g}".replace("-", "−")
            label = f"{wrapped(name, 2, 9, lines=1)}  {words}"
            # an empty place falls below the picture, since there is no logarithm of nothing
            axes.stairs(np.maximum(density, lowest / 100), edges, color=colour, linewidth=1.5, baseline=None, label=label)
        if low < 0 < high:
            axes.axvline(0, color=MUTED, linewidth=0.8, linestyle=(0, (4, 3)), zorder=0)
        axes.set_yscale("log")
        axes.yaxis.set_major_formatter("{x:g}")  # the usual one writes powers as formulas, which are not set here
        axes.set_ylim(lowest / 2, None)
        axes.set_xlabel("value of the attention map" if ranges == {"unit"} else "value of the class activation map Ω")
        axes.set_ylabel("density")
        figure.legend(loc="outside lower center")
        bare(axes)
    return figure
