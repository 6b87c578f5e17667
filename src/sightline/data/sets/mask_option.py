"""What the user says of the masks in a folder of classes: names with stars, folders, or that there are none."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sightline.errors import UserError

OPTION = "data.options={masks: PATTERN or FOLDER} names the masks, a list names several; {masks: none} says that there are none"
NONE = "none"


@dataclass(frozen=True)
class Wanted:
    """What the user calls masks.

    Attributes:
        names: mask -> what a star of its pattern stands for, one of which is the name of its image.
        folders: folders of masks, whose names may hold stars.
        none: there are no masks.
    """

    names: dict[Path, list[str]]
    folders: tuple[str, ...]
    none: bool = False


def wanted(option: str | Sequence[str] | None, pictures: Sequence[Path]) -> Wanted | None:
    """Reads the option `masks`. A pattern that no picture bears is taken for that of a folder; None: the user says nothing.

    Raises:
        UserError: `none` beside others, or an empty list.
    """
    if option is None:
        return None
    given = [option] if isinstance(option, str) else list(option)
    if not given or (NONE in given and len(given) > 1):
        raise UserError("data.options.masks", f"is {given}", "Write one or several patterns or folders, or none alone.")
    if given == [NONE]:
        return Wanted({}, (), none=True)
    known = {name for picture in pictures for name in (picture.name, picture.stem)}
    names: dict[Path, list[str]] = {}
    folders = []
    for one in given:
        found = _bearing(one, pictures, known) if "*" in one else {}
        names |= found
        if not found:
            folders.append(one)
    return Wanted(names, tuple(folders))


def _bearing(pattern: str, pictures: Sequence[Path], known: set[str]) -> dict[Path, list[str]]:
    """The pictures of this name, with or without suffix, and what its stars stand for: the names of pictures, as far as there are."""
    first, *others = map(re.escape, pattern.split("*"))
    shape = re.compile(first + "(.+)" + "(.*)".join(others))
    found: dict[Path, list[str]] = {}
    for file in pictures:
        matches = [match for name in (file.name, file.stem) if (match := shape.fullmatch(name))]
        if matches:
            parts = [[part for part in match.groups() if part] for match in matches]
            named = ([part for part in some if part in known] for some in parts)
            found[file] = next(filter(None, named), parts[-1][:1])  # of the stem, since a star at the end would take the suffix as well
    return found
