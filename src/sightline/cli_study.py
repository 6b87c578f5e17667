"""The verb `study`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sightline.cli_options import Json, Root, finish

EXAMPLES = (
    "Examples:\n\n    sightline study phantom-controls --dry-run\n\n"
    "    sightline study plan.yaml --root ~/isic2017 --out studies/melanoma\n\n"
    "    sightline study plan.yaml --seeds 3 --set train.epochs=5\n\n"
    "    sightline study report studies/melanoma"
)


def study(
    plan: Annotated[
        list[str],
        typer.Argument(metavar="PLAN | report DIR", help="Plan by name or YAML file; or the folder of a study.", show_default=False),
    ],
    root: Root = None,
    settings: Annotated[
        list[str], typer.Option("--set", metavar="KEY=VALUE", help="Change a setting of every training, e.g. train.epochs=3. Repeatable.")
    ] = [],
    seeds: Annotated[int | None, typer.Option(help="Another number of seeds than the plan's.", min=1, show_default=False)] = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder of the study. Default: studies/ and the plan's name.", metavar="DIR", show_default=False)
    ] = None,
    executor: Annotated[str, typer.Option(help="`local`: processes on this machine. `ray`: a Ray cluster.")] = "local",
    workers: Annotated[
        int | None, typer.Option(help="Trainings at a time. Default: one per accelerator, else per core.", min=1, show_default=False)
    ] = None,
    threads: Annotated[int, typer.Option(help="Threads of each training.", min=1)] = 1,
    address: Annotated[
        str | None, typer.Option(help="Of a running Ray cluster; `auto`: this machine's. Default: one is started here.", show_default=False)
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be trained and about how long it takes; train nothing.")
    ] = False,
    json: Json = None,
) -> None:
    """Train several arms with several seeds and say, with intervals, whether they differ.

    What decides a training decides its name: nothing is trained twice, Ctrl-C and the same command go on, and what fails is listed and
    does not stop the rest; the exit status is then 1. A line of the plan `like: NAME` starts from a ready-made arm, such as label-only,
    weight-decay, random-roi.
    """
    from sightline.verbs_study import report, run

    if plan[0] == "report":
        finish(report(plan[1:]), json)
        return
    result = run(plan, root, settings, seeds, out, executor, workers, threads, address, dry_run)
    finish(result, json)
    if result.get("failed"):
        raise typer.Exit(1)
