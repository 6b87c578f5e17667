"""The verb `recommend`: which training frees the decision from an artefact, on one's own data?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sightline.cli.groups import app
from sightline.cli.options import DATA_SETS, Device, Json, Root, Threads, Workers, finish

EXAMPLES = (
    "Examples:\n\n    sightline recommend --data folder --root photos --minutes 30\n\n"
    "    sightline recommend --data isic2017 --root ~/isic2017 --artefact swatch --set backbone.weights=weights.safetensors"
)


@app.command(epilog=EXAMPLES)
def recommend(
    data: Annotated[str, typer.Option(help=DATA_SETS, metavar="NAME", show_default=False)],
    root: Root = None,
    minutes: Annotated[
        float,
        typer.Option(help="Time limit. At least one seed is trained; a further seed is begun only if it fits.", metavar="MINUTES", min=0),
    ] = 60,
    artefact: Annotated[
        str | None,
        typer.Option(
            help="Artefact to plant: ruler, text, swatch, caliper or band_aid. Default: one that suits the kind of image.",
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
    """Find out which training stops the classifier from relying on a misleading artefact, on your own images.

    An artefact is planted into the training images so that it agrees with the class. Several candidates are trained at small size, with as
    many seeds as the time allows. They are judged on the validation images, once with an artefact that misleads and once without any. If
    the candidates do not differ clearly, the command says so. Test images are not used. The same command with more minutes adds seeds.
    """
    from json import dumps
    from shlex import quote

    from sightline.cli.console import interval, say, table
    from sightline.face.recommending import recommend as carry_out
    from sightline.face.study import Trained
    from sightline.overrides import parse_settings

    said = set[str]()  # what is wrong with the data fails every arm, and is said once

    def told(one: Trained) -> None:
        if one.failure is None:
            say(f"{one.name}  {one.seconds:.0f} s")
            return
        say(f"failed: {one.name}: {'as before' if one.failure in said else one.failure}")
        said.add(one.failure)

    try:
        result = carry_out(
            data,
            root,
            out,
            minutes=minutes,
            artefact=artefact,
            settings=parse_settings(settings),
            workers=workers,
            threads=threads,
            device=device,
            say=say,
            told=told,
        )
    except KeyboardInterrupt:
        say(f"Stopped. Go on with the same command; what is done stays in {out or f'studies/recommend-{data}'}.")
        raise SystemExit(130) from None
    at = {(level.arm, level.split, level.score): interval(level) for level in result.study.levels}
    rows = [
        [arm.name, at[arm.name, "flipped", "auc"], at[arm.name, "removed", "auc"]]
        for arm in result.study.arms
        if (arm.name, "flipped", "auc") in at
    ]
    table(f"AUC on validation images, {result.seeds} seed{'s' * (result.seeds > 1)}", ["arm", "it misleads", "it is absent"], rows)
    for line in result.sentences:
        say(line)
    if result.arm is not None:
        place = "" if root is None else f" --root {quote(str(root))}"
        changed = [*settings, *(f"{key}={dumps(value)}" for key, value in result.settings.items())]  # those of the arm win, as in the study
        options = "".join(f" --set {quote(setting)}" for setting in changed)
        say(f"Train with: sightline train {result.recipe} --data {data}{place}{options}")
    for path in result.study.files:
        say(path)
    finish(result, json)
