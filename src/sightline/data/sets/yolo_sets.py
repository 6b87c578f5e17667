"""What stands beside the label files of YOLO: the names of the classes, and which images are of which split."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sightline import yaml_text
from sightline.data.sets import shapes
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
            raise UserError(file, "its names are not a list of names", "Write names: [first, second].") from None
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
                raise UserError(place, f"lists {picture.name} for {split}, but it is also in {splits[picture]}", "Keep it in one of them.")
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


SLACK = 0.01  # beyond 0 and 1: tools round
FEW = 3  # lines: so many triangles by chance
MANY = 40  # numbers; box and key points of one line have no more


def refuse_other_shapes(top: Path, lines: Sequence[Sequence[float]]) -> None:
    """Refuses boxes that are two corners, and outlines that are a box and key points.

    Args:
        top: the folder of the data set.
        lines: the numbers after the class, of every line.

    Raises:
        UserError: some boxes leave the image, read as centre and size, but none does as two corners; outlines of one length whose first
            numbers are a box, while many cross themselves, as outlines do not.
    """
    boxes = [line for line in lines if len(line) in (4, 5)]
    if any(not _is_box(line) for line in boxes) and all(_is_corners(line) for line in boxes):
        reason = "has boxes that leave their images, and would fit them as two corners x0, y0, x1, y1"
        raise UserError(top, reason, "YOLO's boxes are x, y of the centre, width, height: export them so.")
    outlines = [line for line in lines if len(line) > 5]
    if _are_box_and_points(outlines):
        reason = f"has lines of {len(outlines[0])} numbers, which are odd as outlines, and may be a box with key points"
        remedy = "Write their kpt_shape into data.yaml, as [2, 2] for two points of x and y; if they are outlines, draw them anew."
        raise UserError(top, reason, remedy)


def _are_box_and_points(outlines: Sequence[Sequence[float]]) -> bool:
    """All have one length and begin with a box, and a tenth of them cross themselves, or all are triangles."""
    lengths = set(map(len, outlines))
    if len(lengths) != 1 or max(lengths) > MANY or not all(map(_is_box, outlines)):
        return False
    if lengths == {6}:
        return len(outlines) >= FEW and all(_holds(line) for line in outlines)
    crossing = [shapes.crosses_itself(tuple(zip(line[::2], line[1::2], strict=True))) for line in outlines]
    return sum(crossing) >= max(1, len(outlines) / 10)


def _holds(line: Sequence[float]) -> bool:
    """Its point lies in its box."""
    x, y, width, height, column, row = line
    return abs(column - x) <= width / 2 + SLACK and abs(row - y) <= height / 2 + SLACK


def _is_box(line: Sequence[float]) -> bool:
    """It stays in the image, read as centre and size."""
    x, y, width, height = line[:4]
    return min(x - width / 2, y - height / 2) >= -SLACK and max(x + width / 2, y + height / 2) <= 1 + SLACK


def _is_corners(line: Sequence[float]) -> bool:
    return line[0] < line[2] <= 1 + SLACK and line[1] < line[3] <= 1 + SLACK
