"""Every figure by name: what there is, and drawing one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from matplotlib.figure import Figure

from sightline import catalog
from sightline.engine.elsewhere import all_elsewhere
from sightline.engine.run import Run
from sightline.errors import UserError
from sightline.explain.colours import scheme
from sightline.explain.figure.kind import Kind, Options
from sightline.results.figures import ListedFigure


def figures() -> list[ListedFigure]:
    """Name, what it shows, and the papers' figures that it corresponds to, of every figure; of a broken plug-in, what is wrong with it."""
    found = []
    for name in catalog.places("figure"):
        try:
            one: Kind = catalog.find("figure", name)
        except UserError as error:
            found.append(ListedFigure(name=name, shows=str(error), paper="broken"))
        else:
            found.append(ListedFigure(name=name, shows=one.line, paper=one.paper))
    return found


def drawn(name: str, runs: Sequence[Run], options: Options = Options()) -> Figure:
    """A figure.

    Args:
        name: a name of the catalogue's room `figure`.
        runs: as many as the figure takes.

    Raises:
        UserError: no such figure, or runs or options that do not fit it.
    """
    kind: Kind = catalog.find("figure", name)
    scheme(options.scheme)
    return kind(runs, options)


def on_other_data(
    name: str, runs: Sequence[Run], options: Options, data: str, root: Path | None = None, classes: Mapping[str, str] | None = None
) -> tuple[list[Run], Options]:
    """The runs on another data set, and the options that name its images.

    Args:
        name: of the figure.
        options: `split` is a part of the other data set.
        data, root, classes: see `other_data`.

    Raises:
        UserError: the figure shows nothing of a data set, or see `other_data`.
    """
    kind: Kind = catalog.find("figure", name)
    if "split" not in kind.takes:
        raise UserError(f"figure {name}", "shows no images or scores of a data set", "Leave `data=...` out.")
    there = all_elsewhere(runs, data, root, options.split, classes, by=())
    return [*there], replace(options, split=there[0].split if there else options.split)
