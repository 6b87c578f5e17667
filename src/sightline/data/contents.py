"""What records hold, by digest: the same pictures and annotations have the same one, wherever and whenever they were written."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from sightline.data.survey_store import store_folder
from sightline.types import Annotation, Picture, Record

LENGTH = 16  # hexadecimal digits that are kept: two contents of one data set are never taken for each other
TABLE = "CREATE TABLE IF NOT EXISTS contents (state TEXT PRIMARY KEY, digest TEXT)"


class Content(NamedTuple):
    """Digests of a record's picture, and of all that is marked in it; the second is empty where nothing is."""

    picture: str
    marks: str


def contents(records: Sequence[Record]) -> dict[str, Content]:
    """Record id -> digests of what it holds. A file that cannot be read counts as one of its own kind."""
    files = {path for record in records for picture in _pictures(record) for path in _paths(picture)}
    digests = file_digests(sorted(files))
    return {record.id: Content(_short(_named(record.image, digests)), _marks(record, digests)) for record in records}


def file_digests(paths: Sequence[Path]) -> dict[Path, str]:
    """SHA-256 of files; those that the file system says nobody touched since are remembered. Losing that costs time, never correctness."""
    states = {path: _state(path) for path in paths}
    remembered = _load([state for state in states.values() if state])
    with ThreadPoolExecutor(2) as pool:
        found = dict(zip(paths, pool.map(lambda path: remembered.get(states[path]) or _digest(path), paths), strict=True))
    _save({state: found[path] for path, state in states.items() if state and state not in remembered})
    return found


def _marks(record: Record, digests: Mapping[Path, str]) -> str:
    groups = {"roi": record.annotations, "avoid": record.avoid, **{f"region {name}": marks for name, marks in record.regions.items()}}
    tree = {name: [_mark(mark, digests) for mark in marks] for name, marks in groups.items() if marks}
    return _short(json.dumps(tree, sort_keys=True)) if tree else ""


def _mark(mark: Annotation, digests: Mapping[Path, str]) -> list[object]:
    said: list[object] = [mark.kind, mark.points, mark.source and _named(mark.source, digests)]
    return said if mark.finding is None else [*said, mark.finding]


def _pictures(record: Record) -> Iterator[Picture]:
    yield record.image
    for marks in (record.annotations, record.avoid, *record.regions.values()):
        yield from (mark.source for mark in marks if mark.source)


def _paths(picture: Picture) -> list[Path]:
    """The files that a picture is made of."""
    values = [picture] if isinstance(picture, Path) else getattr(picture, "__dict__", {}).values()
    return [value for value in values if isinstance(value, Path)]


def _named(picture: Picture, digests: Mapping[Path, str]) -> str:
    """Names the pixels; unlike `picture_state`, by what the file holds and not by where it lies and when it was written."""
    if isinstance(picture, Path):
        return digests[picture]
    if not _paths(picture):
        return picture.key
    parts = [(name, digests[value] if isinstance(value, Path) else value) for name, value in vars(picture).items()]
    return f"{type(picture).__qualname__} {parts!r}"


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        return f"unreadable {error.errno}"


def _short(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:LENGTH]


def _state(path: Path) -> str:
    """Changes with every writing, since nobody can set the time of the last change of a file's status; empty where there is no file."""
    try:
        status = os.stat(path)
    except OSError:
        return ""
    parts = (os.path.abspath(path), status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def _load(states: Sequence[str]) -> dict[str, str]:
    rows: list[tuple[str, str]] = []
    with contextlib.suppress(OSError, sqlite3.Error), contextlib.closing(_open()) as file:
        for start in range(0, len(states), 500):
            some = states[start : start + 500]
            marks = ",".join("?" * len(some))
            rows += file.execute(f"SELECT state, digest FROM contents WHERE state IN ({marks})", some)
    return dict(rows)


def _save(found: Mapping[str, str]) -> None:
    rows: Iterable[tuple[str, str]] = [(state, value) for state, value in found.items() if not value.startswith("unreadable")]
    if found:
        with contextlib.suppress(OSError, sqlite3.Error), contextlib.closing(_open()) as file, file:
            file.executemany("INSERT OR REPLACE INTO contents VALUES (?, ?)", rows)


def _open() -> sqlite3.Connection:
    folder = store_folder()
    folder.mkdir(mode=0o700, exist_ok=True)
    connection = sqlite3.connect(folder / "contents.sqlite", timeout=30)
    connection.execute(TABLE)
    return connection
