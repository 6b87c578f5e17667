"""Where a data set lies, and how its images are named from there."""

from __future__ import annotations

from pathlib import Path

from sightline.data.frames import Frame
from sightline.errors import UserError
from sightline.types import Record


def existing(root: Path | None, layout: str, where: str) -> Path:
    """The data set's folder or file.

    Args:
        layout: what is expected there, in a few words.
        where: who distributes it.

    Raises:
        UserError: nothing given, or nothing there.
    """
    remedy = f"Expected: {layout}. {where}"
    if root is None:
        raise UserError("`root=...`", "is not given", remedy)
    if not root.exists():
        raise UserError(root, "no such file or folder", remedy)
    return root


def existing_folder(root: Path | None, layout: str, where: str) -> Path:
    """As `existing`, of a data set that is never a single file."""
    folder = existing(root, layout, where)
    if not folder.is_dir():
        raise UserError(folder, "is not a folder", f"Expected: {layout}. {where}")
    return folder


def nested(folder: Path) -> Path:
    """The folder, or the one of the same name inside it: archives are often unpacked into X/X."""
    inner = folder / folder.name
    return inner if inner.is_dir() else folder


def image_name(record: Record, root: Path | None) -> str:
    """The path of the picture relative to the folder of the data, or the whole path of one that lies elsewhere; a drawn picture has its id.
    A slice is written `FILE#NUMBER`."""
    picture = record.image
    if not isinstance(picture, Path | Frame):
        return record.id
    path, number = (picture, "") if isinstance(picture, Path) else (picture.path, f"#{picture.number + 1}")
    folder = root.parent if root is not None and root.is_file() else root
    inside = folder is not None and path.is_relative_to(folder)
    return f"{(path.relative_to(folder) if inside and folder else path).as_posix()}{number}"
