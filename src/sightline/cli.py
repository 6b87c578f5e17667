"""The verbs. Thin: each reads its arguments, calls one function of the library, and says what came out.

Everything heavy is imported inside the verbs, so that `--help` answers at once.
"""

from __future__ import annotations

import os
import sys
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated

import typer

from sightline import cli_study
from sightline.cli_options import DATA_SETS, Json, Root, RunPath, RunPaths, Runs, Settings, finish
from sightline.errors import UserError, from_system, one_line

USAGE: type[Exception] = typer.BadParameter.__mro__[2]  # ClickException, of the Click that this version of Typer uses

app = typer.Typer(
    help="Train image classifiers that look where the expert looks, measure whether they do, and show it.",
    epilog="Start with: sightline demo",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    rich_markup_mode="markdown",
)
recipes_app = typer.Typer(help="The recipes that come with sightline.", invoke_without_command=True, rich_markup_mode="markdown")
data_app = typer.Typer(help="Look at data sets.", no_args_is_help=True, rich_markup_mode="markdown")
app.add_typer(recipes_app, name="recipes")
app.add_typer(data_app, name="data")


def main() -> None:
    """Entry point: a user's mistake, and what the system refuses, is one line on standard error and exit status 2."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # names that the terminal cannot show are shown as codes
    try:
        code = app(standalone_mode=False)
        if sys.stdout is not None:  # it is None where the shell has closed it
            sys.stdout.flush()
    except UserError as error:
        told = str(error)
    except USAGE as error:
        told = one_line(error.format_message())  # type: ignore[attr-defined]
        if getattr(error, "ctx", None) and type(error).__name__ != "NoArgsIsHelpError":
            told = f"{told if told.endswith('?') else told.rstrip('.') + '.'} See {error.ctx.command_path} --help."  # type: ignore[attr-defined]
        elif type(error).__name__ == "NoArgsIsHelpError":
            raise SystemExit(2) from None  # the help was shown
    except typer.Abort:
        raise SystemExit(130) from None
    except BrokenPipeError:  # nobody reads any more, and Python would say so once again at its end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(1) from None
    except OSError as error:
        if (refused := from_system(error)) is None:
            raise
        told = str(refused)
    else:
        raise SystemExit(code if isinstance(code, int) else 0)
    print(f"sightline: {told}", file=sys.stderr)
    raise SystemExit(2)


def _say_version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        print(f"sightline {version('sightline')}")
        raise typer.Exit


@app.callback()
def _before_every_verb(
    version: Annotated[bool, typer.Option("--version", callback=_say_version, is_eager=True, help="Say which version this is.")] = False,
) -> None:
    pass


@app.command(epilog="Examples:\n\n    sightline demo\n\n    sightline demo --out my-demo --json demo.json")
def demo(
    out: Annotated[Path, typer.Option(help="Folder for the two runs and the report; replaced if it is an earlier demo.")] = Path("demo"),
    seed: Annotated[int, typer.Option(help="Of training and of the phantom images.")] = 0,
    json: Json = None,
) -> None:
    """Train a label-only and a guided classifier on the built-in phantom, compare them and write a report.

    The phantom's skin lesions carry a ruler wherever the training class is melanoma. The *matched* test set keeps it that way,
    the *flipped* one turns it round: a classifier that looks at the ruler fails there. Takes a few minutes on two CPU cores.
    """
    from sightline.demo import demo as run_demo

    finish(run_demo(out, seed), json)


@app.command(
    epilog="Examples:\n\n    sightline train energy --data isic2017 --root ~/isic2017 --name melanoma-energy\n\n"
    "    sightline train label-only --data folder --root photos --set data.image_size=160 --set train.epochs=20\n\n"
    "    sightline train gain/stage2 --data table --root my.csv --from runs/gain-stage1-table-0\n\n"
    "    sightline train my-recipe.yaml --name trial-2 --resume"
)
def train(
    recipe: Annotated[str, typer.Argument(help="Name of a recipe (see `sightline recipes`) or a YAML file.", show_default=False)],
    data: Annotated[str | None, typer.Option(help=DATA_SETS, show_default=False)] = None,
    root: Root = None,
    settings: Settings = [],
    name: Annotated[str | None, typer.Option(help="Name of the run; default: recipe, data set and seed.", show_default=False)] = None,
    runs: Runs = Path("runs"),
    start: Annotated[
        Path | None,
        typer.Option("--from", metavar="RUN", help="Run whose weights it starts from, e.g. the stage before.", show_default=False),
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with an interrupted run of the same recipe.")] = False,
    devices: Annotated[int | None, typer.Option(help="Processes of data-parallel training.", show_default=False)] = None,
    report: Annotated[bool, typer.Option(help="Write report.html into the run folder.")] = True,
    json: Json = None,
) -> None:
    """Train one classifier and leave a run folder: weights, scores, predictions, maps, logs and a report.

    Data, recipe and gradient paths are checked first. Ctrl-C leaves a run that `--resume` goes on with.
    """
    from sightline.verbs import train as run_train

    finish(run_train(recipe, data, root, settings, name, runs, start, resume, devices, report), json)


@app.command(epilog="Examples:\n\n    sightline evaluate runs/melanoma-energy\n\n    sightline evaluate runs/melanoma-energy --split test")
def evaluate(
    run: RunPath,
    split: Annotated[list[str], typer.Option(help="Split to score; repeatable. Default: all but train.", show_default=False)] = [],
    json: Json = None,
) -> None:
    """Score a finished run again: classification and localisation with intervals, beside the three levels."""
    from sightline.verbs import evaluate as run_evaluate

    finish(run_evaluate(run, split), json)


@app.command(
    epilog="Examples:\n\n    sightline explain runs/melanoma-energy photo.jpg --out maps\n\n"
    "    sightline explain runs/melanoma-energy *.jpg --out maps --target all\n\n"
    "    sightline explain runs/melanoma-energy photo.jpg --method occlusion"
)
def explain(
    run: RunPath,
    images: Annotated[list[Path], typer.Argument(metavar="IMAGE...", help="Image files.", show_default=False)],
    out: Annotated[Path, typer.Option(help="Folder for overlay PNGs and raw maps (.npy with a .json beside each).")] = Path("maps"),
    target: Annotated[
        str | None, typer.Option(help="Class to explain, or `all`. Default: the predicted class.", show_default=False)
    ] = None,
    colours: Annotated[str, typer.Option(help="Colour map: `default` (colour-blind safe) or `jet` (as in the papers).")] = "default",
    method: Annotated[
        str, typer.Option(help="`map`: its own attention. `occlusion`, `gradient`: what changes its score; work with any run.")
    ] = "map",
    json: Json = None,
) -> None:
    """Show where a trained classifier looks on images of your own."""
    from sightline.verbs import explain as run_explain

    finish(run_explain(run, images, out, target, colours, method), json)


@app.command(
    epilog="Examples:\n\n    sightline gallery runs/featuremaps photo.jpg --out maps\n\n"
    "    sightline gallery runs/featuremaps --layer 6 --layer 7"
)
def gallery(
    run: RunPath,
    images: Annotated[
        list[Path], typer.Argument(metavar="[IMAGE...]", help="Image files. Default: some of the run's data.", show_default=False)
    ] = [],
    out: Annotated[Path, typer.Option(help="Folder for gallery.html.", metavar="DIR")] = Path("gallery"),
    layers: Annotated[
        list[str], typer.Option("--layer", "--layers", help="Layer, by number or name; repeatable. Default: all.", show_default=False)
    ] = [],
    json: Json = None,
) -> None:
    """Show every feature map of every layer over the image, on one page that can be searched and needs no network."""
    from sightline.verbs import gallery as run_gallery

    finish(run_gallery(run, images, out, layers), json)


@app.command(
    epilog="Examples:\n\n    sightline units runs/featuremaps\n\n    sightline units runs/featuremaps --layer 6 --layer 7 --split flipped"
)
def units(
    run: RunPath,
    layers: Annotated[
        list[str], typer.Option("--layer", help="Layer, by number or name; repeatable. Default: the last.", show_default=False)
    ] = [],
    split: Annotated[str | None, typer.Option(help="Split whose images are used. Default: the first test set.", show_default=False)] = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder for units.csv, units.html, units.png. Default: `units` in the run.", metavar="DIR")
    ] = None,
    images: Annotated[int, typer.Option(help="Images at most.", min=2)] = 200,
    top: Annotated[float, typer.Option(help="Share of the positions at which a unit counts as active.", min=0, max=1)] = 0.05,
    effect: Annotated[bool, typer.Option(help="Also switch each unit off and see what the decision loses; takes the longest.")] = True,
    json: Json = None,
) -> None:
    """Name units by what they overlap with beyond chance, and measure what the decision loses without them."""
    from sightline.verbs import units as run_units

    finish(run_units(run, layers, split, out, images, top, effect), json)


@app.command("class-image", epilog="Examples:\n\n    sightline class-image runs/melanoma-energy --class melanoma")
def class_image(
    run: RunPath,
    names: Annotated[list[str], typer.Option("--class", help="Class; repeatable. Default: all.", show_default=False)] = [],
    out: Annotated[Path, typer.Option(help="Folder for the pictures.", metavar="DIR")] = Path("class-images"),
    seed: Annotated[int, typer.Option(help="Of the small random shifts.")] = 0,
    json: Json = None,
) -> None:
    """Draw the image that a classifier takes for a class above all: a caricature of what it has learned."""
    from sightline.verbs import class_image as run_class_image

    finish(run_class_image(run, names, out, seed), json)


@app.command(
    epilog="Examples:\n\n    sightline audit runs/melanoma-energy\n\n"
    "    sightline audit runs/melanoma-energy --split flipped --seconds 300\n\n"
    "    sightline audit runs/own-photos --kind dermoscopy\n\n"
    "    sightline audit runs/melanoma-energy --data isic_archive --root ~/archive --out audit"
)
def audit(
    run: RunPath,
    split: Annotated[str | None, typer.Option(help="Split whose images are used. Default: the first test set.", show_default=False)] = None,
    seconds: Annotated[float, typer.Option(help="After which fewer images are taken; every number says how many.", min=1)] = 120,
    images: Annotated[int, typer.Option(help="Images at most, drawn at random.", min=2)] = 200,
    kind: Annotated[
        str | None,
        typer.Option(
            help="Kind of image, which decides the artefacts that are put in: dermoscopy, ultrasound, xray or photograph. Default: "
            "`data.kind`, else as the data set says, else guessed from the colours.",
            show_default=False,
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder for audit.json and audit.html. Default: `audit` in the run.", metavar="DIR")
    ] = None,
    data: Annotated[str | None, typer.Option(help=f"Other images of the same classes. {DATA_SETS}", show_default=False)] = None,
    root: Root = None,
    json: Json = None,
) -> None:
    """Find out what a classifier relies on: change its images and see what becomes of its answers.

    Covers the region, exchanges the background, puts artefacts in and takes them out, each beside a control; deletes and inserts what its
    maps mark; scrambles its weights to see whether the maps follow. The run itself is not touched.
    """
    from sightline.verbs import audit as run_audit

    finish(run_audit(run, split, seconds, images, kind, out, data, root), json)


@app.command(epilog="Examples:\n\n    sightline compare runs/label-only runs/energy --split test --out comparison")
def compare(
    runs: RunPaths,
    split: Annotated[str | None, typer.Option(help="Split on which they are compared.", show_default=False)] = None,
    out: Annotated[Path, typer.Option(help="Folder for the grid, the curves and the report.")] = Path("comparison"),
    json: Json = None,
) -> None:
    """Put runs side by side: scores, paired differences with intervals and tests, where each of them looks."""
    from sightline.verbs import compare as run_compare

    finish(run_compare(runs, split, out), json)


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
    json: Json = None,
) -> None:
    """Learn masks from annotated images and predict them for images without.

    Nothing is written unless the masks agree with the annotations of images that were held out. Of each image's mask the program then
    decides whether it is kept: one piece, neither tiny nor all of the image, and sure of itself.
    """
    from sightline.verbs import pseudo_mask as run_pseudo_mask

    shortcuts = {"encoder": encoder, "weights": weights, "image_size": image_size, "minimum_dice": minimum_dice}
    finish(run_pseudo_mask(data, root, target, target_root, out, shortcuts, settings), json)


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
    json: Json = None,
) -> None:
    """Say which training images are worth annotating next: those on which the model is unsure.

    Asks about the images whose annotation the run did not have. Patients or lesions take turns. Not shown to beat *--by random*. With
    *spread*, those on which it looks everywhere: worse than random where there is a shortcut, since a model that looks sharply at the
    wrong thing is not found in this way.
    """
    from sightline.verbs import annotate_next as run_annotate_next

    finish(run_annotate_next(run, budget, by, out, seed), json)


app.command(epilog=cli_study.EXAMPLES)(cli_study.study)


@app.command(
    epilog="Examples:\n\n    sightline figure\n\n    sightline figure roc --run runs/label-only --run runs/energy --split test\n\n"
    "    sightline figure feature-maps --run runs/melanoma --unit 6/12 --unit 7/40\n\n    sightline figure diagram --recipe gain"
)
def figure(
    name: Annotated[str | None, typer.Argument(help="Name of a figure; without it, all are listed.", show_default=False)] = None,
    run: Annotated[list[Path], typer.Option(metavar="RUN", help="Run folder; repeatable.", show_default=False)] = [],
    out: Annotated[Path, typer.Option(help="Folder for NAME.png and NAME.pdf.", metavar="DIR")] = Path("figures"),
    split: Annotated[str | None, typer.Option(help="Split of images and scores. Default: the first test set.", show_default=False)] = None,
    images: Annotated[int | None, typer.Option(help="How many images are shown.", show_default=False)] = None,
    id: Annotated[list[str], typer.Option("--id", metavar="ID", help="Image that is shown; repeatable.", show_default=False)] = [],
    label: Annotated[str | None, typer.Option("--class", help="Class that is shown. Default: the last.", show_default=False)] = None,
    colours: Annotated[
        str | None, typer.Option(help="Colour map: `default` (colour-blind safe) or `jet` (as in the papers).", show_default=False)
    ] = None,
    unit: Annotated[
        list[str],
        typer.Option(
            metavar="LAYER/FILTER",
            help="Unit whose map is shown, with the layer by number or name, as in the gallery. Repeatable.",
            show_default=False,
        ),
    ] = [],
    recipe: Annotated[list[str], typer.Option(metavar="NAME", help="Recipe, without a run; repeatable.", show_default=False)] = [],
    json: Json = None,
) -> None:
    """Draw a figure of the papers from your own runs, as PNG and PDF; or list them.

    A figure takes the options that mean something to it and refuses the others.
    """
    from sightline.verbs import figure as run_figure

    given = {"split": split, "images": images, "ids": tuple(id), "label": label, "colours": colours}
    finish(run_figure(name, run, out, given | {"units": tuple(unit), "recipes": tuple(recipe)}), json)


@recipes_app.callback(epilog="Examples:\n\n    sightline recipes\n\n    sightline recipes show energy")
def recipes(context: typer.Context, json: Json = None) -> None:
    """List the recipes, or show one."""
    if context.invoked_subcommand is None:
        from sightline.verbs import list_recipes

        finish(list_recipes(), json)


@recipes_app.command("show", epilog="Examples:\n\n    sightline recipes show energy --set train.epochs=3")
def recipes_show(
    name: Annotated[str, typer.Argument(help="Recipe, or a YAML file.", show_default=False)], settings: Settings = [], json: Json = None
) -> None:
    """Print a recipe with all its settings, as YAML that `train` accepts."""
    from sightline.verbs import show_recipe

    finish(show_recipe(name, settings), json)


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
    from sightline.verbs import check_data

    found = check_data(data, root, recipe, settings)
    finish(found, json)
    if found["problems"]["number"]:
        raise typer.Exit(1)


if __name__ == "__main__":
    main()
