"""The verbs that show what a network has learnt, filter by filter: `gallery`, `units`, `class-image`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sightline.cli.groups import app
from sightline.cli.options import Device, Json, Moved, OtherData, OtherLabels, OtherRoot, RunPath, finish, label_pairs
from sightline.plural import count


@app.command(
    epilog="Examples:\n\n    sightline gallery runs/featuremaps photo.jpg --out maps\n\n"
    "    sightline gallery runs/featuremaps --layer 6 --layer 7"
)
def gallery(
    run: RunPath,
    pictures: Annotated[
        list[Path],
        typer.Argument(metavar="IMAGE...", help="Image files. Default: some images of the run's data set.", show_default=False),
    ] = [],
    out: Annotated[Path, typer.Option(help="Folder for gallery.html.", metavar="DIR")] = Path("gallery"),
    layers: Annotated[
        list[str],
        typer.Option(
            "--layer", help="Layer to show, by number or name; can be repeated. Default: all.", metavar="LAYER", show_default=False
        ),
    ] = [],
    root: Moved = None,
    device: Device = "auto",
    json: Json = None,
) -> None:
    """Show every feature map of every layer, laid over the image, on one HTML page that can be searched and works offline."""
    from sightline.cli.console import say
    from sightline.face.learnt import gallery as draw

    made = draw(run, pictures, out, layers, root=root, device=device)
    left_out = f" {made.left_out} filters of the widest layers are left out; name layers to see all of theirs." if made.left_out else ""
    say(f"{made.maps} filters of {made.layers} layers on {len(made.images)} images: {made.page}.{left_out}")
    finish({"run": str(run), **vars(made)}, json)


@app.command(
    epilog="Examples:\n\n    sightline units runs/featuremaps\n\n    sightline units runs/featuremaps --layer 6 --layer 7 --split flipped"
)
def units(
    run: RunPath,
    layers: Annotated[
        list[str],
        typer.Option(
            "--layer", help="Layer to examine, by number or name; can be repeated. Default: the last.", metavar="LAYER", show_default=False
        ),
    ] = [],
    split: Annotated[
        str | None, typer.Option(help="Split whose images are used. Default: the first test set.", metavar="NAME", show_default=False)
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder for units.csv, units.html and units.png. Default: RUN/units.", metavar="DIR")
    ] = None,
    images: Annotated[int, typer.Option(help="Maximum number of images.", metavar="N", min=2)] = 200,
    top: Annotated[
        float,
        typer.Option(
            help="Share of all positions at which a unit counts as active: those with its highest values.", metavar="SHARE", min=0, max=1
        ),
    ] = 0.05,
    effect: Annotated[
        bool, typer.Option(help="Also switch each unit off and measure the change of accuracy and AUC; this takes the most time.")
    ] = True,
    data: OtherData = None,
    root: OtherRoot = None,
    classes: OtherLabels = [],
    device: Device = "auto",
    json: Json = None,
) -> None:
    """Name units (single filters) by the concepts that they overlap with beyond chance, and measure how the scores change without them.

    Concepts are the annotations and other named regions of the images. If the run's own data have no masks or regions, use --data to name a
    data set that has.
    """
    from sightline.cli.console import Bar, rounded, say, table
    from sightline.face.learnt import units as named

    found = named(
        run,
        layers,
        split,
        out,
        images=images,
        top=top,
        effect=effect,
        data=data,
        root=root,
        classes=label_pairs(classes),
        device=device,
        progress=Bar("switching units off"),
    )
    columns = ["concept", "unit", "IoU", "chance", *(["accuracy without it", "AUC"] if effect else [])]
    rows = []
    for one in found.concepts:
        unit = f"{one.number}/{one.unit}" if one.named else f"none ({one.number}/{one.unit})"
        change = ["-" if score is None else f"{score:+.3f}" for score in (one.accuracy, one.auc)] if effect else []
        rows.append([one.concept, unit, rounded(one.iou), rounded(one.level), *change])
    table(f"The best unit of each concept, on {count(found.images, 'image')} of {found.split}", columns, rows)
    if found.absent:
        say(f"No image shows: {', '.join(found.absent)}")
    for line in (*found.notes, *found.files):
        say(line)
    finish({"run": str(run)} | found.to_json(), json)


@app.command(
    "class-image",
    epilog="Examples:\n\n    sightline class-image runs/melanoma-energy --class melanoma\n\n    sightline class-image runs/fm --unit 7/12",
)
def class_image(
    run: RunPath,
    labels: Annotated[
        list[str], typer.Option("--class", help="Class to draw; can be repeated. Default: all.", metavar="NAME", show_default=False)
    ] = [],
    units: Annotated[
        list[str],
        typer.Option(
            "--unit",
            metavar="LAYER/FILTER",
            help="Unit (single filter) to draw in place of classes; 'sightline gallery' numbers layers and filters. Can be repeated.",
            show_default=False,
        ),
    ] = [],
    out: Annotated[Path, typer.Option(help="Folder for the pictures.", metavar="DIR")] = Path("class-images"),
    seed: Annotated[int, typer.Option(help="Random seed of the small shifts of the image during optimisation.", metavar="N")] = 0,
    device: Device = "auto",
    json: Json = None,
) -> None:
    """Draw, for each class, an image that maximises the class score: it exaggerates what the classifier has learned.

    With --unit, the images maximise the mean response of single filters (activation maximisation).
    """
    from sightline.cli.console import rounded, say, table
    from sightline.explain.run_pictures import of_probabilities
    from sightline.face.learnt import class_image as draw
    from sightline.face.opening import opened
    from sightline.results.class_images import ClassImage, UnitImage

    trained = opened(run, device)
    found = draw(trained, labels, units, out, seed=seed)
    if of_units := [one for one in found if isinstance(one, UnitImage)]:
        rows = [[one.unit, rounded(one.response), rounded(one.grey)] for one in of_units]
        table("Mean response of the unit", ["unit", "to its image", "to plain grey"], rows)
    if of_classes := [one for one in found if isinstance(one, ClassImage)]:
        rows = [[one.label, rounded(one.probability), rounded(one.grey)] for one in of_classes]
        table("Probability of the class", ["class", "for its image", "for plain grey"], rows)
        if said := of_probabilities([trained]):
            say(said)
    for one in found:
        say(one.file)
    finish({"run": str(run), "images": [one.to_json() for one in found]}, json)
