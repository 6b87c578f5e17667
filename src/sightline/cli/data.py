"""The verbs about data and annotations: `data check`, `data convert`, `pseudo-mask`, `annotate-next`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sightline.cli.groups import app, data_app
from sightline.cli.options import DATA_SETS, KNOWN, Device, Json, Moved, Root, RunPath, Settings, finish
from sightline.plural import count

FORMATS = "coco, labelme, cvat, via, labelstudio, yolo, dicom_seg"


@data_app.command(
    "check",
    epilog="Examples:\n\n    sightline data check isic2017 --root ~/isic2017\n\n"
    "    sightline data check table --root my.csv --recipe energy --set data.split.val=0.2\n\n"
    "    sightline data check folder --root photos --set train.select=val/loss --json check.json\n\n"
    "Exit status: 0, a training would accept these data; 1, it would refuse them, for the problems that are listed; "
    "2, the command itself is wrong (an unknown data set, recipe or setting, nothing at --root).",
)
def data_check(
    data: Annotated[str, typer.Argument(help=DATA_SETS, metavar="NAME", show_default=False)],
    root: Root = None,
    recipe: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Recipe that you want to train: its name or a YAML file. Default: label-only."),
    ] = None,
    settings: Settings = [],
    json: Json = None,
) -> None:
    """Check a data set as a training would, and list everything that the training would refuse.

    The check counts classes, splits and annotations. It finds missing and broken files, classes without training images, and leaks between
    splits. It also says which simple facts (size of the file, brightness, tags) predict the class. Give the same --recipe and --set as for
    the training. All problems are reported, not only the first; long lists are shortened in the terminal, and --json writes them whole.
    """
    from sightline.cli.console import Bar, say
    from sightline.data.check import lines
    from sightline.face.data_sets import check
    from sightline.overrides import parse_settings

    found = check(data, root, recipe=recipe, say=say, progress=Bar("looking through the images"), **parse_settings(settings))
    for line in lines(found):
        say(line)
    finish(found, json)
    if found.problems.number:
        raise typer.Exit(1)


@data_app.command(
    "convert",
    epilog="Examples:\n\n    sightline data convert --data folder --root photos --to coco --out photos/annotations.json\n\n"
    "    sightline data convert --data via --root via.json --to yolo --out yolo --set data.options.attribute=diagnosis\n\n"
    "What each format holds: docs/annotations.md",
)
def data_convert(
    data: Annotated[str, typer.Option("--data", help=DATA_SETS, metavar="NAME", show_default=False)],
    to: Annotated[str, typer.Option(help=f"Format to write: {FORMATS}.", metavar="FORMAT", show_default=False)],
    out: Annotated[
        Path,
        typer.Option(
            help="File to write (coco, via, labelstudio, cvat), or folder (labelme, yolo, dicom_seg).", metavar="PATH", show_default=False
        ),
    ],
    root: Root = None,
    settings: Annotated[
        list[str],
        typer.Option(
            "--set", metavar="KEY=VALUE", help='How the data are read, e.g. "data.classes={other: [nevus], mel: [mel]}"; can be repeated.'
        ),
    ] = [],
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace an earlier file at --out; a folder is never replaced.")] = False,
    json: Json = None,
) -> None:
    """Write the annotations of a data set in the format of another program.

    Pictures are never copied: the files name them by their paths relative to --out, and a YOLO folder has links to them. The command lists
    what the format cannot hold. An image without annotation stays without.
    """
    from sightline.cli.console import say
    from sightline.face.data_sets import convert
    from sightline.overrides import parse_settings

    written = convert(data, root, to=to, out=out, overwrite=overwrite, **parse_settings(settings))
    for note in written.notes:
        say(note)
    known = written.images - written.unknown
    say(f"{written.out}: {count(written.images, 'image')}, {known} of them annotated")
    finish(written, json)


@app.command(
    "pseudo-mask",
    epilog="Examples:\n\n    sightline pseudo-mask --data isic2017 --root ~/isic2017 --for folder --for-root ~/photos --out masks\n\n"
    "    sightline pseudo-mask --data folder --root ~/photos --out masks --weights imagenet --set epochs=40\n\n"
    "Train with them: sightline train energy --data folder --root ~/photos --set data.roi.pseudo=masks",
)
def pseudo_mask(
    data: Annotated[
        str,
        typer.Option(
            help=f"Data set with annotated images, from which the masks are learnt. Known: {KNOWN}.", metavar="NAME", show_default=False
        ),
    ],
    out: Annotated[Path, typer.Option(help="Folder for the masks; it must not exist yet.", metavar="DIR", show_default=False)],
    root: Root = None,
    for_data: Annotated[
        str | None,
        typer.Option(
            "--for", help="Data set for whose images masks are predicted. Default: the images of --data without annotation.", metavar="NAME"
        ),
    ] = None,
    for_root: Annotated[
        Path | None, typer.Option("--for-root", help="Folder or file that holds the data set of --for.", metavar="DIR")
    ] = None,
    encoder: Annotated[
        str | None, typer.Option(help="Encoder of the U-Net: any convolutional timm network. Default: mobilenetv2_100.", metavar="NAME")
    ] = None,
    weights: Annotated[
        str | None,
        typer.Option(help="Initial weights of the encoder: none (default), imagenet, or a safetensors file.", metavar="none|imagenet|FILE"),
    ] = None,
    image_size: Annotated[
        int | None, typer.Option(help="Side of the U-Net's input image in pixels, a multiple of 32. Default: 192.", metavar="PIXELS")
    ] = None,
    minimum_dice: Annotated[
        float | None,
        typer.Option(help="Smallest mean Dice on held-out images; if it is not reached, nothing is written. Default: 0.7.", metavar="DICE"),
    ] = None,
    settings: Annotated[
        list[str],
        typer.Option("--set", metavar="KEY=VALUE", help="Change a setting, e.g. epochs=40 or data.options={...}; can be repeated."),
    ] = [],
    device: Device = "auto",
    json: Json = None,
) -> None:
    """Train a U-Net on annotated images and predict masks for images without annotation.

    Nothing is written unless the predicted masks agree with the annotations of held-out images. A mask is then kept if it is one piece,
    neither tiny nor as large as the image, and predicted with certainty.
    """
    from sightline.cli.console import Bar, interval, say, table
    from sightline.face.annotating import pseudo_mask as learn
    from sightline.overrides import parse_settings

    found = learn(
        data,
        out,
        root=root,
        for_data=for_data,
        for_root=for_root,
        encoder=encoder,
        weights=weights,
        image_size=image_size,
        minimum_dice=minimum_dice,
        settings=parse_settings(settings),
        device=device,
        say=say,
        progress=Bar,
    )
    scores, counts = found.held_out, found.images
    rows = [
        [name, str(part.n), interval(part.dice), interval(part.jaccard)]
        for name, part in (("all", scores), ("kept", scores.kept), ("dropped", scores.dropped))
    ]
    table("Held-out images", ["masks", "n", "Dice", "Jaccard"], rows)
    say(f"{counts.kept} of {count(counts.predicted, 'mask')} are kept: {out}")
    finish({"out": str(out)} | found.to_json(), json)


@app.command(
    "annotate-next",
    epilog="Examples:\n\n    sightline annotate-next runs/melanoma-energy --budget 50\n\n"
    "    sightline annotate-next runs/melanoma-energy --budget 50 --by uncertainty+spread --out next\n\n"
    "Train with them: sightline train energy --data isic2017 --root ~/isic2017 --set data.annotated=next/annotated.csv",
)
def annotate_next(
    run: RunPath,
    budget: Annotated[int, typer.Option(help="Number of images that you can annotate.", metavar="N", min=1)] = 50,
    by: Annotated[
        str,
        typer.Option(
            help="How images are ranked: `uncertainty` of the prediction, `spread` of the attention map, `uncertainty+spread` or `random`.",
            metavar="NAME",
        ),
    ] = "uncertainty",
    out: Annotated[
        Path | None,
        typer.Option(help="Folder for next.csv, next.png and annotated.csv. Default: RUN/annotate-next.", metavar="DIR"),
    ] = None,
    seed: Annotated[int, typer.Option(help="Random seed, for ties and for --by random.", metavar="N")] = 0,
    root: Moved = None,
    device: Device = "auto",
    json: Json = None,
) -> None:
    """Choose training images to annotate next: those whose prediction is most uncertain.

    The command ranks the training images whose annotation the run did not use, and takes them from different patients or lesions in turn.
    It has not been shown that this beats a random choice (--by random). With --by spread, images are chosen whose attention map is spread
    out. Where there is a shortcut, this is worse than a random choice, since a map that lies sharply on the wrong thing is not chosen.
    """
    from sightline.cli.console import Bar, rounded, say, table
    from sightline.explain.run_pictures import of_probabilities
    from sightline.face.annotating import annotate_next as advise
    from sightline.face.opening import opened

    trained = opened(run, device, root)
    found = advise(trained, budget, by, out, seed=seed, progress=Bar("looking at images without annotation"))
    if found.by != by:
        say(f"{trained.name} has no attention maps: ranked by {found.by} alone.")
    rows = [
        [row.id, row.label, row.predicted, *map(rounded, (row.probability, row.entropy, row.spread, row.score))] for row in found.chosen
    ]
    columns = ["image", "label", "predicted", "probability", "entropy", "spread", "score"]
    table(f"To annotate next, of {count(found.unknown, 'image')} without annotation (by {found.by})", columns, rows)
    say(f"Predictions: {trained.decision.words(trained.classes)}. {of_probabilities([trained])}".strip())
    for path in found.files:
        say(path)
    finish({"run": str(run)} | found.to_json(), json)
