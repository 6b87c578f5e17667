"""The verbs that show where a network looks: `explain`, `figure`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

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
    needs_data,
)
from sightline.errors import UserError

if TYPE_CHECKING:
    from sightline.engine.run import Run
    from sightline.explain.other_pictures import OtherPictures
    from sightline.report.case_sheet import CaseSheets


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
    images: Annotated[list[Path], typer.Argument(metavar="[IMAGE...]", help="Image files to explain.", show_default=False)] = [],
    out: Annotated[
        Path, typer.Option(help="Folder for pictures of the maps (PNG) and their values (.npy, with a .json beside each).")
    ] = Path("maps"),
    target: Annotated[
        str | None,
        typer.Option(help="Class or finding to explain, or `all`. Default: the predicted class, or each finding.", show_default=False),
    ] = None,
    colours: Annotated[str, typer.Option(help="Colour map: `default` (colour-blind safe) or `jet` (as in the papers).")] = "default",
    method: Annotated[
        str,
        typer.Option(
            help="`map`: the attention map of the run. `occlusion`, `gradient`, `smoothgrad`: pixels that change the score. "
            "`integrated-gradients`, `kernel-shap`, `lrp`: the score shared out among the pixels. All but `lrp` work with any run."
        ),
    ] = "map",
    data: OtherData = None,
    root: OtherRoot = None,
    classes: OtherLabels = [],
    split: Annotated[
        str | None, typer.Option(help="Part of the other data set. Default: its test set, or all of it.", show_default=False)
    ] = None,
    sheet: Annotated[
        bool,
        typer.Option("--sheet", help="Also write a sheet for each image: one HTML page that prints on A4, with all that is said of it."),
    ] = False,
    shown: Annotated[int, typer.Option("--images", help="Number of images of the other data set, class by class in turn.", min=1)] = 8,
    device: Device = "auto",
    json: Json = None,
) -> None:
    """Show where a trained classifier looks on images of your own: files, or with --data some images of a data set."""
    from sightline.cli.console import say, table
    from sightline.engine.run import Run
    from sightline.explain.maps import explain as draw
    from sightline.explain.other_pictures import other_pictures
    from sightline.explain.run_pictures import of_probabilities
    from sightline.paths import expanded

    for option, given in (("--map", classes), ("--split", split), ("--root", root)):
        needs_data(option, given, data)
    if data is not None and images:
        raise UserError(f"--data {data}", "is given beside image files", "Give files, or a data set.")
    trained = Run(run, device)
    found = other_pictures(trained, data, root and expanded(root), split, label_pairs(classes), shown) if data is not None else None
    pictures = [*images] if found is None else found.pictures
    further = _sheets(trained, found, colours) if sheet else None
    written = draw(trained, pictures, out, target=target, cmap=colours, method=method, further=further)
    rows = _rows(written)
    columns = ["image", "map", "class explained", "prediction", "probability"]
    if found is not None:
        maps = len(rows) // len(pictures)  # of each picture, which stand together
        columns, rows = [*columns, "label"], [[*row, found.labels[i // maps]] for i, row in enumerate(rows)]
    table("Where it looks", columns, rows)
    for note in found.notes if found else ():
        say(note)
    for one in [trained.of(name) for name in trained.findings if target in (None, "all", name)] or [trained]:
        say(f"Predictions: {one.decision.words(one.classes)}. {of_probabilities([one])}".strip())
    say(f"{len(written)} files in {out}")
    finish({"run": str(run), "files": [str(path) for path in written]}, json)


def _rows(written: list[Path]) -> list[list[str]]:
    """What the table says of each map, from the facts that were written beside it."""
    from json import loads

    from sightline.cli.console import rounded

    every = [(path, loads(path.read_text(encoding="utf-8"))) for path in written if path.suffix == ".json"]
    return [
        [str(facts.get("image", path.stem)), facts["map"], facts["explained"] or "-", facts["predicted"], rounded(facts["probability"])]
        for path, facts in every
    ]


def _sheets(run: Run, found: OtherPictures | None, colours: str) -> CaseSheets:
    """What writes the sheets, with labels and annotations where the pictures are those of a data set."""
    from sightline.report.case_sheet import CaseSheets

    return CaseSheets(run, cmap=colours) if found is None else CaseSheets(run, found.labels, found.annotations, colours)


@app.command(
    epilog="Examples:\n\n    sightline figure\n\n    sightline figure roc --run runs/label-only --run runs/energy --split test\n\n"
    "    sightline figure roc --run runs/energy --data folder --root ~/other-hospital --map mel=melanoma\n\n"
    "    sightline figure feature-maps --run runs/melanoma --unit 6/12 --unit 7/40\n\n    sightline figure diagram --recipe gain"
)
def figure(
    name: Annotated[
        str | None, typer.Argument(help="Name of the figure. Without a name, all figures are listed.", show_default=False)
    ] = None,
    run: Annotated[list[Path], typer.Option(metavar="RUN", help="Run folder; can be repeated.", show_default=False)] = [],
    out: Annotated[Path, typer.Option(help="Folder for NAME.png and NAME.pdf.", metavar="DIR")] = Path("figures"),
    split: Annotated[
        str | None, typer.Option(help="Split whose images and scores are shown. Default: the first test set.", show_default=False)
    ] = None,
    images: Annotated[int | None, typer.Option(help="Number of images to show.", show_default=False)] = None,
    ids: Annotated[list[str], typer.Option("--id", metavar="ID", help="Id of an image to show; can be repeated.", show_default=False)] = [],
    label: Annotated[str | None, typer.Option("--class", help="Class to show. Default: the last.", show_default=False)] = None,
    colours: Annotated[
        str | None, typer.Option(help="Colour map: `default` (colour-blind safe) or `jet` (as in the papers).", show_default=False)
    ] = None,
    units: Annotated[
        list[str],
        typer.Option(
            "--unit",
            metavar="LAYER/FILTER",
            help="Unit whose feature map is shown; the layer by number or name, as in `gallery`. Can be repeated.",
            show_default=False,
        ),
    ] = [],
    recipes: Annotated[
        list[str],
        typer.Option(
            "--recipe", metavar="NAME", help="Recipe to draw in place of a run (name or YAML file); can be repeated.", show_default=False
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

    A figure refuses options that it does not use. With --data it shows images and scores of another data set, and the command says which
    labels are left out; --split is then one of its parts.
    """
    from sightline.cli.console import say
    from sightline.engine.elsewhere import notes_of
    from sightline.engine.run import Run
    from sightline.explain.figure.draw import draw, listed, on_other_data
    from sightline.explain.figure.kind import Options
    from sightline.paths import expanded

    if name is None:
        found = listed()
        for one in found:
            say(f"{one['name']:16} {one['shows']} [{one['paper']}]")
        say("Draw one: sightline figure NAME --run RUN")
        finish({"figures": found}, json)
        return
    needs_data("--map", classes, data)
    place = root and expanded(root)
    runs = [Run(folder, device, None if data else place) for folder in run]
    options = Options(split, images, tuple(ids), label, colours, tuple(units), tuple(recipes), stretch)
    if data is not None:
        runs, options = on_other_data(name, runs, options, data, place, label_pairs(classes))
    files = [str(path) for path in draw(name, runs, out, options)]
    notes = notes_of(runs)
    for line in (*notes, *files):
        say(line)
    finish({"figure": name, "runs": [str(folder) for folder in run], "files": files, "notes": notes}, json)
