"""The verbs that train: `demo`, `train`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sightline.cli.groups import app
from sightline.cli.options import DATA_SETS, Device, Json, Preset, Root, Runs, Settings, finish
from sightline.errors import Stopped

if TYPE_CHECKING:
    from sightline.engine.run import Run
    from sightline.results.folds import FoldScores


@app.command(epilog="Examples:\n\n    sightline demo\n\n    sightline demo --out my-demo --json demo.json")
def demo(
    out: Annotated[
        Path, typer.Option(help="Folder for the two runs and the report; an earlier demo in it is replaced.", metavar="DIR")
    ] = Path("demo"),
    seed: Annotated[int, typer.Option(help="Random seed of the training and of the drawn images.", metavar="N")] = 0,
    device: Device = "auto",
    json: Json = None,
) -> None:
    """Train a label-only and a guided classifier on drawn skin lesions (the phantom), compare them and write a report.

    In the training images, a ruler lies beside nearly every melanoma. In the *matched* test set it still does; in the *flipped* one rulers
    lie beside nevi instead, so that a classifier that looks at the ruler fails. The demo takes a few minutes on two CPU cores.
    """
    from sightline.cli.console import say
    from sightline.cli.demo import show
    from sightline.face.demo import demo as trained
    from sightline.paths import expanded

    say("Skin lesions drawn by the computer; in training, a ruler lies beside nearly every melanoma and hardly any nevus.")
    say("matched: test images with rulers as in training. flipped: rulers beside nevi. removed: no rulers. The lesions are the same.\n")
    try:
        found = trained(out, seed=seed, device=device, say=say)
    except Stopped:
        say("Stopped. A demo starts from the beginning; run it again.")
        raise SystemExit(130) from None
    show(found, expanded(out))
    finish(found, json)


@app.command(
    epilog="Examples:\n\n    sightline train label-only --data folder --root photos --preset good\n\n"
    "    sightline train energy --data isic2017 --root ~/isic2017 --name melanoma-energy\n\n"
    "    sightline train label-only --data folder --root photos --set data.image_size=160 --set train.epochs=20\n\n"
    "    sightline train gain/stage2 --data table --root my.csv --from runs/gain-stage1-table-0\n\n"
    "    sightline train my-recipe.yaml --name trial-2 --resume\n\n"
    "    sightline train energy --data folder --root photos --folds 5 --name five"
)
def train(
    recipe: Annotated[
        str, typer.Argument(help="Name of a recipe (listed by 'sightline recipes') or a YAML file.", metavar="RECIPE", show_default=False)
    ],
    data: Annotated[str | None, typer.Option(help=DATA_SETS, metavar="NAME", show_default=False)] = None,
    root: Root = None,
    preset: Preset = None,
    settings: Settings = [],
    folder: Annotated[
        str | None,
        typer.Option("--name", help="Name of the run folder. Default: recipe, data set and seed.", metavar="NAME", show_default=False),
    ] = None,
    runs: Runs = Path("runs"),
    train_start: Annotated[
        Path | None,
        typer.Option(
            "--from",
            metavar="RUN",
            help="Run folder whose weights the training starts from, e.g. that of the previous stage.",
            show_default=False,
        ),
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Continue an interrupted run of the same recipe.")] = False,
    train_devices: Annotated[
        int | None,
        typer.Option("--devices", help="Number of processes of data-parallel training, on each machine.", metavar="N", show_default=False),
    ] = None,
    train_nodes: Annotated[
        int | None,
        typer.Option(
            "--nodes",
            help="Number of machines of data-parallel training; torchrun or srun starts the command on each.",
            metavar="N",
            show_default=False,
        ),
    ] = None,
    folds: Annotated[
        int | None,
        typer.Option(
            help="Cross-validation: train N runs, each of which holds out one Nth of the patients, and score all held-out images together.",
            metavar="N",
            min=2,
            show_default=False,
        ),
    ] = None,
    device: Device = "auto",
    report: Annotated[bool, typer.Option(help="Write report.html into the run folder.")] = True,
    json: Json = None,
) -> None:
    """Train one classifier and write a run folder: weights, scores, predictions, maps, logs and a report.

    Before training, data and recipe are checked, and whether each loss has a gradient at the weights. After Ctrl-C, the same command with
    --resume continues the run.
    """
    from sightline.cli.console import Bar, say
    from sightline.face.settings import check_folder_name
    from sightline.face.training import train as fit
    from sightline.overrides import parse_settings
    from sightline.paths import expanded

    if folder is not None:
        remedy = "Give a short --name without slashes, e.g. melanoma-1; --runs says in which folder it goes."
        check_folder_name("--name", folder, remedy)
    given: dict[str, Any] = {} if train_start is None else {"train.start": str(expanded(train_start).resolve())}
    given |= {key: value for key, value in (("train.devices", train_devices), ("train.nodes", train_nodes)) if value is not None}
    try:
        found = fit(
            recipe,
            None if folder is None else expanded(runs) / folder,
            data=data,
            root=root,
            settings=given | parse_settings(settings),
            preset=preset,
            resume=resume,
            folds=folds,
            device=device,
            report=report,
            runs=runs,
            say=say,
            progress=Bar("looking through the images"),
        )
    except Stopped as stopped:
        say(f"{stopped} Go on with the same command and --resume.")
        raise SystemExit(130) from None
    from sightline.engine.nodes import leads
    from sightline.results.folds import FoldScores

    if isinstance(found, FoldScores):
        finish(_say_folds(found), json)
    elif leads():
        finish(_say_run(found, report), json)


def _say_run(run: Run, report: bool) -> dict[str, Any]:
    """What a training says at its end."""
    from sightline.cli.console import say
    from sightline.cli.findings import say_scores

    metrics = run.finding_scores if run.findings else run.scores
    say_scores(f"{run.name}: {run.recipe.title}", run, metrics, brief=True)
    result: dict[str, Any] = {"run": str(run.path), "metrics": metrics}
    if report:
        result["report"] = str(run.path / "report.html")
        say(f"Report: {result['report']}")
    say(f"Run: {run.path}")
    return result


def _say_folds(found: FoldScores) -> dict[str, Any]:
    """What a cross-validation says at its end."""
    from sightline.cli.console import say
    from sightline.cli.scores_tables import scores_table
    from sightline.engine.folds import folds_of
    from sightline.engine.run import Run

    folder = Path(found.folder)
    rows = {f"fold {i}": scores for i, scores in enumerate(found.of_fold, start=1)}
    decisions = {name: run.decision for name, run in zip(rows, map(Run, folds_of(folder)), strict=True)}
    scores_table(f"{folder.name}: held-out images", rows | {"all": found.scores}, decisions=decisions)
    say(f"Runs: {folder}/fold-1 to fold-{found.folds}. Predict with all of them: sightline predict {folder} PATH...")
    return {"run": str(folder), "folds": found}
