"""A built-in drawn data set as files, whole or not at all."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib.resources import files
from itertools import chain
from math import ceil
from pathlib import Path
from typing import Any

from sightline import catalog
from sightline.data.findings import NONE
from sightline.data.written.drawn import MAIN, content, meanings, tables_of
from sightline.engine.annotation_files import check_folder, write_folder
from sightline.errors import UserError, nearest
from sightline.results.annotations import DrawnFiles
from sightline.types import Record

_COUNTS = ("train", "val", "test")
_KINDS = 4  # of images with two findings
_BLUR = 0.2  # of a gaze map, as a share of the picture's side
_ABOUT = {  # the test sets that show the same patients
    "flipped": "the same patients as in the test set, with the misleading mark on the other pictures",
    "removed": "the same patients as in the test set, without any mark",
}


def write_drawn(
    name: str,
    out: Path,
    *,
    images: int | None = None,
    size: int | None = None,
    annotation: str | None = None,
    options: Mapping[str, Any] = {},
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> DrawnFiles:
    """Draws a built-in data set and writes it as somebody's own images would lie on the disk, with tables that `table` reads.

    Args:
        name: one of `catalog.DRAWN`.
        out: folder; it must be empty or not there.
        images: number of training images; those of the other splits are in proportion. None: as the data set has them.
        size: side of a picture in pixels; None: as the data set has it.
        annotation: what the expert gave: `mask`, `box`, `polygon` or `gaze`; None: as the data set has it.
        options: further options of the data set, which count before the three above.
        progress: called with (done, all) after each image.

    Raises:
        UserError: an unknown data set or option; a folder that is not empty.
    """
    if name not in catalog.DRAWN:
        known = "is not drawn: its pictures are files already" if name in catalog.places("data") else "is not in the catalogue"
        raise UserError(f"data {name!r}", known, nearest(name, catalog.DRAWN))
    check_folder(out)
    reader = catalog.find("data", name)
    given = {"size": size, "annotation": annotation} | _counts(reader, images)
    asked = {key: value for key, value in given.items() if value is not None} | dict(options)
    records: list[Record] = catalog.make("data", name, asked, None, where="data")
    if not records:
        raise UserError(f"data {name!r}", "has no images with these options", "Ask for one image or more.")
    module = sys.modules[reader.__module__]
    classes = _classes(records, getattr(module, "TASKS", {}))
    every = {key: option.default for key, option in catalog.options_of(reader).items()} | asked
    settings = list(_settings(records, classes, module.KIND, every["size"]))
    tables = {table: len(members) for table, members in tables_of(records).items()}
    readme = _readme(name, module, records, classes, every, tables, settings)
    number = write_folder(out, chain(content(records, grey=module.KIND == "xray", progress=progress), [("README.txt", readme.encode())]))
    return DrawnFiles(data=name, out=str(out), images=len(records), files=number, tables=tables, settings=settings)


def _counts(reader: Any, images: int | None) -> dict[str, int]:
    """How many images each split has, if `images` of them are to train with."""
    if images is None:
        return {}
    usual = {key: int(catalog.options_of(reader)[key].default) for key in _COUNTS}
    classes = len(getattr(sys.modules[reader.__module__], "CLASSES", ())) or _KINDS
    share = images / usual["train"]
    return {key: images if key == "train" else classes * ceil(share * usual[key] / classes) for key in _COUNTS}


def _classes(records: Sequence[Record], tasks: Mapping[str, Mapping[str, list[str]]]) -> list[str]:
    """In the order of the data set's first task; findings in theirs."""
    first = next(iter(tasks.values()), {})
    return list(records[0].findings) or list(first) or sorted({record.label for record in records} - {NONE})


def _settings(records: Sequence[Record], classes: Sequence[str], kind: str, size: int) -> Iterator[str]:
    """What the tables cannot say, and a training has to be told."""
    if not records[0].findings and list(classes) != sorted(classes):
        yield f"data.classes={{{', '.join(f'{name}: [{name}]' for name in classes)}}}"
    if any(mark.kind == "gaze" for record in records for mark in record.annotations):
        yield f"data.gaze_blur={round(_BLUR * size) | 1}"
    yield f"data.kind={kind}"


def _readme(
    name: str,
    module: Any,
    records: Sequence[Record],
    classes: Sequence[str],
    options: Mapping[str, Any],
    tables: Mapping[str, int],
    settings: Sequence[str],
) -> str:
    from jinja2 import Environment

    template = files("sightline.data.written").joinpath("drawn_readme.txt.j2").read_text(encoding="utf-8")
    title, _, words = module.__doc__.partition("\n\n")
    environment = Environment(trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True, autoescape=False)
    columns = meanings(records, classes)
    return environment.from_string(template).render(
        title=title.replace("\n", " "),
        words=words.strip(),
        name=name,
        images=len(records),
        size=options["size"],
        options={key: value for key, value in options.items() if value is not None},
        tables=tables,
        further=[table for table in tables if table != MAIN],
        about=_ABOUT,
        columns=columns,
        width=max(map(len, columns)) + 1,
        settings=settings,
    )
