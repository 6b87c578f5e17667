"""The files that a table names: found whatever system wrote their paths, or else said once, with what is nearly there."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

from sightline.errors import UserError

SEARCHED = 100_000  # files that are looked through for what is nearly there
TEXTS = {".csv", ".tsv", ".txt", ".json", ".jsonl", ".xml", ".yaml", ".yml", ".md", ".html", ".xlsx"}
WHAT = (
    "upper and lower case differ",
    "the ending differs",
    "it lies in another folder",
    "it lies in another folder, and the ending differs",
    "leading zeros are lost, as in spreadsheets",
)


class Files:
    """Finds the files of a table, and remembers those that are not there.

    Args:
        table: the file to whose folder their names are relative.
    """

    def __init__(self, table: Path) -> None:
        self.table, self.folder = table, table.parent
        self.missing: dict[str, list[tuple[int, str]]] = {}  # column -> (line, name)

    def find(self, name: str, column: str, line: int) -> Path | None:
        """The file, with its backslashes read as slashes, or None: it is remembered as missing.

        Raises:
            UserError: a name that no file can have, or a folder that must not be looked into.
        """
        for spelling in _spellings(name):
            try:
                if (self.folder / spelling).is_file():
                    return self.folder / spelling
            except (OSError, ValueError) as error:
                why = error.strerror if isinstance(error, OSError) else str(error)
                shown = name if len(name) <= 100 else f"{name[:100]}..."
                raise UserError(
                    f"{self.table} line {line}", f"{column} file {shown!r} cannot be looked up ({why})", "Check the cell."
                ) from None
        self.missing.setdefault(column, []).append((line, name))
        return None

    def problems(self) -> list[UserError]:
        """What is missing in each column, said once, with the number of rows."""
        found = []
        for column, rows in self.missing.items():
            line, name = rows[0]
            reason = f"{column} file {self.folder / posix(name)} does not exist"
            reason += f", nor do those of {len(rows) - 1} more cells of this column" if len(rows) > 1 else ""
            near = self._near(name, column)
            remedy = f"File names are relative to {self.folder}."
            if near:
                remedy = f"There is {near[0]}: {near[1]}."
            elif (self.folder / posix(name)).exists():
                reason, remedy = f"{column} {self.folder / posix(name)} is no file", "Name a file."
            found.append(UserError(f"{self.table} line {line}", reason, remedy))
        return found

    def _near(self, name: str, column: str) -> tuple[str, str] | None:
        """(a file that may be meant, what has to be done)."""
        path = PurePosixPath(posix(name))
        if not path.name:
            return None
        for start, what in ((self.folder.parent, "the folder above the table's"), (Path.cwd(), "the working directory")):
            if start != self.folder and not path.is_absolute() and (start / path).is_file():
                return str(start / path), f"the name is relative to {what}; write it relative to {self.folder}"
        alike = [(*rank, there) for there in self._there(column) if (rank := _alike(path, PurePosixPath(there)))]
        if not alike:
            return None
        kind, _, found = min(alike)
        return found, f"{WHAT[kind]}; write names as they are, relative to {self.folder}"

    def _there(self, column: str) -> Iterator[str]:
        """The files below the table's folder that may be of the kind of a column, relative to it."""
        seen = 0
        for folder, inner, files in os.walk(self.folder):
            inner[:] = sorted(name for name in inner if not name.startswith("."))
            for name in sorted(files):
                seen += 1
                if seen > SEARCHED:
                    return
                text = PurePosixPath(name).suffix.lower() in TEXTS
                if (column == "gaze") == text and not name.startswith("."):
                    yield Path(folder, name).relative_to(self.folder).as_posix()


def posix(name: str) -> str:
    """A path with slashes, whichever system wrote it."""
    return name.replace("\\", "/")


def _spellings(name: str) -> list[str]:
    """A name as it is written, with slashes, and with accents as one or as two characters, as Macs write them."""
    forms = (unicodedata.normalize(form, posix(name)) for form in ("NFC", "NFD"))
    return list(dict.fromkeys((name, posix(name), *forms)))


def _alike(path: PurePosixPath, there: PurePosixPath) -> tuple[int, int] | None:
    """How a file is like the one that is looked for: (place in `WHAT`, less the number of folders that agree); None if it is not."""
    stems = {_key(path.name), _key(path.stem)}
    if _key(there.name) == _key(path.name):
        ending = 0
    elif _key(there.stem) in stems:
        ending = 1
    elif _number(path) is not None and _number(path) == _number(there):
        return len(WHAT) - 1, 0
    else:
        return None
    folders = [_key(part) for part in path.parts[:-1]], [_key(part) for part in there.parts[:-1]]
    agreeing = 0
    for written, found in zip(reversed(folders[0]), reversed(folders[1]), strict=False):
        if written != found:
            break
        agreeing += 1
    return ending + (0 if folders[0] == folders[1] else 2), -agreeing


def _number(path: PurePosixPath) -> int | None:
    """The number that a name without its ending is."""
    return int(path.stem) if re.fullmatch(r"\d{1,18}", path.stem, re.ASCII) else None


def _key(name: str) -> str:
    return unicodedata.normalize("NFC", unquote(name)).casefold()
