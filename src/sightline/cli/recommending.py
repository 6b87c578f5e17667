"""The verb `recommend`: which training frees the decision from an artefact, on one's own data?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sightline.cli.groups import app
from sightline.cli.options import DATA_SETS, Device, Json, Root, Threads, Workers, finish, on_device

if TYPE_CHECKING:
    from sightline.results.study import Recommendation
    from sightline.study.work import Outcome

EXAMPLES = (
    "Examples:\n\n    sightline recommend --data folder --root photos --minutes 30\n\n"
    "    sightline recommend --data isic2017 --root ~/isic2017 --artefact swatch --set backbone.weights=weights.safetensors"
)


@app.command(epilog=EXAMPLES)
def recommend(
    data: Annotated[str, typer.Option(help=DATA_SETS, metavar="NAME", show_default=False)],
    root: Root = None,
    minutes: Annotated[float, typer.Option(help="Time after which no further seed is begun.", min=0)] = 60,
    artefact: Annotated[
        str | None,
        typer.Option(
            help="Artefact that is planted: ruler, text, swatch, caliper or band_aid. Default: one that suits the kind of image.",
            metavar="NAME",
            show_default=False,
        ),
    ] = None,
    settings: Annotated[
        list[str],
        typer.Option("--set", metavar="KEY=VALUE", help="Change a setting of every training, e.g. data.image_size=96; can be repeated."),
    ] = [],
    out: Annotated[
        Path | None,
        typer.Option(
            help="Folder of the study. Default: studies/recommend-NAME, with the name of the data set.", metavar="DIR", show_default=False
        ),
    ] = None,
    workers: Workers = None,
    threads: Threads = 1,
    device: Device = "auto",
    json: Json = None,
) -> None:
    """Say which training frees the decision from a misleading artefact, on your own data, or that it cannot be told.

    An artefact is planted into the images so that it agrees with the class. Several candidates are trained small, seed after seed, for as
    long as another seed fits into the time, and judged on validation images in which the artefact misleads, and in which there is none. The
    test images are left out. The same command, with more minutes, goes on from where it ended.
    """
    finish(run(data, root, minutes, artefact, settings, out, workers, threads, on_device(device)), json)


def run(
    data: str,
    root: Path | None,
    minutes: float,
    artefact: str | None,
    settings: list[str],
    out: Path | None,
    workers: int | None,
    threads: int,
    placed: dict[str, Any],
) -> Recommendation:
    """Trains, prints a table and the answer."""
    from json import dumps
    from shlex import quote

    from sightline.cli.console import interval, say, table
    from sightline.overrides import parse_settings
    from sightline.paths import expanded
    from sightline.report.study import write
    from sightline.study.folder import Study
    from sightline.study.recommend import MOST, plan_for
    from sightline.study.recommend import recommend as carry_out

    place = {} if root is None else {"data.root": str(expanded(root).resolve())}
    plan = plan_for({"data.name": data} | place | placed | parse_settings(settings), artefact)
    folder = out or Path("studies") / f"recommend-{data}"
    decoy = plan.set["data.decoy"]
    say(f"A {decoy['artefact']} is planted; {len(plan.arms)} arms: {', '.join(arm.name for arm in plan.arms)}.")
    arms = {cell.key: f"{cell.arm}, seed {cell.seed}" for cell in reversed(Study(folder, plan.model_copy(update={"seeds": MOST})).cells)}

    said = set[str]()  # what is wrong with the data fails every arm, and is said once

    def told(outcome: Outcome, done: int, total: int) -> None:
        if outcome.failure is None:
            say(f"{arms[outcome.key]}  {outcome.seconds:.0f} s")
            return
        say(f"failed: {arms[outcome.key]}: {'as before' if outcome.failure in said else outcome.failure}")
        said.add(outcome.failure)

    try:
        result = carry_out(plan, folder, told, minutes, workers=workers, threads=threads)
    except KeyboardInterrupt:
        say(f"Stopped. Go on with the same command; what is done stays in {folder}.")
        raise SystemExit(130) from None
    at = {(level.arm, level.split, level.score): interval(level) for level in result.study.levels}
    rows = [
        [arm.name, at[arm.name, "flipped", "auc"], at[arm.name, "removed", "auc"]]
        for arm in plan.arms
        if (arm.name, "flipped", "auc") in at
    ]
    table(f"AUC on validation images, {result.seeds} seed{'s' * (result.seeds > 1)}", ["arm", "it misleads", "it is absent"], rows)
    for line in result.sentences:
        say(line)
    if result.arm is not None:
        options = "".join(f" --set {quote(f'{key}={dumps(value)}')}" for key, value in result.settings.items())
        say(f"Train with: sightline train {result.recipe} --data {data}{options}")
    for path in write(Study.open(folder), result.study):
        say(str(path))
    return result
