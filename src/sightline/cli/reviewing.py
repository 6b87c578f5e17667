"""The verb that opens a run for review in the browser: `review`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sightline.cli.groups import app
from sightline.cli.options import Device, OtherData, OtherLabels, OtherRoot, RunPath, label_pairs


@app.command(
    epilog="Examples:\n\n    sightline review runs/melanoma-energy\n\n"
    "    sightline review runs/melanoma-energy --split test --port 9000 --no-open\n\n"
    "    sightline review runs/melanoma-energy --beside runs/melanoma-label-only\n\n"
    "    sightline review runs/melanoma-energy --queue runs/melanoma-energy/annotate-next/next.csv\n\n"
    "    sightline review runs/melanoma-energy --masks pseudo-masks\n\n"
    "    sightline review runs/melanoma-energy --export reviews.jsonl\n\n"
    "    sightline review runs/melanoma-energy --data folder --root ~/other-hospital --map mel=melanoma"
)
def review(
    run: RunPath,
    split: Annotated[
        list[str],
        typer.Option(help="Split to show; can be repeated. Default: all that were evaluated.", metavar="NAME", show_default=False),
    ] = [],
    port: Annotated[
        int | None,
        typer.Option(help="Port of this machine. Default: 8710, or a free one.", metavar="PORT", min=1, max=65535, show_default=False),
    ] = None,
    show: Annotated[bool, typer.Option("--open/--no-open", help="Open the page in the browser.")] = True,
    beside: Annotated[
        list[Path],
        typer.Option(
            help="Another run, whose answers to the same images are shown beside those of RUN; can be repeated.",
            metavar="RUN",
            show_default=False,
        ),
    ] = [],
    store: Annotated[
        Path | None,
        typer.Option(help="File in which judgements are saved (SQLite). Default: RUN/reviews.sqlite.", metavar="FILE", show_default=False),
    ] = None,
    data: OtherData = None,
    root: OtherRoot = None,
    classes: OtherLabels = [],
    queue: Annotated[
        Path | None,
        typer.Option(
            help="Begin with the images that FILE lists, in its order, such as the next.csv of 'sightline annotate-next'.",
            metavar="FILE",
            show_default=False,
        ),
    ] = None,
    open_readers: Annotated[
        bool, typer.Option("--open-readers", help="Show reviewers the judgements of others before they have judged a case themselves.")
    ] = False,
    masks: Annotated[
        Path | None,
        typer.Option(
            help="Folder that 'sightline pseudo-mask' has written; its outlines can be corrected.", metavar="DIR", show_default=False
        ),
    ] = None,
    export: Annotated[
        Path | None,
        typer.Option(
            help="Write all judgements to FILE, one line of JSON per reviewer and case, and open no page.",
            metavar="FILE",
            show_default=False,
        ),
    ] = None,
    device: Device = "auto",
) -> None:
    """Look at the cases of a run in the browser, judge its maps, and question labels; judgements are saved in the run folder.

    The pages are served to this machine alone, until Ctrl-C, and nothing leaves it. Several people may review one run; each enters a name.
    With --data, the cases are images of another data set, and --split names one of its parts."""
    from sightline.cli.console import say
    from sightline.face.reviewing import review as serve

    if export is None:
        say("The run is being loaded ...")
    serve(
        run,
        split,
        port=port,
        beside=beside,
        store=store,
        data=data,
        root=root,
        classes=label_pairs(classes),
        queue=queue,
        open_readers=open_readers,
        masks=masks,
        export=export,
        device=device,
        show=show,
        say=say,
    )
