"""Records and their annotations as the files of other programs, whole or not at all."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from sightline.data.written.entries import Content, entries_of, left_out
from sightline.engine.files import write_whole
from sightline.errors import UserError, nearest
from sightline.results.annotations import WrittenAnnotations
from sightline.types import Record

FILE_OF = {"coco": ".json", "via": ".json", "labelstudio": ".json", "cvat": ".xml"}  # formats of one file, and its suffix
FOLDERS = ("labelme", "yolo", "dicom_seg")  # formats of a folder of files
FORMATS = (*FILE_OF, *FOLDERS)


def write_annotations(
    records: Sequence[Record], kind: str, out: Path, *, classes: Sequence[str] = (), overwrite: bool = False
) -> WrittenAnnotations:
    """Writes annotations in the format of another program. Pictures are named by their paths, and never copied.

    Args:
        records: images whose pictures are files.
        kind: one of `FORMATS`.
        out: the file; of a format of several files, the folder.
        classes: in the order of their numbers; empty: the labels of the records, sorted.
        overwrite: replace what lies at `out`, if it is an earlier file; a folder is never replaced.

    Raises:
        UserError: an unknown format, something at `out`, a picture that is no file or is not there, an annotation that cannot be drawn on
            its picture, a name that the format cannot hold.
    """
    if kind not in FORMATS:
        raise UserError(f"`to={kind!r}`", "is not a format that can be written", nearest(kind, FORMATS))
    _check_place(out, kind, overwrite)
    writer = import_module(f"sightline.data.written.{kind}")
    entries = entries_of(records)
    names = list(classes) or sorted({record.label for record in records})
    content = writer.content(entries, Path(os.path.abspath(out)), names)
    if kind in FILE_OF:
        ((_, held),) = content
        write_whole(out, lambda partial: partial.write_bytes(held))
        number = 1
    else:
        number = write_folder(out, content)
    notes = [*left_out(entries, getattr(writer, "HAS_POINTS", False)), *(writer.notes(entries) if hasattr(writer, "notes") else [])]
    unknown = sum(not record.annotations for record in records)
    return WrittenAnnotations(format=kind, out=str(out), files=number, images=len(records), unknown=unknown, notes=notes)


def _check_place(out: Path, kind: str, overwrite: bool) -> None:
    """Refuses a place that is not free."""
    if kind in FILE_OF:
        if out.is_dir():
            raise UserError(out, "is a folder", f"Give the name of a {FILE_OF[kind]} file in it.")
        if out.suffix.lower() != FILE_OF[kind]:
            raise UserError(
                out, f"does not end in {FILE_OF[kind]}, by which the files of {kind} are known", f"Call it {out.stem}{FILE_OF[kind]}."
            )
        if out.exists() and not overwrite:
            raise UserError(out, "is there already", "Give another name, or replace it with `overwrite=True`.")
    else:
        check_folder(out)


def check_folder(out: Path) -> None:
    """Refuses a folder in which something lies.

    Raises:
        UserError: it is not empty, or no folder.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise UserError(out, "is there already, and is no empty folder", "Give another name, or remove it.")


def write_folder(out: Path, content: Content) -> int:
    """Fills a folder beside the place, which then takes it in one step; the number of files."""
    out.parent.mkdir(parents=True, exist_ok=True)
    draft = out.with_name(f".{out.name}.{os.getpid()}.partial")
    shutil.rmtree(draft, ignore_errors=True)
    number = 0
    try:
        draft.mkdir()
        for name, held in content:
            path = draft / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(held, Path):
                _link(path, held)
            else:
                path.write_bytes(held)
                number += 1
        if out.is_dir():
            out.rmdir()  # it is empty
        os.replace(draft, out)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return number


def _link(path: Path, picture: Path) -> None:
    if not picture.is_file():
        raise UserError(picture, "no such file", "Add the image, or take it out of the data set.")
    try:
        path.symlink_to(picture)
    except OSError as error:
        reason = f"cannot hold links to pictures ({error.strerror or error})"
        raise UserError(path.parent, reason, "Choose a place on another file system, or another format.") from None
