"""The verbs about data and annotations: `data check`, `pseudo-mask`, `annotate-next`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from sightline.cli.groups import app, data_app
from sightline.cli.options import DATA_SETS, Device, Json, Root, RunPath, Settings, finish, placed
from sightline.errors import UserError


@data_app.command(
    "check",
    epilog="Examples:\n\n    sightline data check isic2017 --root ~/isic2017\n\n"
    "    sightline data check table --root my.csv --recipe energy --set data.split.val=0.2\n\n"
    "    sightline data check folder --root photos --set train.select=val/loss --json check.json\n\n"
    "Exit status: 0, a training would accept these data; 1, it would refuse them, for the problems that are listed; "
    "2, the command itself is wrong (an unknown data set, recipe or setting, nothing at --root).",
)
def data_check(
    data: Annotated[str, typer.Argument(help=DATA_SETS, show_default=False)],
    root: Root = None,
    recipe: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Recipe that is to be trained, by name or as a YAML file. Default: label-only."),
    ] = None,
    settings: Settings = [],
    json: Json = None,
) -> None:
    """Look through a data set as a training would, and list everything that it would refuse.

    Counts classes, splits and annotations; finds missing and broken files, classes without training images, and leaks between splits. Give
    it the *--recipe* and the *--set* of the training. A broken file or split does not end the list. *--json* holds all of it.
    """
    from sightline.cli.console import Bar, say
    from sightline.config import Data
    from sightline.data.check import CHECK, check, layout, layout_lines, lines
    from sightline.overrides import override, parse_settings
    from sightline.recipe import Recipe, load_recipe, recipe_from

    # settings of other sections than `data` are written whole, as in `train`; of `data` the section may be left out
    changed = {key if key.split(".")[0] in Recipe.model_fields else f"data.{key}": v for key, v in parse_settings(settings).items()}
    base = load_recipe(recipe) if recipe is not None else Recipe(name=CHECK, data=Data(name=data))
    asked = recipe_from(override(base.model_dump(mode="json"), placed(base, data, root) | changed), where="--set").check()
    place = asked.data.root
    if place is not None and not place.exists():
        raise UserError(place, "no such file or folder", "Give the place of the data set with --root.")
    parts = layout(asked.data.name, place)
    for line in layout_lines(asked.data.name, parts):  # before anything is read: it explains why reading fails
        say(line)
    found = check(asked, Bar("looking through the images"))
    for line in lines(found):
        say(line)
    finish({"layout": parts} | found, json)
    if found["problems"]["number"]:
        raise typer.Exit(1)


@app.command(
    "pseudo-mask",
    epilog="Examples:\n\n    sightline pseudo-mask --data isic2017 --root ~/isic2017 --for folder --for-root ~/photos --out masks\n\n"
    "    sightline pseudo-mask --data folder --root ~/photos --out masks --weights imagenet --set epochs=40\n\n"
    "Train with them: sightline train energy --data folder --root ~/photos --set data.roi.pseudo=masks",
)
def pseudo_mask(
    data: Annotated[str, typer.Option(help=f"Its annotated images are learnt from. {DATA_SETS}", show_default=False)],
    out: Annotated[Path, typer.Option(help="Folder for the masks; must not exist yet.", metavar="DIR", show_default=False)],
    root: Root = None,
    target: Annotated[
        str | None, typer.Option("--for", help="Data set that gets masks. Default: the images of --data without annotation.")
    ] = None,
    target_root: Annotated[Path | None, typer.Option("--for-root", help="Folder or file of that data set.", metavar="DIR")] = None,
    encoder: Annotated[str | None, typer.Option(help="Any convolutional timm network. Default: mobilenetv2_100.")] = None,
    weights: Annotated[
        str | None, typer.Option(help="The encoder's: none (default), imagenet, or a safetensors file.", metavar="none|imagenet|FILE")
    ] = None,
    image_size: Annotated[int | None, typer.Option(help="Side of what the U-Net sees, a multiple of 32. Default: 192.")] = None,
    minimum_dice: Annotated[
        float | None, typer.Option(help="Mean Dice on held-out images below which nothing is written. Default: 0.7.")
    ] = None,
    settings: Annotated[
        list[str], typer.Option("--set", metavar="KEY=VALUE", help="Change a setting, e.g. epochs=40 or data.options={...}. Repeatable.")
    ] = [],
    device: Device = "auto",
    json: Json = None,
) -> None:
    """Learn masks from annotated images and predict them for images without.

    Nothing is written unless the masks agree with the annotations of images that were held out. Of each image's mask the program then
    decides whether it is kept: one piece, neither tiny nor all of the image, and sure of itself.
    """
    from sightline.cli.console import Bar, interval, say, table
    from sightline.overrides import override, parse_settings
    from sightline.paths import expanded
    from sightline.pseudo.make import pseudo_masks
    from sightline.pseudo.settings import settings_from

    if target_root is not None and target is None:
        raise UserError("--for-root", "is given without --for", "Name the data set that lies there with --for.")
    tree: dict[str, Any] = {"data": {"name": data, "root": root and expanded(root).resolve()}}
    if target is not None:
        tree["target"] = {"name": target, "root": target_root and expanded(target_root).resolve()}
    shortcuts = {"encoder": encoder, "weights": weights, "image_size": image_size, "minimum_dice": minimum_dice}
    tree |= {key: value for key, value in shortcuts.items() if value is not None}
    plain = settings_from(tree).model_dump(mode="json")
    asked = settings_from(override(plain, parse_settings(settings)))
    found = pseudo_masks(asked, out, device=device, say=say, progress=Bar)
    scores, counts = found["held_out"], found["images"]
    rows = [
        [name, str(part["n"]), interval(part.get("dice")), interval(part.get("jaccard"))]
        for name, part in (("all", scores), ("kept", scores["kept"]), ("dropped", scores["dropped"]))
    ]
    table("Held-out images", ["masks", "n", "Dice", "Jaccard"], rows)
    say(f"{counts['kept']} of {counts['predicted']} masks are kept: {out}")
    finish({"out": str(out)} | found, json)


@app.command(
    "annotate-next",
    epilog="Examples:\n\n    sightline annotate-next runs/melanoma-energy --budget 50\n\n"
    "    sightline annotate-next runs/melanoma-energy --budget 50 --by uncertainty+spread --out next\n\n"
    "Train with them: sightline train energy --data isic2017 --root ~/isic2017 --set data.annotated=next/annotated.csv",
)
def annotate_next(
    run: RunPath,
    budget: Annotated[int, typer.Option(help="How many images can be annotated.", min=1)] = 50,
    by: Annotated[
        str, typer.Option(help="uncertainty, spread, uncertainty+spread or random; spread: how far from one point the attention is.")
    ] = "uncertainty",
    out: Annotated[
        Path | None,
        typer.Option(help="Folder for next.csv, next.png, annotated.csv. Default: `annotate-next` in the run.", metavar="DIR"),
    ] = None,
    seed: Annotated[int, typer.Option(help="Of ties and of --by random.")] = 0,
    device: Device = "auto",
    json: Json = None,
) -> None:
    """Say which training images are worth annotating next: those on which the model is unsure.

    Asks about the images whose annotation the run did not have. Patients or lesions take turns. Not shown to beat *--by random*. With
    *spread*, those on which it looks everywhere: worse than random where there is a shortcut, since a model that looks sharply at the
    wrong thing is not found in this way.
    """
    from sightline.annotate.advise import annotate_next as advise
    from sightline.cli.console import Bar, number, say, table
    from sightline.engine.run import Run

    trained = Run(run, device)
    found = advise(trained, budget, by, out, seed=seed, progress=Bar("looking at images without annotation"))
    if found["by"] != by:
        say(f"{trained.name} has no attention maps: gone by {found['by']} alone.")
    rows = [
        [row["id"], row["label"], row["predicted"], *(number(row[k]) for k in ("probability", "entropy", "spread", "score"))]
        for row in found["chosen"]
    ]
    columns = ["image", "label", "predicted", "probability", "entropy", "spread", "score"]
    table(f"To annotate next, of {found['unknown']} images without annotation (by {found['by']})", columns, rows)
    say(f"Predictions: {trained.decision.words(trained.classes)}.")
    for path in found["files"]:
        say(path)
    finish({"run": str(run)} | found, json)
