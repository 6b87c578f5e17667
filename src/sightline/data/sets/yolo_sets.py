"""What stands beside the label files of YOLO: the names of the classes, and which images are of which split."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sightline import yaml_text
from sightline.data.sets.picture_files import PictureFiles
from sightline.data.sets.walk import SUFFIXES
from sightline.data.splits import SPLIT_NAMES
from sightline.errors import UserError

NAME_FILES = {"classes.txt", "class.txt", "classes.names", "names.txt", "obj.names", "predefined_classes.txt"}


def is_names(file: Path) -> bool:
    """A file with the name of a class on each line."""
    return file.name.lower() in NAME_FILES or file.suffix.lower() in (".names", ".labels")


def settings(files: Sequence[Path]) -> tuple[Path, Mapping[str, Any]] | None:
    """The one YAML file that describes a data set (`data.yaml`), and what it says.

    Raises:
        UserError: several of them, or one that is not YAML.
    """
    found = []
    for file in files:
        if file.suffix.lower() in (".yaml", ".yml"):
            content = yaml_text.read(file, "description of a data set")
            if isinstance(content, dict) and "names" in content:
                found.append((file, content))
    if len(found) > 1:
        raise UserError(found[1][0], f"describes a data set, and so does {found[0][0].name}", "Keep one of the two files.")
    return found[0] if found else None


def names_of(files: Sequence[Path], described: tuple[Path, Mapping[str, Any]] | None) -> dict[int, str] | None:
    """Number -> name of the classes; None where nobody names them.

    Raises:
        UserError: two files that name them differently, or names that cannot be read.
    """
    told: dict[Path, dict[int, str]] = {}
    if described:
        file, content = described
        names = content["names"]
        pairs = names.items() if isinstance(names, dict) else enumerate(names) if isinstance(names, list) else None
        try:
            told[file] = {int(number): str(name).strip() for number, name in pairs or [("", "")]}
        except ValueError:
            raise UserError(file, "its names are no list of names", "Write names: [first, second].") from None
    for file in files:
        if is_names(file):
            lines = file.read_text(encoding="utf-8-sig", errors="replace").splitlines()
            told[file] = {number: line.strip() for number, line in enumerate(lines) if line.strip()}
    for file, names in told.items():
        first, expected = next(iter(told.items()))
        if names != expected:
            raise UserError(file, f"names other classes than {first}", "Keep the right one.")
    return next(iter(told.values()), None)


def splits_of(described: tuple[Path, Mapping[str, Any]] | None, pictures: PictureFiles) -> dict[Path, str]:
    """Picture -> split, of those that `data.yaml` or lists such as `train.txt` name; the folders of the others tell it.

    Raises:
        UserError: a picture of two splits, or one on a list that is not there.
    """
    places: list[tuple[str, Path]] = []
    if described:
        file, content = described
        base = Path(str(content.get("path") or ""))
        for key, split in SPLIT_NAMES.items():
            value = content.get(key)
            for place in value if isinstance(value, list) else [value] if isinstance(value, str) else []:
                places += [(split, found) for found in [_found(str(place), base, file.parent, pictures.top)] if found]
    places += [(SPLIT_NAMES[file.stem.lower()], file) for file in pictures.found.others if is_list(file)]
    splits: dict[Path, str] = {}
    for split, place in dict.fromkeys(places):
        for picture in _listed(place, pictures) if place.is_file() else [path for path in pictures.found.pictures if place in path.parents]:
            if splits.setdefault(picture, split) != split:
                raise UserError(place, f"has {picture.name} for {split}, but it is in {splits[picture]} too", "Keep it in one of them.")
    return splits


def is_list(file: Path) -> bool:
    """A file with the path of an image on each line, called after a split."""
    if file.suffix.lower() != ".txt" or file.stem.lower() not in SPLIT_NAMES:
        return False
    with file.open(encoding="utf-8-sig", errors="replace") as lines:
        first = next((line.strip() for line in lines if line.strip()), "")
    return Path(first.replace("\\", "/")).suffix.lower() in SUFFIXES


def _found(place: str, base: Path, folder: Path, top: Path) -> Path | None:
    """The folder or list that a path means: some tools write it from the folder above, others from the data set's own."""
    parts = [part for part in Path(place.replace("\\", "/")).parts if part not in ("..", ".")]
    inner = Path(*parts) if parts else Path()
    tails = [Path(*parts[start:]) for start in range(len(parts))]  # of a path of another computer, what is here
    tried = (folder / base / place, folder / place, folder / base / inner, *(folder / tail for tail in tails))
    real = top.resolve()
    below = [way.resolve().relative_to(real) for way in tried if way.exists() and real in way.resolve().parents]
    return top / below[0] if below else None


def _listed(file: Path, pictures: PictureFiles) -> list[Path]:
    found = []
    for number, line in enumerate(file.read_text(encoding="utf-8-sig", errors="replace").splitlines(), start=1):
        if name := line.strip():
            path = pictures.named(name, [file.parent, pictures.top], f"{file} line {number}")
            if path is None:
                raise UserError(f"{file} line {number}", f"names {name}, which is not there", "Add the image, or take it off the list.")
            found.append(path)
    return found
