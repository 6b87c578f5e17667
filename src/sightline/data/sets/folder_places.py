"""Where a picture lies in a folder of classes: in which split and class, and whether its folder holds images or masks."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath

from sightline.data.sets.folder_names import Meaning, image_stems, meaning
from sightline.data.sets.mask_look import looks_like_mask
from sightline.errors import UserError

Steps = tuple[str, ...]  # names of folders, from the top downwards
LOOKED_AT = 8  # pictures of a folder whose name leaves open whether it holds masks


@dataclass(frozen=True)
class Place:
    """Where a picture lies.

    Attributes:
        split: `train`, `val`, `test`; None where no folder says so.
        label: the class; None above the classes.
        inner: the folders below the class.
        outer: the folders above the class that are neither a split nor say what lies there.
    """

    split: str | None
    label: str | None
    inner: Steps
    outer: Steps = ()


class Places:
    """Reads the places of pictures off their paths.

    Folders above or below the classes that say `train`, `images`, `masks` and the like are no classes, as long as those beside them do so
    as well: a class may be called `train` or `mask`.
    """

    def __init__(self, top: Path, pictures: Sequence[Path], masks: Sequence[str] = (), level: int = 1) -> None:
        """
        Args:
            top: the folder of the data set.
            masks: folders of masks below it, or the names that such folders have, in which stars stand for anything.
            level: which of the folders are the classes: the uppermost (1), or those in them (2).

        Raises:
            UserError: there is no such folder.
        """
        self.top = top
        self.level = level
        self.beside: dict[Steps, set[str]] = defaultdict(set)  # folder -> the folders in it that hold pictures
        self.files: dict[Steps, list[Path]] = defaultdict(list)
        self.class_levels: set[Steps] = set()  # folders whose folders are classes
        for picture in pictures:
            steps = self.steps(picture)
            self.files[steps].append(picture)
            for depth, name in enumerate(steps):
                self.beside[steps[:depth]].add(name)
        self.known: dict[Steps, Place] = {}
        folders = [(*above, name) for above, names in list(self.beside.items()) for name in names]
        self.told: set[Steps] = set()
        for one in masks:
            found = {steps for steps in folders if _is_called(steps, PurePath(one).parts)}
            if not found:
                raise UserError("data.options.masks", *_nowhere(one, top))
            self.told |= found
        self.masks = self.told | {steps for steps in folders if self._holds_masks(steps[:-1], steps[-1])}

    def steps(self, file: Path) -> Steps:
        return file.relative_to(self.top).parts[:-1]

    def is_mask(self, file: Path) -> bool:
        """It lies in a folder of masks."""
        return self._is_in(file, self.masks)

    def is_told(self, file: Path) -> bool:
        """It lies in a folder of masks that the user has named."""
        return self._is_in(file, self.told)

    def _is_in(self, file: Path, folders: set[Steps]) -> bool:
        steps = self.steps(file)
        return any(steps[: depth + 1] in folders for depth in range(len(steps)))

    def of(self, file: Path) -> Place:
        """Where the picture lies.

        Raises:
            UserError: splits and classes side by side, or a split within another.
        """
        steps = self.steps(file)
        if steps not in self.known:
            self.known[steps] = self._of(steps)
        return self.known[steps]

    def _of(self, steps: Steps) -> Place:
        split: str | None = None
        label: str | None = None
        inner: list[str] = []
        outer: list[str] = []
        for depth, name in enumerate(steps):
            above = steps[:depth]
            said = self._said(above, name, label is None)
            if said:
                if said.split and split not in (None, said.split):
                    raise UserError(self.top.joinpath(*steps), f"lies in {split!r} and in {said.split!r}", "Keep one of the two folders.")
                split = said.split or split
            elif label is None and len(outer) + 1 < self.level:
                outer.append(name)
            elif label is None:
                self.class_levels.add(above)
                label = name
            else:
                inner.append(name)
        return Place(split, label, tuple(inner), tuple(outer))

    def _said(self, above: Steps, name: str, is_above_classes: bool) -> Meaning | None:
        """What the folder says about its pictures, if it is no class and no folder of the user's own making."""
        own = meaning(name)
        if (*above, name) in self.masks:
            return own or Meaning(None, "masks")
        if own is None:
            return None
        others = [meaning(other) for other in self.beside[above] if (*above, other) not in self.masks]
        if own.role == "images" and len(others) < len(self.beside[above]):
            return own
        if all(other and (other.split or other.role == "images") for other in others):
            return own
        if own.split and is_above_classes and self.beside[(*above, name)] and not self.files[(*above, name)]:
            classes = sorted(other for other in self.beside[above] if meaning(other) is None)
            reason = f"holds the split {name!r} beside {', '.join(map(repr, classes))}"
            raise UserError(self.top.joinpath(*above), reason, "Put every class into a split, or none, and move other folders away.")
        return None

    def _holds_masks(self, above: Steps, name: str) -> bool:
        """A folder named as one of masks, beside one of images, or beside or above images of the same names, or whose pictures look so."""
        own = meaning(name)
        if own is None or own.role != "masks":
            return False
        others = {other: meaning(other) for other in self.beside[above] - {name}}
        if any(said and said.role == "images" for said in others.values()):
            return True
        here = (*above, name)
        mirrors = [above, *((*above, other) for other, said in others.items() if said and own.split and said.split == own.split)]
        return self._mirrors(here, mirrors) or self._looks_different(here)

    def _mirrors(self, here: Steps, folders: Sequence[Steps]) -> bool:
        """One of the folders holds, at the same place below it, an image of the name of a picture below here."""
        for steps, files in self.files.items():
            if steps[: len(here)] == here:
                known = {file.stem for folder in folders for file in self.files.get((*folder, *steps[len(here) :]), [])}
                if any(known.intersection((file.stem, *image_stems(file.stem))) for file in files):
                    return True
        return False

    def _looks_different(self, here: Steps) -> bool:
        """All pictures below here look like masks, and not all others do."""
        inside = [file for steps, files in self.files.items() if steps[: len(here)] == here for file in files]
        outside = [file for steps, files in self.files.items() if steps[: len(here)] != here for file in files]
        return all(map(looks_like_mask, a_few(inside))) and not all(map(looks_like_mask, a_few(outside)))


def _is_called(steps: Steps, names: Steps) -> bool:
    """The last folders bear these names, in which stars stand for anything."""
    last = steps[-len(names) :]
    return len(last) == len(names) and all(
        re.fullmatch(".*".join(map(re.escape, n.split("*"))), s) for s, n in zip(last, names, strict=True)
    )


def _nowhere(wanted: str, top: Path) -> tuple[str, str]:
    """Reason and remedy where nothing bears the name."""
    if "*" in wanted:
        return f"no picture is called {wanted!r}, and no folder", "A star stands for the name of the image."
    return f"there is no folder {wanted!r} with pictures in {top}", "Name a folder, or a pattern: *_mask."


def a_few(files: Sequence[Path], number: int = LOOKED_AT) -> Sequence[Path]:
    """A few of them, from all over the list."""
    return files[:: max(1, len(files) // number)]
