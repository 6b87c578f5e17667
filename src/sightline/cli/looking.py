"""The verbs that show where a network looks and what it has learnt: `explain`, `gallery`, `units`, `class-image`, `figure`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sightline.cli.groups import app
from sightline.cli.options import Device, Json, RunPath, finish


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
    device: Device = "auto",
    json: Json = None,
) -> None:
    """Show where a trained classifier looks on images of your own."""
    from json import loads

    from sightline.cli.console import number, say, table
    from sightline.engine.run import Run
    from sightline.explain.maps import explain as draw

    trained = Run(run, device)
    written = draw(trained, images, out, target=target, cmap=colours, method=method)
    sidecars = [path for path in written if path.suffix == ".json"]
    rows = []
    for path in sidecars:
        facts = loads(path.read_text(encoding="utf-8"))
        rows.append(
            [str(facts.get("image", path.stem)), facts["map"], facts["explained"] or "-", facts["predicted"], number(facts["probability"])]
        )
    table("Where it looks", ["image", "map", "class explained", "prediction", "probability"], rows)
    say(f"Predictions: {trained.decision.words(trained.classes)}.")
    say(f"{len(written)} files in {out}")
    finish({"run": str(run), "files": [str(path) for path in written]}, json)


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
    device: Device = "auto",
    json: Json = None,
) -> None:
    """Show every feature map of every layer over the image, on one page that can be searched and needs no network."""
    from sightline.cli.console import say
    from sightline.engine.run import Run
    from sightline.explain.gallery import gallery as draw

    made = draw(Run(run, device), images, out, layers)
    left_out = f" {made.left_out} filters of the widest layers are left out; name layers to see all of theirs." if made.left_out else ""
    say(f"{made.maps} filters of {made.layers} layers on {len(made.images)} images: {made.page}.{left_out}")
    finish({"run": str(run), **vars(made)}, json)


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
    device: Device = "auto",
    json: Json = None,
) -> None:
    """Name units by what they overlap with beyond chance, and measure what the decision loses without them."""
    from sightline.cli.console import Bar, number, say, table
    from sightline.engine.run import Run
    from sightline.explain.units import name_units

    found = name_units(Run(run, device), layers, split, out, images=images, top=top, effect=effect, progress=Bar("switching units off"))
    columns = ["concept", "unit", "IoU", "chance", *(["accuracy without it", "AUC"] if effect else [])]
    rows = []
    for one in found["concepts"]:
        unit = f"{one['number']}/{one['unit']}" if one["named"] else f"none ({one['number']}/{one['unit']})"
        change = [f"{one[k]:+.3f}" for k in ("accuracy", "auc")] if effect else []
        rows.append([one["concept"], unit, number(one["iou"]), number(one["level"]), *change])
    table(f"The best unit of each concept, on {found['images']} images of {found['split']}", columns, rows)
    if found["absent"]:
        say(f"No image shows: {', '.join(found['absent'])}")
    for path in found["files"]:
        say(path)
    finish({"run": str(run)} | found, json)


@app.command("class-image", epilog="Examples:\n\n    sightline class-image runs/melanoma-energy --class melanoma")
def class_image(
    run: RunPath,
    names: Annotated[list[str], typer.Option("--class", help="Class; repeatable. Default: all.", show_default=False)] = [],
    out: Annotated[Path, typer.Option(help="Folder for the pictures.", metavar="DIR")] = Path("class-images"),
    seed: Annotated[int, typer.Option(help="Of the small random shifts.")] = 0,
    device: Device = "auto",
    json: Json = None,
) -> None:
    """Draw the image that a classifier takes for a class above all: a caricature of what it has learned."""
    from sightline.cli.console import number, say, table
    from sightline.engine.run import Run
    from sightline.explain.class_image import class_images

    found = class_images(Run(run, device), names, out, seed=seed)
    rows = [[one["class"], number(one["probability"]), number(one["grey"])] for one in found]
    table("Probability of the class", ["class", "for its image", "for plain grey"], rows)
    for one in found:
        say(one["file"])
    finish({"run": str(run), "images": found}, json)


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
    device: Device = "auto",
    json: Json = None,
) -> None:
    """Draw a figure of the papers from your own runs, as PNG and PDF; or list them.

    A figure takes the options that mean something to it and refuses the others.
    """
    from sightline.cli.console import say
    from sightline.engine.run import Run
    from sightline.explain.figure.draw import draw, listed
    from sightline.explain.figure.kind import Options

    if name is None:
        found = listed()
        for one in found:
            say(f"{one['name']:16} {one['shows']} [{one['paper']}]")
        say("Draw one: sightline figure NAME --run RUN")
        finish({"figures": found}, json)
        return
    options = Options(split=split, images=images, ids=tuple(id), label=label, colours=colours, units=tuple(unit), recipes=tuple(recipe))
    files = [str(path) for path in draw(name, [Run(folder, device) for folder in run], out, options)]
    for path in files:
        say(path)
    finish({"figure": name, "runs": [str(folder) for folder in run], "files": files}, json)
