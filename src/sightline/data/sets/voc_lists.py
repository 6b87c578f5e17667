"""The lists of a VOC data set (`ImageSets/Main/train.txt`): which images belong to it, and to which split."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

from sightline.data.sets.picture_files import place_of
from sightline.data.sets.walk import SUFFIXES, Found
from sightline.data.splits import SPLIT_NAMES
from sightline.errors import UserError

Steps = tuple[str, ...]


class Lists:
    """The owner's lists below a folder.

    Lists of a split count, whatever their case and spelling (`Train.txt`, `Validation.txt`); `trainval` is training as far as no other
    list says more; lists of a class (`dog_train.txt`) and of everything (`default.txt`) say nothing of splits.
    """

    def __init__(self, found: Found) -> None:
        """
        Raises:
            UserError: an image on the lists of two splits.
        """
        self.by_place: dict[Steps, dict[str, tuple[str, Path]]] = defaultdict(dict)  # folder -> name -> split and list
        files = [file for file in found.others if file.suffix.lower() == ".txt" and _is_list(file)]
        for file in sorted(files, key=lambda file: file.stem.lower() != "trainval"):
            split = SPLIT_NAMES.get(file.stem.lower(), "train")
            names = self.by_place[place_of(_sets(file), found.top)]
            for line in file.read_text(encoding="utf-8-sig", errors="replace").splitlines():
                if not (name := _name(line)):
                    continue
                first, where = names.get(name, (split, file))
                if first != split and where.stem.lower() != "trainval":
                    raise UserError(file, f"lists {name!r}, and so does {where.name}", "Keep every image on the list of one split.")
                names[name] = split, file
        self.used: set[tuple[Steps, str]] = set()

    def split(self, place: Steps, stem: str) -> str | None:
        """The split of an image, by its place without `JPEGImages` and the like; None where no lists are there.

        Raises:
            KeyError: there are lists, and it is on none of them.
        """
        for depth in range(len(place), -1, -1):
            if names := self.by_place.get(place[:depth]):
                for name in ("/".join([*place[depth:], stem]).casefold(), stem.casefold()):
                    if name in names:
                        self.used.add((place[:depth], name))
                        return names[name][0]
                raise KeyError(stem)
        return None

    def refuse_unused(self) -> None:
        """
        Raises:
            UserError: an image on a list of which there is no file.
        """
        for place, names in self.by_place.items():
            for name, (_, file) in names.items():
                if (place, name) not in self.used:
                    raise UserError(file, f"lists {name!r}, but there is no such image", "Add the image, or take it off the list.")


def _sets(file: Path) -> Path:
    return next(above for above in file.parents if above.name.lower() == "imagesets")


def _is_list(file: Path) -> bool:
    above = [step.name.lower() for step in file.parents]
    return above[:2] == ["main", "imagesets"] and file.stem.lower() in {*SPLIT_NAMES, "trainval"}


def _name(line: str) -> str:
    """The image of a line, which may stand there with its folder and suffix, and with 1, 0 or -1 behind it."""
    name = re.sub(r"\s+(-1|0|1)\s*$", "", line.strip()).replace("\\", "/")
    for suffix in SUFFIXES:
        if name.lower().endswith(suffix):
            name = name[: -len(suffix)]
    return re.sub(r"^.*JPEGImages/", "", name, flags=re.IGNORECASE).casefold()
