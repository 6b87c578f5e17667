"""Remembers what a survey saw of unchanged files, so that a second start is quick. Losing it costs time, never correctness."""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from sightline.data.facts import THUMBNAIL, Facts
from sightline.data.looks import Looks

TABLE = "CREATE TABLE IF NOT EXISTS facts (key TEXT PRIMARY KEY, plain TEXT, thumbnail BLOB)"


def store_folder() -> Path:
    """This user's cache folder in the temporary folder."""
    owner = os.getuid() if hasattr(os, "getuid") else "user"
    return Path(tempfile.gettempdir()) / f"sightline-cache-{owner}"


class SurveyStore:
    """Facts by key in a small SQLite file. Written on leaving, in one go, also after an interruption: runs side by side do not wait."""

    def __init__(self) -> None:
        self._fresh: list[tuple[str, str, bytes]] = []

    def load(self, keys: Sequence[str]) -> dict[str, Facts]:
        """The facts of those keys that are remembered."""
        rows: list[tuple[str, str, bytes]] = []
        with contextlib.suppress(OSError, sqlite3.Error), contextlib.closing(_open()) as file:
            for start in range(0, len(keys), 500):
                some = keys[start : start + 500]
                marks = ",".join("?" * len(some))
                rows += file.execute(f"SELECT key, plain, thumbnail FROM facts WHERE key IN ({marks})", some)
        return {key: _unpacked(plain, pixels) for key, plain, pixels in rows}

    def save(self, key: str, facts: Facts) -> None:
        assert facts.thumbnail is not None
        plain = json.dumps({**vars(facts), "thumbnail": None})
        self._fresh.append((key, plain, facts.thumbnail.tobytes()))

    def __enter__(self) -> SurveyStore:
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError, sqlite3.Error), contextlib.closing(_open()) as file, file:
            file.executemany("INSERT OR REPLACE INTO facts VALUES (?, ?, ?)", self._fresh)


def _open() -> sqlite3.Connection:
    folder = store_folder()
    folder.mkdir(mode=0o700, exist_ok=True)
    connection = sqlite3.connect(folder / "survey.sqlite", timeout=30)
    connection.execute(TABLE)
    return connection


def _unpacked(plain: str, pixels: bytes) -> Facts:
    kept = json.loads(plain)
    tuples = {"size": tuple(kept["size"]), "deep": kept["deep"] and tuple(kept["deep"]), "odd": tuple(map(tuple, kept["odd"]))}
    tuples["gaze"], tuples["looks"] = tuple(kept["gaze"]), Looks(*kept["looks"])
    return Facts(**(kept | tuples | {"thumbnail": np.frombuffer(pixels, np.uint8).reshape(THUMBNAIL, THUMBNAIL)}))
