"""Every figure by name: what there is, and drawing one into files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sightline import catalog
from sightline.engine.run import Run
from sightline.errors import UserError
from sightline.explain.colours import scheme
from sightline.explain.figure.kind import Kind, Options
from sightline.explain.style import save


def listed() -> list[dict[str, str]]:
    """Name, what it shows, and the papers' figures that it corresponds to, of every figure; of a broken plug-in, what is wrong with it."""
    found = []
    for name in catalog.places("figure"):
        try:
            one: Kind = catalog.find("figure", name)
        except UserError as error:
            found.append({"name": name, "shows": str(error), "paper": "broken"})
        else:
            found.append({"name": name, "shows": one.line, "paper": one.paper})
    return found


def draw(name: str, runs: Sequence[Run], out: Path | str, options: Options = Options()) -> list[Path]:
    """Draws a figure and writes it as PNG and PDF.

    Args:
        name: a name of the catalogue's room `figure`.
        runs: as many as the figure takes.
        out: folder of the files.

    Raises:
        UserError: no such figure, or runs or options that do not fit it.
    """
    kind: Kind = catalog.find("figure", name)
    scheme(options.scheme)
    return save(kind(runs, options), Path(out) / f"{name}.png")
