"""The verb that writes a run's page again: `report`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sightline.cli.groups import app
from sightline.cli.options import Device, Json, OtherData, OtherLabels, OtherRoot, Prevalence, finish, label_pairs


@app.command(
    epilog="Examples:\n\n    sightline report runs/melanoma-energy --prevalence 0.05\n\n"
    "    sightline report runs/melanoma-energy runs/label-only --title 'Does guidance help?' --out both.html\n\n"
    "    sightline report runs/melanoma-energy --data folder --root ~/other-hospital --map mel=melanoma"
)
def report(
    runs: Annotated[
        list[Path],
        typer.Argument(metavar="RUN...", help="The run that the page is about, then runs to compare it with.", show_default=False),
    ],
    out: Annotated[
        Path | None,
        typer.Option(
            help="File of the page. Default: `report.html` in the folder of the run; of runs that lie side by side, in the folder "
            "above; with --data, in `external/NAME` of the first run.",
            metavar="FILE",
        ),
    ] = None,
    prevalence: Prevalence = None,
    title: Annotated[str | None, typer.Option(help="Heading of the page. Default: the names of the runs.", show_default=False)] = None,
    data: OtherData = None,
    root: OtherRoot = None,
    classes: OtherLabels = [],
    device: Device = "auto",
    json: Json = None,
) -> None:
    """Write the page about a run: a first page for readers in a hurry, then scores, maps, failures by name, and limits.

    The page is one file that needs no network, and its first sheet prints on A4. `train` writes it, too; write it again after an audit, or
    to state the prevalence among your own patients. Nothing is computed anew, except with --data."""
    from sightline.cli.console import say
    from sightline.face.comparing import report as write

    labels = label_pairs(classes)
    written = write(*runs, out=out, prevalence=prevalence, title=title, data=data, root=root, classes=labels, device=device)
    say(f"Report: {written}")
    finish({"report": str(written)}, json)
