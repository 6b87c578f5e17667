"""The pictures to predict, one by one: files, all pictures below a folder, or those of a table."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from sightline.config import Data
from sightline.data.frames import count_of, frame_of
from sightline.data.sets.folder_names import image_stems
from sightline.data.sets.mask_look import looks_like_mask
from sightline.data.sets.slices import of_slice
from sightline.data.sets.walk import SUFFIXES, is_hidden
from sightline.data.stacks import is_array
from sightline.data.volumes import Plane, is_nifti
from sightline.errors import UserError
from sightline.predict.listed import listed
from sightline.predict.wanted import Wanted

TABLES = {".csv", ".tsv", ".tab"}


def wanted(places: Sequence[Path], plane: Plane = "axial") -> Iterator[Wanted]:
    """The pictures of files, folders and tables, in this order; those of a folder sorted by name, folder by folder.

    A picture of a folder that is named as the mask of another one there (`a_mask.png` beside `a.png`) and looks like a mask is left out.

    A table is a CSV file with a column `image` (file names relative to the table), and perhaps `mask`, `box` or `polygon`. Folders are read
    when their turn comes, so that there is no limit to the number of pictures.

    Volumes and files with several frames are wanted slice by slice, called `FILE#NUMBER`.

    Args:
        plane: in which volumes are cut.

    Raises:
        UserError: a place that does not exist, a folder without pictures, or a table that cannot be read.
    """
    for one in _pictures(places):
        yield from _each(one, plane)


def plane_of(data: Data) -> Plane:
    """In which plane the volumes of a data set are cut."""
    plane: Plane = data.options.get("plane", "axial")
    return plane


def _pictures(places: Sequence[Path]) -> Iterator[Wanted]:
    for place in places:
        if place.is_dir():
            yield from _of_folder(place)
        elif place.suffix.lower() in TABLES and place.is_file():
            yield from listed(place)
        elif not place.exists():
            raise UserError(place, "does not exist", "Give pictures, folders of pictures, or a table with a column `image`.")
        else:
            yield Wanted(str(place), place)


def _of_folder(top: Path) -> Iterator[Wanted]:
    kinds = (_is_picture, _is_other)  # others count where there are no pictures
    for wanted in kinds:
        found = False
        for path in _files(top):
            if wanted(path):
                found = True
                yield Wanted(str(path), path)
        if found:
            break
    else:
        raise UserError(top, "holds no picture", f"Give a folder of pictures ({', '.join(sorted(SUFFIXES))}).")


def _each(one: Wanted, plane: Plane) -> Iterator[Wanted]:
    """The picture, or of a volume its slices, called `FILE#NUMBER`, with those of its masks."""
    assert isinstance(one.path, Path)
    try:
        slices = count_of(one.path, plane)
        frames = [] if slices is None else [frame_of(one.path, number, plane) for number in range(slices)]
    except UserError:
        frames = []  # reading it says what is wrong
    if not frames:
        yield one
    for frame in frames:
        name = f"{one.name}#{frame.number + 1:0{len(str(len(frames)))}}"
        region = tuple(of_slice(mark, frame) for mark in one.region)
        yield Wanted(name, frame, region, one.note)


def _is_other(path: Path) -> bool:
    return is_array(path) or is_nifti(path)


def _files(top: Path) -> Iterator[Path]:
    for folder, inner, files in os.walk(top, followlinks=True, onerror=_refuse):
        inner[:] = sorted(name for name in inner if not is_hidden(name) and not _leads_back(Path(folder, name)))
        names = [name for name in sorted(files) if not is_hidden(name)]
        stems = {_stem(name) for name in names}
        yield from (path for path in (Path(folder, name) for name in names) if not _is_mask(path, stems))


def _is_mask(path: Path, stems: set[str]) -> bool:
    """Named as the mask of another file of its folder, and no photograph of, say, a lesion that lies nearer."""
    return not stems.isdisjoint(image_stems(_stem(path.name))) and (_is_other(path) or looks_like_mask(path))


def _stem(name: str) -> str:
    """Without its suffixes: `a` of `a.nii.gz`."""
    return name.removesuffix(".gz").rpartition(".")[0] or name


def _leads_back(folder: Path) -> bool:
    """Whether it is a link to a folder above it, which would never end."""
    return folder.is_symlink() and folder.resolve() in folder.absolute().parents


def _is_picture(path: Path) -> bool:
    """By its suffix; DICOM files may have none, or a UID for a name."""
    if path.suffix.lower() in SUFFIXES:
        return True
    if any(map(str.isalpha, path.suffix)):
        return False
    try:
        with path.open("rb") as file:
            return file.read(132)[128:] == b"DICM"
    except OSError:
        return False


def _refuse(error: OSError) -> None:
    raise UserError(error.filename or "folder", f"cannot be opened ({error.strerror})", "Make it readable, or move it away.")
