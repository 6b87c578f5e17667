"""What lies below a folder: pictures, and files of other kinds. Hidden things are left out at every level."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from sightline.data.volumes import is_nifti
from sightline.errors import UserError

SUFFIXES = {
    *(".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".bmp", ".tif", ".tiff", ".webp"),
    *(".pgm", ".ppm", ".pnm", ".pbm", ".dcm", ".dicom", ".ima"),
}
ARRAY = ".npy"
PACKED = {".gz", ".bz2", ".xz"}
SYSTEM = {"__macosx", "@eadir", "$recycle.bin", "system volume information", "lost+found", "thumbs.db", "desktop.ini"}


@dataclass(frozen=True)
class Found:
    """What `walk` found, each sorted.

    Attributes:
        top: the folder that was searched; all paths below begin with it.
        pictures: files with the suffix of a picture, and DICOM files without suffix; where there are none, NumPy arrays (`.npy`) and NIfTI
            volumes, which beside pictures are something else.
        others: all other files.
        hidden: hidden folders, and hidden files with the suffix of a picture; none of them was looked into.
        folders: the visible folders below `top`.
    """

    top: Path
    pictures: tuple[Path, ...]
    others: tuple[Path, ...]
    hidden: tuple[Path, ...]
    folders: tuple[Path, ...]


def is_hidden(name: str) -> bool:
    """Names that operating systems and editors use for themselves (`.ipynb_checkpoints`, `._a.jpg`, `__MACOSX`)."""
    return name.startswith(".") or name.lower() in SYSTEM


def walk(top: Path) -> Found:
    """Everything below a folder. Links are followed, except those that lead back to a folder above them.

    A link to nothing counts as what its suffix says, so that a missing picture is named later on and not passed over here.

    Raises:
        UserError: a folder that cannot be opened.
    """
    pictures: list[Path] = []
    others: list[Path] = []
    hidden: list[Path] = []
    folders: list[Path] = []
    waiting = [(top, frozenset[tuple[int, int]]())]
    while waiting:
        folder, above = waiting.pop()
        above |= {_identity(folder)}
        for entry in _entries(folder):
            path = folder / entry.name
            is_folder = os.path.isdir(path) if entry.is_symlink() else entry.is_dir()
            is_picture = os.path.splitext(entry.name)[1].lower() in SUFFIXES or (not is_folder and _is_nameless_dicom(path))
            if is_hidden(entry.name):
                if is_folder or is_picture:
                    hidden.append(path)
            elif is_folder:
                if _identity(path) not in above:
                    folders.append(path)
                    waiting.append((path, above))
            elif is_picture and not _is_special(path):
                pictures.append(path)
            else:
                others.append(path)
    if not pictures:
        pictures = [path for path in others if _is_array(path)]
        others = [path for path in others if not _is_array(path)]
    return Found(top, *(tuple(sorted(paths)) for paths in (pictures, others, hidden, folders)))


def _is_array(path: Path) -> bool:
    return path.suffix.lower() == ARRAY or is_nifti(path)


def _is_nameless_dicom(path: Path) -> bool:
    """A DICOM file without suffix, or whose name is a UID (`1.2.840.113619`)."""
    if any(map(str.isalpha, os.path.splitext(path.name)[1])) or not os.path.isfile(path):
        return False
    try:
        with path.open("rb") as file:
            return file.read(132)[128:] == b"DICM"
    except OSError:
        return False


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except OSError as error:
        raise UserError(folder, f"cannot be opened ({error.strerror})", "Make it readable, or move it away.") from None


def _identity(folder: Path) -> tuple[int, int]:
    try:
        status = folder.stat()
    except OSError as error:
        raise UserError(folder, f"cannot be opened ({error.strerror})", "Make it readable, or move it away.") from None
    return status.st_dev, status.st_ino


def kinds(files: Iterable[Path]) -> str:
    """Files counted by suffix: `.gif 3, .nii.gz 1`; what is no regular file (a pipe, a device) is called so.

    >>> kinds([])
    ''
    """
    counts = Counter(map(kind_of, files))
    return ", ".join(f"{kind} {number}" for kind, number in counts.most_common())


def kind_of(file: Path) -> str:
    """The suffix of a file in lower case, of a packed one with the suffix before it; or in words that it has none."""
    if _is_special(file):
        return "not a regular file"
    return "".join(file.suffixes[-2:] if file.suffix.lower() in PACKED else [file.suffix]).lower() or "no suffix"


def _is_special(file: Path) -> bool:
    return os.path.exists(file) and not os.path.isfile(file)


def some(names: Iterable[object], most: int = 3) -> str:
    """The first few names of a list, and how many more there are.

    >>> some(["a", "b", "c", "d", "e"])
    'a, b, c and 2 more'
    """
    given = [str(name) for name in names]
    more = len(given) - most
    return ", ".join(given[:most]) + (f" and {more} more" if more > 0 else "")
