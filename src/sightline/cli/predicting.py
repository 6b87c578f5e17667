"""The verb `predict`: what trained runs say of pictures that nobody has labelled."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from sightline.cli.groups import app
from sightline.cli.options import Address, Coverage, Device, ExecutorName, Json, finish
from sightline.errors import UserError
from sightline.plural import count

if TYPE_CHECKING:
    from sightline.cluster import Executor
    from sightline.predict.views import Views


@app.command(
    epilog="Examples:\n\n    sightline predict runs/melanoma-energy photos\n\n"
    "    sightline predict runs/fold-1 runs/fold-2 runs/fold-3 photos --tta flips --out ensemble.csv\n\n"
    "    sightline predict runs/melanoma-energy photos --coverage 0.9\n\n"
    "    sightline predict runs/melanoma-energy list.csv --maps maps --drawings drawings\n\n"
    "    sightline predict runs/melanoma-energy /shared/photos --executor ray --address head:6379 --workers 32"
)
def predict(
    places: Annotated[
        list[Path],
        typer.Argument(
            metavar="RUN... PATH...",
            help="Run folders, then pictures, folders of pictures, or CSV tables with a column `image`. Several runs are an ensemble.",
            show_default=False,
        ),
    ],
    out: Annotated[Path, typer.Option(help="Table of predictions (CSV), written row by row.", metavar="FILE")] = Path("predictions.csv"),
    maps: Annotated[Path | None, typer.Option(help="Folder for the maps as numbers (.npy).", metavar="DIR", show_default=False)] = None,
    drawings: Annotated[
        Path | None,
        typer.Option(help="Folder for drawings: each picture with the map of its predicted class.", metavar="DIR", show_default=False),
    ] = None,
    tta: Annotated[
        str,
        typer.Option(help="Test-time augmentation: `none`, `flips` (4 views of each picture) or `rotations` (4 views).", metavar="NAME"),
    ] = "none",
    calibration: Annotated[
        bool, typer.Option("--calibration/--no-calibration", help="Apply the calibration that each run fitted to its validation images.")
    ] = True,
    coverage: Coverage = None,
    resume: Annotated[bool, typer.Option("--resume", help="Continue a table that was interrupted.")] = False,
    batch_size: Annotated[int, typer.Option(help="Batch size.", metavar="N", min=1)] = 32,
    device: Device = "auto",
    executor: ExecutorName = "local",
    workers: Annotated[
        int | None,
        typer.Option(
            help="With --executor ray: number of workers. Default: one per core of this machine.", metavar="N", min=1, show_default=False
        ),
    ] = None,
    address: Address = None,
    json: Json = None,
) -> None:
    """Predict the class of pictures without labels, with one run or with several as an ensemble.

    The command writes a table with one row per picture: the predicted class, the calibrated probability of each class, the threshold of the
    decision, and the entropy; for an ensemble, the spread between its runs; and, where an input table gives a mask, a box or a polygon, the
    share of the map's evidence inside it. A picture that cannot be read is a row with a note. With --coverage, the column "set" lists the
    classes that remain possible at this coverage. A JSON file beside the table records how it was computed. With --executor ray, the
    workers of a Ray cluster share the pictures; the table is the same.
    """
    from sightline.cli.console import Counter, say, table
    from sightline.face.predictions import predict as predicted

    runs, pictures = _divided(places)
    with Counter("predicting") as progress:
        found = predicted(
            runs,
            pictures,
            out=out,
            maps=maps,
            drawings=drawings,
            tta=cast("Views", tta),
            calibration=calibration,
            coverage=coverage,
            resume=resume,
            batch_size=batch_size,
            device=device,
            executor=cast("Executor", executor),
            workers=workers,
            address=address,
            progress=progress,
        )
    table("Predictions", ["class", "pictures"], [[name, f"{count:,}"] for name, count in found.counts.items()])
    if found.before:
        say(f"{count(found.before, 'row')} {'was' if found.before == 1 else 'were'} there already; the numbers above are of the others.")
    if found.failed:
        say(f"{count(found.failed, 'picture')} could not be read: see the column `note`.")
    if found.left_out:
        named = ", ".join(f"{kind} {number:,}" for kind, number in found.left_out.items())
        say(f"Files in folders that are left out, by suffix: {named}. A picture among them is predicted if its file is named itself.")
    if calibration and found.uncalibrated:
        named = ", ".join(found.uncalibrated)
        say(f"Not calibrated, since no calibration is kept: {named}. Run `sightline evaluate` on it, unless its recipe wants none.")
    say(f"{count(found.pictures, 'row')}: {found.out}")
    if found.volumes:
        say(f"A row for each volume, pooled over its slices: {found.volumes}")
    finish(found, json)


RUN_FILES = ("config.yaml", "finding.json")


def _divided(places: list[Path]) -> tuple[list[Path], list[Path]]:
    """The run folders at the beginning, and the rest."""
    from sightline.engine.folds import folds_of

    several = [[place] if any((place / name).is_file() for name in RUN_FILES) else folds_of(place) for place in places]
    count = next((i for i, runs in enumerate(several) if not runs), len(places))
    runs, rest = [run for some in several[:count] for run in some], places[count:]
    if not runs:
        raise UserError(places[0], "is not a run folder (it has no config.yaml)", "Give a folder that `train` wrote, then pictures.")
    if not rest:
        raise UserError("predict", "no picture is given", "Give pictures, folders or a table after the run.")
    return runs, rest
