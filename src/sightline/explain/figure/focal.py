"""The focal loss as a curve."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from matplotlib import rc_context
from matplotlib.figure import Figure

from sightline.engine.run import Run
from sightline.errors import UserError
from sightline.explain.colours import FAINT, MUTED, SERIES
from sightline.explain.figure.kind import Options, kind, layout
from sightline.explain.style import STYLE, bare
from sightline.losses.focal import focal

GAMMAS = (0.0, 0.5, 1.0, 2.0, 5.0)


@kind("Yan 2020, fig. 2.3", runs=(0, 1))
def focal_loss(runs: Sequence[Run], options: Options) -> Figure:
    """The focal loss over the probability of the label, for several gammas; that of a run is drawn thick."""
    own = None
    for run in runs:
        loss = run.recipe.losses.classification
        if loss.name != "focal":
            raise UserError(run.path, f"was trained with {loss.name}, not with the focal loss", "Draw the figure without this run.")
        own = float(loss.options.get("gamma", 2.0))
    gammas = sorted({*GAMMAS, *([] if own is None else [own])})
    p = torch.linspace(0.01, 1 - 1e-6, 400, dtype=torch.float64)
    with rc_context(STYLE):
        figure = Figure(figsize=(4.8, 3.4), layout=layout())
        axes = figure.subplots()
        axes.axvspan(0.6, 1, color=FAINT, alpha=0.35, linewidth=0)
        axes.text(0.8, 4.75, "well classified", ha="center", va="top", fontsize=9, color=MUTED)
        for gamma, colour in zip(gammas, SERIES, strict=False):
            name = f"γ = {gamma:g}" + (", cross-entropy" if gamma == 0 else "") + (", this run" if gamma == own else "")
            logits = torch.stack([p.logit(), torch.zeros_like(p)], 1)  # (400, 2), softmax of the first is p
            values = focal(logits, torch.zeros(len(p), dtype=torch.int64), gamma).numpy()
            axes.plot(p.numpy(), values, color=colour, label=name, linewidth=3 if gamma == own else 1.6)
        axes.set(xlim=(0, 1), ylim=(0, 5), xticks=np.arange(0, 1.1, 0.2))
        axes.set_xlabel("probability of the label")
        axes.set_ylabel("loss")
        axes.legend(loc="upper left", bbox_to_anchor=(0.12, 0.98))
        bare(axes)
    return figure
