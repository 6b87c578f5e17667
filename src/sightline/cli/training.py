"""The verbs that train: `demo`, `train`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sightline.cli.groups import app
from sightline.cli.options import DATA_SETS, Device, Json, Preset, Root, Runs, Settings, finish, on_device, placed
from sightline.errors import UserError

if TYPE_CHECKING:
    from sightline.recipe import Recipe


@app.command(epilog="Examples:\n\n    sightline demo\n\n    sightline demo --out my-demo --json demo.json")
def demo(
    out: Annotated[Path, typer.Option(help="Folder for the two runs and the report; an earlier demo in it is replaced.")] = Path("demo"),
    seed: Annotated[int, typer.Option(help="Random seed of the training and of the drawn images.")] = 0,
    device: Device = "auto",
    json: Json = None,
) -> None:
    """Train a label-only and a guided classifier on drawn skin lesions (the phantom), compare them and write a report.

    In the training images, a ruler lies beside nearly every melanoma. In the *matched* test set it still does; in the *flipped* one rulers
    lie beside the other class, so that a classifier that looks at the ruler fails. Takes a few minutes on two CPU cores.
    """
    from sightline.cli.demo import demo as run_demo

    finish(run_demo(out, seed, on_device(device)), json)


@app.command(
    epilog="Examples:\n\n    sightline train label-only --data folder --root photos --preset good\n\n"
    "    sightline train energy --data isic2017 --root ~/isic2017 --name melanoma-energy\n\n"
    "    sightline train label-only --data folder --root photos --set data.image_size=160 --set train.epochs=20\n\n"
    "    sightline train gain/stage2 --data table --root my.csv --from runs/gain-stage1-table-0\n\n"
    "    sightline train my-recipe.yaml --name trial-2 --resume\n\n"
    "    sightline train energy --data folder --root photos --folds 5 --name five"
)
def train(
    recipe: Annotated[str, typer.Argument(help="Name of a recipe (see `sightline recipes`) or a YAML file.", show_default=False)],
    data_name: Annotated[str | None, typer.Option("--data", help=DATA_SETS, show_default=False)] = None,
    root: Root = None,
    preset: Preset = None,
    settings: Settings = [],
    folder: Annotated[
        str | None, typer.Option("--name", help="Name of the run folder. Default: recipe, data set and seed.", show_default=False)
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
        int | None, typer.Option("--devices", help="Number of processes of data-parallel training, on each machine.", show_default=False)
    ] = None,
    train_nodes: Annotated[
        int | None,
        typer.Option("--nodes", help="Number of machines of data-parallel training, which torchrun or srun starts.", show_default=False),
    ] = None,
    folds: Annotated[
        int | None,
        typer.Option(
            help="Cross-validation: train a run for each of so many folds, and score all held-out images together.",
            min=2,
            show_default=False,
        ),
    ] = None,
    device: Device = "auto",
    report: Annotated[bool, typer.Option(help="Write report.html into the run folder.")] = True,
    json: Json = None,
) -> None:
    """Train one classifier and write a run folder: weights, scores, predictions, maps, logs and a report.

    Data and recipe are checked first, and whether the losses reach the weights. After Ctrl-C, `--resume` continues the run.
    """
    from sightline.attention.pretrained import check_weights
    from sightline.cli.console import Bar, say
    from sightline.overrides import parse_settings
    from sightline.paths import expanded
    from sightline.recipe import goes_on, load_recipe

    if folder is not None:
        _check_name("--name", folder)
    changed = placed(load_recipe(recipe), data_name, root)
    if train_start is not None:
        changed |= {"train.start": str(expanded(train_start).resolve())}
    changed |= on_device(device)
    if train_devices is not None:
        changed |= {"train.devices": train_devices}
    if train_nodes is not None:
        changed |= {"train.nodes": train_nodes}
    chosen = load_recipe(recipe, changed | parse_settings(settings), preset=preset)
    if goes_on(recipe) and chosen.train.start is None:
        raise UserError(recipe, "starts from the weights of the previous stage", "Give that run: --from RUN.")
    own = f"{chosen.name}-{chosen.data.name}-{chosen.train.seed}"
    if folder is None:
        _check_name("name of the run", own)
    place = expanded(runs) / (folder or own)

    if chosen.train.start is None:
        check_weights(chosen.backbone)  # before PyTorch, timm and Lightning are imported, which takes much longer

    from sightline.cli.findings import say_scores
    from sightline.engine.nodes import leads
    from sightline.engine.train import Stopped
    from sightline.engine.train import train as fit
    from sightline.face.judge import evaluate as score
    from sightline.report import write_report

    if folds is not None:
        _cross_validate(chosen, place, folds, resume, json)
        return
    try:
        run = fit(chosen, place, resume=resume, say=say, progress=Bar("looking through the images"))
    except Stopped as stopped:
        say(f"{stopped} Go on with the same command and --resume.")
        raise SystemExit(130) from None
    if not leads():
        return
    metrics = score(run)
    say_scores(f"{run.name}: {chosen.title}", run, metrics, brief=True)
    result: dict[str, Any] = {"run": str(run.path), "metrics": metrics}
    if report:
        result["report"] = str(write_report(run))
        say(f"Report: {result['report']}")
    say(f"Run: {run.path}")
    finish(result, json)


def _cross_validate(recipe: Recipe, folder: Path, folds: int, resume: bool, json: Path | None) -> None:
    """`--folds`."""
    from sightline.cli.console import Bar, say
    from sightline.cli.scores_tables import scores_table
    from sightline.engine.folds import fold_scores, folds_of, train_folds
    from sightline.engine.run import Run
    from sightline.engine.train import Stopped

    try:
        train_folds(recipe, folder, folds, resume=resume, say=say, progress=Bar("looking through the images"))
    except Stopped as stopped:
        say(f"{stopped} Go on with the same command and --resume.")
        raise SystemExit(130) from None
    found = fold_scores(folder)
    rows = {f"fold {i}": scores for i, scores in enumerate(found.of_fold, start=1)}
    decisions = {name: run.decision for name, run in zip(rows, map(Run, folds_of(folder)), strict=True)}
    scores_table(f"{folder.name}: held-out images", rows | {"all": found.scores}, decisions=decisions)
    say(f"Runs: {folder}/fold-1 to fold-{folds}. Predict with all of them: sightline predict {folder} PATH...")
    finish({"run": str(folder), "folds": found}, json)


def _check_name(where: str, name: str) -> None:
    """Refuses what is not the name of a folder within another."""
    if name in ("", ".", "..") or len(os.fsencode(name)) > 200 or any(c in "/\\" or not c.isprintable() for c in name):
        remedy = "Give a short --name without slashes, e.g. melanoma-1; --runs says in which folder it goes."
        raise UserError(where, f"{name!r} is not the name of a folder", remedy)
