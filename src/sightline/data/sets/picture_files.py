"""Finds the pictures that annotation files name: with another system's slashes, from another computer, encoded as in an address."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

from sightline.data.sets.folder_names import is_plain, meaning
from sightline.data.sets.walk import Found, some, walk
from sightline.errors import UserError


class PictureFiles:
    """The pictures below a folder, which is searched once, when a name is not found at once.

    Attributes:
        top: the folder.
        is_whole: the user named the folder, not a file in it: every picture in it belongs to the data set.
    """

    def __init__(self, top: Path, is_whole: bool = True) -> None:
        self.top = top
        self.is_whole = is_whole

    @classmethod
    def of(cls, root: Path) -> PictureFiles:
        """The pictures of a data set that is a folder, or a file with its pictures beside it (or beside its folder `annotations/`)."""
        if root.is_dir():
            return cls(root)
        said = meaning(root.absolute().parent.name)
        return cls(root.parent.parent if said and said.role == "masks" else root.parent, is_whole=False)

    def id(self, path: Path) -> str:
        """What an image is called: its path below `top`."""
        return path.relative_to(self.top).as_posix() if path.is_relative_to(self.top) else path.as_posix()

    @cached_property
    def found(self) -> Found:
        return walk(self.top)

    @cached_property
    def by_name(self) -> dict[str, list[Path]]:
        """Lower-case file name -> pictures."""
        index: dict[str, list[Path]] = defaultdict(list)
        for picture in self.found.pictures:
            index[picture.name.lower()].append(picture)
        return index

    @cached_property
    def by_stem(self) -> dict[str, list[Path]]:
        """File name without suffix -> pictures."""
        index: dict[str, list[Path]] = defaultdict(list)
        for picture in self.found.pictures:
            index[picture.stem].append(picture)
        return index

    @cached_property
    def folder_names(self) -> set[str]:
        return {folder.name for folder in self.found.folders}

    def named(self, name: str, near: Sequence[Path], where: str, split: str | None = None) -> Path | None:
        """The picture of this name; None where there is none.

        First it is looked for in the folders `near`. Then anywhere below `top`, by as much of its path as is found there: of
        `C:\\data\\images\\a.jpg` `images/a.jpg`, or `a.jpg` where there is no folder `images`.

        Args:
            where: names the annotation file in messages.
            split: pictures in folders of other splits do not count; those of this one come first.

        Raises:
            UserError: several pictures bear the name.
        """
        written = [path for path in dict.fromkeys(_paths(name)) if path.name]
        for path in written:
            for folder in near:
                if (folder / path).is_file():
                    return folder / path
        for path in written:
            fits = self._fitting(path, split)
            if len(fits) > 1:
                names = some(picture.relative_to(self.top) for picture in fits)
                raise UserError(where, f"names {name}, which may be {names}", "Keep one of them, or write the folder into the name.")
            if fits:
                return fits[0]
        return None

    def _fitting(self, path: PurePosixPath, split: str | None) -> list[Path]:
        """The pictures below `top` whose paths end with as much of this one as any does, see `named`."""
        steps = [step for step in path.parts if step not in ("/", "..", ".")]
        for start in range(len(steps)):
            if start and steps[start - 1] in self.folder_names:
                break  # its folder is here, without it
            fits = [picture for picture in self.by_name.get(path.name.lower(), []) if _ends_with(picture, steps[start:])]
            if split:
                own = [picture for picture in fits if split_of(picture, self.top) == split]
                fits = own or [picture for picture in fits if split_of(picture, self.top) is None]
            if fits:
                return fits
        return []

    def beside(self, file: Path, stem: str | None = None) -> Path | None:
        """The picture that belongs to an annotation file by its name: in the same folder, or in that of the images (`images/` beside
        `labels/`, at whatever level).

        Raises:
            UserError: several pictures bear the name at that place.
        """
        place = place_of(file, self.top)
        fits = [picture for picture in self.by_stem.get(stem or file.stem, []) if place_of(picture, self.top) == place]
        fits = [picture for picture in fits if picture.parent == file.parent] or self.images(fits) or fits
        if len(fits) > 1:
            names = some(picture.relative_to(self.top) for picture in fits)
            raise UserError(file, f"fits several images by its name: {names}", "Give each image a name of its own.")
        return fits[0] if fits else None

    def images(self, pictures: Sequence[Path]) -> list[Path]:
        """Those that lie in no folder whose name says that masks or annotations lie there."""
        said = {folder: [meaning(step) for step in folder.relative_to(self.top).parts] for folder in {p.parent for p in pictures}}
        return [picture for picture in pictures if not any(one and one.role == "masks" for one in said[picture.parent])]


def split_of(file: Path, top: Path) -> str | None:
    """The owner's split that the folders between `top` and the file tell: of `images/train2017/a.jpg` `train`."""
    said = [meaning(step) for step in file.relative_to(top).parts[:-1]] if file.is_relative_to(top) else []
    return next((one.split for one in said if one and one.split), None)


def place_of(file: Path, top: Path) -> tuple[str, ...]:
    """The folders of a file without those that say whether images or annotations lie there; splits in one spelling."""
    steps = []
    for step in file.relative_to(top).parts[:-1]:
        said = meaning(step)
        if said.split if said else not is_plain(step):
            steps.append(said.split if said and said.split else step)
    return tuple(steps)


def _paths(name: str) -> list[PurePosixPath]:
    """What a name may mean as a path: as it is, with slashes for backslashes, decoded, without address and query."""
    address = re.sub(r"^[a-zA-Z]{2,}://[^/]*|[?#].*$", "", name)
    query = re.search(r"[?&]d=([^&#]+)", name)  # a file that a tool serves from a folder of its own
    ways = [name, address, *([query[1]] if query else [])]
    plain = [way for one in ways for way in (one, unquote(one))]
    return [PurePosixPath(re.sub(r"^[a-zA-Z]:", "", way.replace("\\", "/"))) for way in plain] + [PurePosixPath(way) for way in plain]


def _ends_with(picture: Path, steps: Sequence[str]) -> bool:
    return tuple(step.lower() for step in picture.parts[-len(steps) :]) == tuple(step.lower() for step in steps)
