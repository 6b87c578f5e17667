"""`sl.figure` and `sl.figures`: the figures of the papers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

from sightline.device import AUTO
from sightline.engine.elsewhere import notes_of
from sightline.explain.figure.draw import figures as figures
from sightline.explain.figure.draw import on_other_data
from sightline.explain.figure.kind import Options
from sightline.face.opening import AnyRun, Labels, needs_data, opened_all, place_of


def figure(
    name: str,
    *runs: AnyRun,
    out: str | Path | None = None,
    data: str | None = None,
    root: str | Path | None = None,
    classes: Labels | None = None,
    device: str = AUTO,
    say: Callable[[str], None] = lambda line: None,
    **options: Any,
) -> Figure:
    """Draws a figure of the papers from runs; `figure(...).savefig("roc.pdf")` keeps it.

    Args:
        name: as `sl.figures()` lists them.
        runs: finished runs, or their folders; as many as the figure takes.
        out: folder for NAME.png and NAME.pdf; None: nothing is written.
        data, root, classes: another data set, whose images and scores are shown: its name, its place, and label -> class of the runs;
            `split` is then a part of it. `root` alone: where the runs' own data are now.
        device: see `sightline.device.resolve`; not used for runs that are open already.
        say: told what has to be known of another data set.
        options: of `sightline.explain.figure.kind.Options`, e.g. `split="test"`, `images=4`.

    Raises:
        UserError: no such figure, or runs or options that do not fit it.
    """
    from sightline.explain.figure.draw import drawn
    from sightline.explain.style import save

    needs_data(data, classes=classes)
    asked, shown = opened_all(runs, device, data, root), Options(**options)
    if data is not None:
        asked, shown = on_other_data(name, asked, shown, data, place_of(root), classes)
    made = drawn(name, asked, shown)
    for note in notes_of(asked):
        say(note)
    if out is not None:
        save(made, place_of(out) / f"{name}.png")
    return made
