"""The SQLite file of the judgements: its tables, how it is opened, and what is said of one that cannot be."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from sightline.errors import UserError

_VERSION = 2  # of the form of the table
_WAIT = 20.0  # seconds for another server that is writing
_TABLE = (
    """CREATE TABLE judgements (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    request TEXT NOT NULL UNIQUE,
    run TEXT NOT NULL, model TEXT NOT NULL, split TEXT NOT NULL, id TEXT NOT NULL,
    reviewer TEXT NOT NULL, at TEXT NOT NULL,
    map TEXT, label_doubted INTEGER NOT NULL, unusable INTEGER NOT NULL, comment TEXT NOT NULL, shapes TEXT NOT NULL,
    height INTEGER NOT NULL, width INTEGER NOT NULL, threshold REAL NOT NULL,
    takes_back INTEGER REFERENCES judgements (seq))""",
    "CREATE INDEX by_case ON judgements (model, split, id, reviewer, seq)",
    "CREATE TRIGGER never_changed BEFORE UPDATE ON judgements BEGIN SELECT RAISE(ABORT, 'judgements are never changed'); END",
    "CREATE TRIGGER never_removed BEFORE DELETE ON judgements BEGIN SELECT RAISE(ABORT, 'judgements are never removed'); END",
)
_SECOND = (  # what the second version adds
    "ALTER TABLE judgements ADD COLUMN blind INTEGER",
    """CREATE TABLE openings (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    model TEXT NOT NULL, split TEXT NOT NULL, id TEXT NOT NULL, reviewer TEXT NOT NULL, at TEXT NOT NULL)""",
    "CREATE INDEX openings_by_case ON openings (model, split, id, reviewer)",
)


def opened_file(path: Path) -> sqlite3.Connection:
    """A connection to the file of judgements, which is made, or brought to this version, where that is needed.

    Raises:
        UserError: the file holds something else, or its disk cannot keep a write-ahead log.
        sqlite3.DatabaseError: see `refused`.
    """
    # one connection for all threads, which take turns
    link = sqlite3.connect(path, timeout=_WAIT, isolation_level=None, check_same_thread=False)
    if link.execute("PRAGMA journal_mode=WAL").fetchone()[0] != "wal":
        raise UserError(path, "lies on a disk that cannot keep a write-ahead log", "Give a file on a local disk: `store=...`.")
    link.execute("PRAGMA synchronous=FULL")
    link.execute("BEGIN IMMEDIATE")  # two servers that start at the same time make the table once
    version = int(link.execute("PRAGMA user_version").fetchone()[0])
    there = link.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'").fetchall()
    if version > _VERSION or (there and version < 1):
        link.close()
        reason = "was made by a later version of sightline" if version > _VERSION else "holds something other than judgements"
        raise UserError(path, reason, "Update sightline." if version > _VERSION else "Give another file: `store=...`.")
    for statement in (*(() if there else _TABLE), *(_SECOND if version < _VERSION else ())):
        link.execute(statement)
    if version < _VERSION:
        link.execute(f"PRAGMA user_version={_VERSION}")
    link.execute("COMMIT")
    return link


def refused(path: Path, error: sqlite3.DatabaseError) -> UserError:
    """What a user is told of an error of SQLite."""
    reason = str(error).rstrip(".")
    if not isinstance(error, sqlite3.OperationalError):
        return UserError(path, f"is not a file of judgements, or damaged ({reason})", "Give another file: `store=...`.")
    return UserError(path, f"cannot be written ({reason})", "Give a file in a folder that you may write to: `store=...`.")
