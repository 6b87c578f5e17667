"""The SQLite file of the judgements: how it is opened, and what is said of one that cannot be."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from sightline.errors import UserError
from sightline.review.judgement import Judgement
from sightline.review.store import About, Store
from sightline.review.store_file import opened_file, refused

ABOUT = About("run", "sum", "test", "a/b.png", (30, 48), 0.5)


def say(store: Store, reviewer: str, request: str, said: Judgement) -> None:
    store.add(ABOUT, reviewer, lambda before: said, request)


def test_a_file_of_the_first_version_is_gone_on_with(tmp_path: Path) -> None:
    store = Store(tmp_path / "r.sqlite", "sum")
    say(store, "ana", "r1", Judgement(map="right"))
    for statement in ("DROP TABLE openings", "ALTER TABLE judgements DROP COLUMN blind", "PRAGMA user_version=1"):
        store._link.execute(statement)
    store.close()
    again = Store(tmp_path / "r.sqlite", "sum")
    say(again, "bo", "r2", Judgement(map="wrong"))
    assert {row.reviewer: (row.said.map, row.blind) for row in again.newest()} == {"ana": ("right", None), "bo": ("wrong", True)}


def test_rows_are_never_changed_or_removed(tmp_path: Path) -> None:
    store = Store(tmp_path / "r.sqlite", "sum")
    say(store, "ana", "r1", Judgement(map="right"))
    for statement in ("UPDATE judgements SET map = 'wrong'", "DELETE FROM judgements"):
        with pytest.raises(sqlite3.DatabaseError, match="never"):
            store._link.execute(statement)


def test_other_files_are_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("no database, but long enough to be read as one" * 30, encoding="utf-8")
    with sqlite3.connect(tmp_path / "other.sqlite") as link:
        link.execute("CREATE TABLE patients (name TEXT)")
    with sqlite3.connect(tmp_path / "later.sqlite") as link:
        link.execute("PRAGMA user_version=99")
    for name, why in {
        "text": "not a file of judgements",
        "other.sqlite": "holds something other",
        "later.sqlite": "later version",
        "no/folder.sqlite": "cannot be written",
    }.items():
        with pytest.raises(UserError, match=why):
            Store(tmp_path / name, "sum")


def test_a_new_file_has_this_version_and_waits_for_others(tmp_path: Path) -> None:
    first = opened_file(tmp_path / "r.sqlite")
    again = opened_file(tmp_path / "r.sqlite")
    for link in (first, again):
        assert [link.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous", "user_version")] == ["wal", 2, 2]
        assert link.execute("SELECT count(*) FROM judgements").fetchone() == (0,)
        link.close()


def test_a_disk_without_a_log_is_refused() -> None:
    with pytest.raises(UserError, match="cannot keep a write-ahead log"):
        opened_file(Path(":memory:"))  # which has none either


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (sqlite3.OperationalError("disk I/O error."), "r.sqlite: cannot be written (disk I/O error). Give a file in a folder that you may"),
        (sqlite3.DatabaseError("malformed"), "r.sqlite: is not a file of judgements, or damaged (malformed). Give another file"),
    ],
)
def test_what_sqlite_says_is_put_into_words(error: sqlite3.DatabaseError, said: str) -> None:
    assert str(refused(Path("r.sqlite"), error)).startswith(said)
