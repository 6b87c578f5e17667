"""Arguments that several verbs share, and what they do last."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sightline import catalog
from sightline.errors import UserError

if TYPE_CHECKING:
    from sightline.results import Result

KNOWN = ", ".join(catalog.places("data"))
DATA_SETS = f"Data set, or reader of your own data: {KNOWN}."


def _can_be_written(path: Path | None) -> Path | None:
    """Refuses a file for `--json` that could not be written, before the verb does its work."""
    if path is None:
        return None
    there = next(folder for folder in (path.absolute().parent, *path.absolute().parents) if folder.exists())
    if path.is_dir() or (path.exists() and not path.is_file()):
        raise UserError(f"--json {path}", "is a folder, or no regular file", "Give the name of a file.")
    try:
        with TemporaryFile(dir=there):  # what the permissions say is not the whole truth
            pass
    except OSError as error:
        reason = f"cannot be written into {there} ({error.strerror})"
        raise UserError(f"--json {path}", reason, "Give a file in a folder that is yours.") from None
    return path


Json = Annotated[
    Path | None,
    typer.Option("--json", metavar="FILE", help="Also write the results to FILE as JSON, for scripts.", callback=_can_be_written),
]
Runs = Annotated[Path, typer.Option(help="Folder in which the run folder is created.", metavar="DIR")]
Settings = Annotated[
    list[str], typer.Option("--set", metavar="KEY=VALUE", help="Change a setting of the recipe, e.g. train.epochs=3; can be repeated.")
]
Preset = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="Settings that suit most first trainings: `quick` (5 epochs) or `good` (20 epochs), both from pretrained weights. They "
        "replace those of the recipe; --set replaces any of them.",
        show_default=False,
    ),
]
Root = Annotated[Path | None, typer.Option(help="Folder or file that holds the data set.", metavar="DIR")]
Moved = Annotated[
    Path | None,
    typer.Option(
        "--root", help="Folder or file that holds the run's data, if they have moved since the training.", metavar="DIR", show_default=False
    ),
]
Device = Annotated[
    str,
    typer.Option(help="Device to compute on: cpu, cuda, cuda:1, mps, or `auto` (a GPU if there is one, else the CPU).", metavar="DEVICE"),
]
Coverage = Annotated[
    float | None,
    typer.Option(
        help="Share of images whose set of possible classes (conformal set) should contain the right one, e.g. 0.9.",
        metavar="SHARE",
        show_default=False,
    ),
]
ExecutorName = Annotated[
    str, typer.Option("--executor", help="Where the work is done: `local` (this machine) or `ray` (a Ray cluster).", metavar="NAME")
]
Address = Annotated[
    str | None,
    typer.Option(
        help="Address of a running Ray cluster, as host:port; `auto` finds the one of this machine. Default: start a cluster here.",
        metavar="HOST:PORT",
        show_default=False,
    ),
]
By = Annotated[
    list[str],
    typer.Option(
        "--by",
        help="Also score groups of images, divided by a tag such as sex, or by the bins of a number: age=40,60 makes below 40, 40 to 60, "
        "and above; age alone divides at the quartiles. Can be repeated. Default: `evaluate.by` of the recipe.",
        metavar="TAG",
        show_default=False,
    ),
]
ByCompared = Annotated[
    list[str],
    typer.Option(
        "--by",
        help="Also compare within groups of images, divided by a tag such as sex, or by the bins of a number (age=40,60). Can be repeated. "
        "Default: `evaluate.by` of the first run's recipe.",
        metavar="TAG",
        show_default=False,
    ),
]
OtherData = Annotated[
    str | None,
    typer.Option("--data", help=f"Another data set, whose images are used. Known: {KNOWN}.", metavar="NAME", show_default=False),
]
OtherRoot = Annotated[
    Path | None,
    typer.Option(
        "--root",
        help="Folder or file that holds that data set. Without --data: where the run's own data are now, if they have moved.",
        metavar="DIR",
        show_default=False,
    ),
]
OtherLabels = Annotated[
    list[str],
    typer.Option(
        "--map",
        metavar="LABEL=CLASS",
        help="LABEL in the other data set means CLASS of the run; needed only where the names differ. Can be repeated.",
        show_default=False,
    ),
]
Workers = Annotated[
    int | None,
    typer.Option(
        help="Number of trainings at a time. Default: one per accelerator, or one per core if there is none.",
        metavar="N",
        min=1,
        show_default=False,
    ),
]
Threads = Annotated[int, typer.Option(help="Number of CPU threads of each training.", metavar="N", min=1)]
Prevalence = Annotated[
    float | None,
    typer.Option(
        help="Share of your patients that have the last of the two classes, e.g. 0.05: predictive values are given for it.",
        metavar="SHARE",
        show_default=False,
    ),
]
RunPath = Annotated[Path, typer.Argument(metavar="RUN", help="Run folder that 'sightline train' has written.", show_default=False)]
RunPaths = Annotated[
    list[Path], typer.Argument(metavar="RUN...", help="Two or more run folders that 'sightline train' has written.", show_default=False)
]


def label_pairs(texts: list[str]) -> dict[str, str]:
    """What `--map` says.

    >>> label_pairs(["mel=melanoma"])
    {'mel': 'melanoma'}

    Raises:
        UserError: a pair that is none.
    """
    found = {}
    for text in texts:
        label, equals, name = text.rpartition("=")
        if not (equals and label and name):
            raise UserError(f"--map {text}", "is not of the form LABEL=CLASS", "Write for example --map mel=melanoma.")
        found[label] = name
    return found


def finish(result: Result | Mapping[str, Any], json: Path | None) -> None:
    """Writes what the verb printed where `--json` asks for it."""
    if json is not None:
        from sightline.engine.files import write_json

        write_json(json, result)
