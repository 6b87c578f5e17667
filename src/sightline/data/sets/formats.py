"""Recognises by its content which tool wrote an annotation file, for messages that name the right reader."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from sightline.data.sets import export_files
from sightline.data.sets.picture_files import PictureFiles
from sightline.data.sets.walk import some
from sightline.errors import UserError
from sightline.plural import count

SAMPLE = 50  # files of a kind that are looked into
ENDS = 1 << 16  # bytes at the beginning and at the end of a file
KEYS = {  # reader -> words of which all of one group stand in its files
    "via": (("shape_attributes",), ("region_attributes",), ("file_attributes",), ("_via_settings",)),
    "labelme": (("shapes", "imagePath"), ("shapes", "imageData")),
    "labelstudio": (
        *(("rectanglelabels",), ("polygonlabels",), ("brushlabels",), ("from_name",), ("original_width",), ("annotation_id",)),
        ("data", "annotations", "predictions"),
    ),
    "coco": (("images", "file_name", "annotations"), ("images", "file_name", "categories"), ("image_id", "category_id")),
}
WHOLE: dict[str, Callable[[Path], Any]] = {".json": export_files.load_json, ".xml": export_files.load_xml}
YOLO = re.compile(r"\s*\d+(\s+-?(0|1|0?\.\d+|[01]\.\d+|\d(\.\d+)?e-\d+)){4,}\s*", re.IGNORECASE)


def reader_of(file: Path) -> str | None:
    """The name of the reader of `sightline.data.sets` that reads files of this kind; None where there is none."""
    if not file.is_file():
        return None
    try:
        text = _ends(file)
    except OSError:
        return None
    match file.suffix.lower():
        case ".json":
            found = (reader for reader, groups in KEYS.items() for words in groups if all(f'"{word}"' in text for word in words))
            return next(found, None)
        case ".xml":
            return "cvat" if re.search(r"<annotations[\s>]", text) else "voc" if re.search(r"<annotation[\s>]", text) else None
        case ".txt":
            lines = [line for line in text[:ENDS].splitlines() if line.strip()]
            return "yolo" if lines and all(YOLO.fullmatch(line) for line in lines[:-1] or lines) else None
    return None


def advice(file: Path) -> str:
    """A sentence on who reads a file that another reader was given; empty where nobody does."""
    reader = reader_of(file)
    return f"It looks as if data={reader} reads it." if reader else ""


def notes(files: Sequence[Path], own: str) -> list[str]:
    """One sentence for every kind of annotation files among the `files` that the reader `own` passes over."""
    found: dict[tuple[str, str], list[Path]] = {}
    by_suffix: dict[str, list[Path]] = {}
    for file in files:
        by_suffix.setdefault(file.suffix.lower(), []).append(file)
    for suffix, alike in by_suffix.items():
        for file in alike[:: max(1, len(alike) // SAMPLE)]:
            if (reader := reader_of(file)) and reader != own:
                found.setdefault((suffix, reader), []).append(file)
    return [
        f"Annotations that {own} does not read lie among the {suffix} files ({first[0].name}): data={reader} reads them"
        for (suffix, reader), first in found.items()
    ]


def files_of(top: Path, pictures: PictureFiles, reader: str, suffix: str, expected: str) -> tuple[list[Path], list[str]]:
    """The files for a reader, and what is said of others with their suffix.

    Args:
        top: the folder or file that the user named.
        pictures: those that belong to it.
        expected: the layout, for the message.

    Raises:
        UserError: there is none, or a file that is broken.
    """
    if top.is_file():
        if (other := reader_of(top)) != reader:
            if suffix == top.suffix.lower() in WHOLE:
                WHOLE[suffix](top)
            remedy = f"It looks as if data={other} reads it." if other else f"Expected: {expected}"
            raise UserError(top, f"is not a file that data={reader} reads", remedy)
        return [top], []
    found = pictures.found.others if top.is_dir() else ()
    files = [file for file in found if file.suffix.lower() == suffix]
    own = [file for file in files if reader_of(file) == reader]
    others = [file for file in files if file not in set(own)]
    for file in others if suffix in WHOLE else ():
        WHOLE[suffix](file)  # one that is cut short is not known as the reader's own
    if not own:
        hints = "".join(f" {hint}." for hint in notes(found, reader))
        raise UserError(top, "holds no annotations", f"Expected: {expected}{hints}")
    left_out = f"Left out, since not for data={reader}: {count(len(others), f'{suffix} file')} ({some(file.name for file in others)})"
    return own, [left_out] if others else []


def _ends(file: Path) -> str:
    with file.open("rb") as opened:
        start = opened.read(ENDS)
        opened.seek(max(len(start), file.stat().st_size - ENDS))
        return (start + opened.read()).decode("utf-8", errors="replace")
