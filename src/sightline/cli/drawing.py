"""The verb `data draw`: a built-in synthetic data set as files."""

from __future__ import annotations

from pathlib import Path
from shlex import quote
from typing import Annotated

import typer

from sightline import catalog
from sightline.cli.groups import data_app
from sightline.cli.options import Json, finish
from sightline.plural import count


@data_app.command(
    "draw",
    epilog="Examples:\n\n    sightline data draw phantom photos --annotation mask\n\n"
    "    sightline data draw phantom_ultrasound ultrasound --images 200 --size 224 --set artefact=text\n\n"
    "Then: sightline data check table --root ultrasound/table.csv",
)
def data_draw(
    data: Annotated[str, typer.Argument(help=f"Data set: {', '.join(catalog.DRAWN)}.", metavar="NAME", show_default=False)],
    out: Annotated[Path, typer.Argument(help="Folder to write; it must be empty or not there yet.", metavar="DIR", show_default=False)],
    images: Annotated[
        int | None,
        typer.Option(
            help="Number of training images; the other splits are in proportion. Default: that of the data set.",
            metavar="N",
            min=4,
            show_default=False,
        ),
    ] = None,
    size: Annotated[
        int | None,
        typer.Option(help="Side of a picture in pixels. Default: that of the data set.", metavar="PIXELS", min=32, show_default=False),
    ] = None,
    annotation: Annotated[
        str | None,
        typer.Option(
            help="Kind of annotation: mask, box, polygon or gaze. Default: that of the data set.", metavar="KIND", show_default=False
        ),
    ] = None,
    settings: Annotated[
        list[str],
        typer.Option("--set", metavar="KEY=VALUE", help="Another option of the data set, e.g. correlation=0.5; can be repeated."),
    ] = [],
    json: Json = None,
) -> None:
    """Write a built-in synthetic data set as files, as your own images would lie on the disk.

    The folder gets table.csv with the images to train, validate and test with, a table for each further test set (flipped.csv,
    removed.csv), the pictures, masks or gaze files, and README.txt. The reader "table" reads them: --data table --root DIR/table.csv.
    """
    from sightline.cli.console import Bar, say
    from sightline.face.data_sets import draw
    from sightline.overrides import parse_settings
    from sightline.paths import expanded

    bar = Bar("drawing pictures")
    found = draw(data, out, images=images, size=size, annotation=annotation, progress=bar, **parse_settings(settings))
    place = expanded(out)
    parts = ", ".join(f"{number} in {table}.csv" for table, number in found.tables.items())
    say(f"{found.out}: {count(found.images, 'picture')} ({parts})")
    told = "".join(f" --set {quote(setting)}" for setting in found.settings)
    say("Read README.txt in it. What to do next:")
    say(f"  sightline data check table --root {quote(str(place / 'table.csv'))}{told}")
    say(f"  sightline train energy --data table --root {quote(str(place / 'table.csv'))}{told}")
    finish(found, json)
