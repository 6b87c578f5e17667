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
        typer.Argument(metavar="RUN...", help="Run folder that the report is about, then others to compare it with.", show_default=False),
    ],
    out: Annotated[
        Path | None,
        typer.Option(
            help="File of the report. Default: RUN/report.html; for several runs in one folder, report.html in that folder; with --data, "
            "in RUN/external/NAME of the first run.",
            metavar="FILE",
        ),
    ] = None,
    prevalence: Prevalence = None,
    title: Annotated[
        str | None, typer.Option(help="Heading of the page. Default: the names of the runs.", metavar="TEXT", show_default=False)
    ] = None,
    data: OtherData = None,
    root: OtherRoot = None,
    classes: OtherLabels = [],
    device: Device = "auto",
    json: Json = None,
) -> None:
    """Write the report of a run: a one-page summary, then scores, maps, failed images by name, and limits.

    The report is one HTML file that needs no internet, and its summary prints on A4. Each training writes one; write it again after an
    audit, or to state the prevalence among your own patients. Without --data, no image is evaluated again."""
    from sightline.cli.console import say
    from sightline.face.comparing import report as write

    labels = label_pairs(classes)
    written = write(*runs, out=out, prevalence=prevalence, title=title, data=data, root=root, classes=labels, device=device)
    say(f"Report: {written}")
    finish({"report": str(written)}, json)
