"""The verbs that show where a network looks: `explain`, `figure`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sightline.cli.groups import app
from sightline.cli.options import (
    Device,
    Json,
    OtherData,
    OtherLabels,
    OtherRoot,
    RunPath,
    finish,
    label_pairs,
)


@app.command(
    epilog="Examples:\n\n    sightline explain runs/melanoma-energy photo.jpg --out maps\n\n"
    "    sightline explain runs/melanoma-energy *.jpg --out maps --target all\n\n"
    "    sightline explain runs/chest chest.png --target effusion\n\n"
    "    sightline explain runs/melanoma-energy photo.jpg --method occlusion\n\n"
    "    sightline explain runs/melanoma-energy photo.jpg --sheet\n\n"
    "    sightline explain runs/melanoma-energy photo.jpg --method kernel-shap --out maps\n\n"
    "    sightline explain runs/melanoma-energy --data folder --root ~/other-hospital --map mel=melanoma --images 12"
)
def explain(
    run: RunPath,
    pictures: Annotated[list[Path], typer.Argument(metavar="IMAGE...", help="Image files to explain.", show_default=False)] = [],
    out: Annotated[
        Path,
        typer.Option(help="Folder for pictures of the maps (PNG) and their values (.npy, with a .json beside each).", metavar="DIR"),
    ] = Path("maps"),
    target: Annotated[
        str | None,
        typer.Option(
            help="Class or finding to explain, or `all`. Default: the predicted class, or each finding.", metavar="NAME", show_default=False
        ),
    ] = None,
    colours: Annotated[
        str, typer.Option(help="Colour map: `default` (colour-blind safe) or `jet` (as in the papers).", metavar="NAME")
    ] = "default",
    method: Annotated[
        str,
        typer.Option(
            help="`map`: the attention map of the run. `occlusion`, `gradient`, `smoothgrad`: pixels that change the score. "
            "`integrated-gradients`, `kernel-shap`, `lrp`: how much each pixel contributes to the score. All but `lrp` work with any run.",
            metavar="NAME",
        ),
    ] = "map",
    data: OtherData = None,
    root: OtherRoot = None,
    classes: OtherLabels = [],
    split: Annotated[
        str | None,
        typer.Option(help="Part of the other data set. Default: its test set, or all of it.", metavar="NAME", show_default=False),
    ] = None,
    sheet: Annotated[
        bool,
        typer.Option(
            "--sheet",
            help="Also write a sheet for each image, an HTML page that prints on A4: picture, map, outline, probabilities, decision, "
            "model, limits.",
        ),
    ] = False,
    images: Annotated[
        int, typer.Option(help="Number of images of the other data set, taken from each class in turn.", metavar="N", min=1)
    ] = 8,
    device: Device = "auto",
    json: Json = None,
) -> None:
    """Show where a trained classifier looks on images of your own: files, or with --data some images of a data set."""
    from sightline.cli.console import rounded, say, table
    from sightline.explain.run_pictures import of_probabilities
    from sightline.face.opening import opened
    from sightline.face.show import explain as draw

    trained = opened(run, device)
    found = draw(
        trained,
        pictures,
        target,
        out=out,
        method=method,
        colours=colours,
        data=data,
        root=root,
        split=split,
        classes=label_pairs(classes),
        images=images,
        sheet=sheet,
    )
    columns = ["image", "map", "class explained", "prediction", "probability", *(["label"] if data else [])]
    rows = [[one.image, one.map, one.explained or "-", one.predicted, rounded(one.probability), one.label or ""] for one in found.maps]
    table("Where it looks", columns, [row[: len(columns)] for row in rows])
    for note in found.notes:
        say(note)
    for one in [trained.of(name) for name in trained.findings if target in (None, "all", name)] or [trained]:
        say(f"Predictions: {one.decision.words(one.classes)}. {of_probabilities([one])}".strip())
    say(f"{len(found.files)} files in {out}")
    finish({"run": str(run)} | found.to_json(), json)


@app.command(
    epilog="Examples:\n\n    sightline figure\n\n    sightline figure roc --run runs/label-only --run runs/energy --split test\n\n"
    "    sightline figure roc --run runs/energy --data folder --root ~/other-hospital --map mel=melanoma\n\n"
    "    sightline figure feature-maps --run runs/melanoma --unit 6/12 --unit 7/40\n\n    sightline figure diagram --recipe gain"
)
def figure(
    name: Annotated[
        str | None,
        typer.Argument(help="Name of the figure. Without a name, all figures are listed.", metavar="NAME", show_default=False),
    ] = None,
    run: Annotated[list[Path], typer.Option(metavar="RUN", help="Run folder; can be repeated.", show_default=False)] = [],
    out: Annotated[Path, typer.Option(help="Folder for NAME.png and NAME.pdf.", metavar="DIR")] = Path("figures"),
    split: Annotated[
        str | None,
        typer.Option(help="Split whose images and scores are shown. Default: the first test set.", metavar="NAME", show_default=False),
    ] = None,
    images: Annotated[int | None, typer.Option(help="Number of images to show.", metavar="N", show_default=False)] = None,
    ids: Annotated[list[str], typer.Option("--id", metavar="ID", help="Id of an image to show; can be repeated.", show_default=False)] = [],
    label: Annotated[
        str | None, typer.Option("--class", help="Class to show. Default: the last.", metavar="NAME", show_default=False)
    ] = None,
    colours: Annotated[
        str | None,
        typer.Option(help="Colour map: `default` (colour-blind safe) or `jet` (as in the papers).", metavar="NAME", show_default=False),
    ] = None,
    units: Annotated[
        list[str],
        typer.Option(
            "--unit",
            metavar="LAYER/FILTER",
            help="Unit (single filter) whose feature map is shown; 'sightline gallery' numbers layers and filters. Can be repeated.",
            show_default=False,
        ),
    ] = [],
    recipes: Annotated[
        list[str],
        typer.Option(
            "--recipe",
            metavar="NAME",
            help="Recipe (name or YAML file) that the figure draws in place of a run; can be repeated.",
            show_default=False,
        ),
    ] = [],
    stretch: Annotated[
        bool, typer.Option("--stretch", help="Show each map from its lowest to its highest value, as some papers do.")
    ] = False,
    data: OtherData = None,
    root: OtherRoot = None,
    classes: OtherLabels = [],
    device: Device = "auto",
    json: Json = None,
) -> None:
    """Draw a figure of the papers from your own runs, as PNG and PDF; or list all figures.

    A figure refuses options that it does not use. With --data it shows images and scores of another data set, and the command lists the
    labels that are left out; --split then names one of its parts.
    """
    from sightline.cli.console import say
    from sightline.face.drawing import figure as draw
    from sightline.face.drawing import figures

    if name is None:
        found = figures()
        for one in found:
            say(f"{one.name:16} {one.shows} [{one.paper}]")
        say("Draw one: sightline figure NAME --run RUN")
        finish({"figures": [one.to_json() for one in found]}, json)
        return
    notes: list[str] = []
    draw(
        name,
        *run,
        out=out,
        split=split,
        images=images,
        ids=tuple(ids),
        label=label,
        colours=colours,
        units=tuple(units),
        recipes=tuple(recipes),
        stretch=stretch,
        data=data,
        root=root,
        classes=label_pairs(classes),
        device=device,
        say=notes.append,
    )
    files = [str(out / f"{name}.{kind}") for kind in ("png", "pdf")]
    for line in (*notes, *files):
        say(line)
    finish({"figure": name, "runs": [str(folder) for folder in run], "files": files, "notes": notes}, json)
