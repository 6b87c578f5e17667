"""Arguments that several verbs share, and what they do last."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from sightline import catalog

DATA_SETS = f"Data set: {', '.join(catalog.places('data'))}."
Json = Annotated[Path | None, typer.Option("--json", metavar="FILE", help="Also write what is printed to FILE, for scripts.")]
Runs = Annotated[Path, typer.Option(help="Folder in which runs are kept.", metavar="DIR")]
Settings = Annotated[
    list[str], typer.Option("--set", metavar="KEY=VALUE", help="Change a setting of the recipe, e.g. train.epochs=3. Repeatable.")
]
Root = Annotated[Path | None, typer.Option(help="Folder or file of the data set.", metavar="DIR")]
RunPath = Annotated[Path, typer.Argument(metavar="RUN", help="Run folder, as `train` wrote it.", show_default=False)]
RunPaths = Annotated[list[Path], typer.Argument(metavar="RUN...", help="Run folders.", show_default=False)]


def finish(result: dict[str, Any], json: Path | None) -> None:
    """Writes what the verb printed where `--json` asks for it."""
    if json is not None:
        from sightline.engine.files import write_json

        write_json(json, result)
