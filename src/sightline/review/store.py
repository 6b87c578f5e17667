"""Where judgements are kept: one SQLite file with one table, to which rows are only ever added.

A save is answered after the row is on the disk (write-ahead log, `synchronous=FULL`), so that a killed server or a power cut loses nothing
that was answered. Several servers may use one file at a time; SQLite makes each wait for the other. Taking back adds a row, too, with what
was said before, so that the newest row of a reviewer on a case is always what counts.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from threading import RLock
from typing import Any

from sightline.data.annotation import Size
from sightline.review.judgement import Judgement
from sightline.review.store_file import opened_file, refused

_NEWEST = """
SELECT {columns} FROM judgements WHERE seq IN (SELECT max(seq) FROM judgements WHERE model = ? GROUP BY split, id, reviewer) ORDER BY seq
"""
_FIELDS = "seq, split, id, reviewer, at, map, label_doubted, unusable, comment, height, width, threshold, takes_back, blind, shapes"


@dataclass(frozen=True)
class About:
    """What a judgement is about: an image of a split of a run, whose weights are named by their sum.

    Attributes:
        size: (H, W) of the picture.
        threshold: at which the contour of the map was shown.
    """

    run: str
    model: str
    split: str
    id: str
    size: Size
    threshold: float


@dataclass(frozen=True)
class Brief:
    """The newest word of a reviewer on a case, without the shapes."""

    reviewer: str
    map: str | None
    label_doubted: bool
    unusable: bool
    comment: str
    outlined: bool


@dataclass(frozen=True)
class Kept:
    """A row: what was said, by whom and when (UTC).

    Attributes:
        takes_back: number of the row that this one takes back.
        blind: whether nothing was shown of what other reviewers had said of the case; None: kept by a version that did not ask.
    """

    seq: int
    split: str
    id: str
    reviewer: str
    at: str
    said: Judgement
    size: Size
    threshold: float
    takes_back: int | None = None
    blind: bool | None = None

    @property
    def brief(self) -> Brief:
        """Without the shapes."""
        said = self.said
        return Brief(self.reviewer, said.map, said.label_doubted, said.unusable, said.comment, bool(said.shapes))


Overview = dict[tuple[str, str], tuple[Brief, ...]]  # (split, id) -> the newest of each reviewer


class Store:
    """The judgements of one run in a file.

    Args:
        path: of the file; it is made if it is missing.
        model: sum of the run's weights; rows about other weights are left alone.

    Raises:
        UserError: the file cannot be written, or holds something else.
    """

    def __init__(self, path: Path, model: str) -> None:
        self.path, self.model = path, model
        self._lock = RLock()
        self._overview: tuple[tuple[int, int], Overview] | None = None
        self._openings: tuple[tuple[int, int], dict[str, frozenset[tuple[str, str]]]] | None = None
        try:
            self._link = opened_file(path)
        except sqlite3.DatabaseError as error:
            raise refused(path, error) from None

    @property
    def key(self) -> str:
        """Names the weights and the file, for browsers that keep what could not be saved yet."""
        return sha256(f"{self.model}\0{self.path.absolute()}".encode("utf-8", "surrogatepass")).hexdigest()[:16]

    def close(self) -> None:
        """Closes the file; what lies in the log is moved into it."""
        with self._lock:
            self._link.close()

    def add(self, about: About, reviewer: str, change: Callable[[Judgement], Judgement], request: str, open_readers: bool = False) -> Kept:
        """Adds what a reviewer says, which then counts.

        Args:
            change: what the reviewer said so far -> what they say now.
            request: names the save, so that one which is sent twice is kept once.
            open_readers: whether readers are shown what others said before they have spoken.
        """
        with self._writing() as link:
            if known := _of_request(link, request):
                return known
            every = self._of_case(link, about.split, about.id, None)
            rows = [row for row in every if row.reviewer == reviewer]
            others = {row.reviewer: row.said for row in every if row.reviewer != reviewer}
            spoken = any(not said.empty for said in others.values())
            blind = not (spoken and (open_readers or self._has_opened(link, about, reviewer)))
            return self._insert(link, about, reviewer, change(rows[-1].said if rows else Judgement()), request, blind)

    def take_back(self, about: About, reviewer: str, request: str) -> Kept | None:
        """Adds what the reviewer said before the last word that still counts; None: there is nothing to take back."""
        with self._writing() as link:
            if known := _of_request(link, request):
                return known
            counting = _counting(self._of_case(link, about.split, about.id, reviewer))
            if not counting:
                return None
            before, blind = (counting[-2].said, counting[-2].blind) if len(counting) > 1 else (Judgement(), counting[-1].blind)
            return self._insert(link, about, reviewer, before, request, blind, counting[-1].seq)

    def row(self, seq: int) -> Kept:
        """The row of that number."""
        with self._lock:
            return _kept(self._link.execute(f"SELECT {_FIELDS} FROM judgements WHERE seq = ?", (seq,)).fetchone())

    def open(self, about: About, reviewer: str) -> None:
        """Keeps that a reviewer is shown what others said of a case: what they say of it from now on is not blind."""
        with self._writing() as link:
            if not self._has_opened(link, about, reviewer):
                cells = (about.model, about.split, about.id, reviewer, _now())
                link.execute("INSERT INTO openings (model, split, id, reviewer, at) VALUES (?, ?, ?, ?, ?)", cells)

    def _has_opened(self, link: sqlite3.Connection, about: About, reviewer: str) -> bool:
        query = "SELECT 1 FROM openings WHERE model = ? AND split = ? AND id = ? AND reviewer = ?"
        return link.execute(query, (about.model, about.split, about.id, reviewer)).fetchone() is not None

    def opened(self, reviewer: str) -> frozenset[tuple[str, str]]:
        """Split and id of the cases of which the reviewer was shown what others said; read again only after somebody wrote."""
        with self._lock:
            if self._openings is None or self._openings[0] != self._state:
                found: dict[str, frozenset[tuple[str, str]]] = {}
                query = "SELECT reviewer, split, id FROM openings WHERE model = ?"
                for name, split, id in self._link.execute(query, (self.model,)):
                    found[name] = found.get(name, frozenset()) | {(split, id)}
                self._openings = (self._state, found)
            return self._openings[1].get(reviewer, frozenset())

    def of_case(self, split: str, id: str) -> list[Kept]:
        """The newest word of each reviewer on a case, with the shapes."""
        with self._lock:
            newest = {row.reviewer: row for row in self._of_case(self._link, split, id, None)}
        return [row for row in newest.values() if not row.said.empty]

    def newest(self) -> Iterator[Kept]:
        """The newest word of each reviewer on each case, with the shapes; those that were taken back whole are left out."""
        with self._lock:
            rows = self._link.execute(_NEWEST.format(columns=_FIELDS), (self.model,)).fetchall()
        return (kept for kept in map(_kept, rows) if not kept.said.empty)

    def overview(self) -> Overview:
        """The newest words on all cases; read again only after somebody wrote."""
        with self._lock:
            if self._overview is None or self._overview[0] != self._state:
                self._overview = (self._state, self._read_overview())
            return self._overview[1]

    @property
    def _state(self) -> tuple[int, int]:
        """Changes with every write: the first number tells those of other connections, the second those of this one."""
        return self._link.execute("PRAGMA data_version").fetchone()[0], self._link.total_changes

    def _read_overview(self) -> Overview:
        columns = "split, id, reviewer, map, label_doubted, unusable, comment, shapes <> '[]'"
        found: dict[tuple[str, str], tuple[Brief, ...]] = {}
        for split, id, reviewer, verdict, doubted, unusable, comment, outlined in self._link.execute(
            _NEWEST.format(columns=columns), (self.model,)
        ):
            if verdict or doubted or unusable or comment or outlined:
                one = Brief(reviewer, verdict, bool(doubted), bool(unusable), comment, bool(outlined))
                found[split, id] = (*found.get((split, id), ()), one)
        return found

    def _of_case(self, link: sqlite3.Connection, split: str, id: str, reviewer: str | None) -> list[Kept]:
        """All rows of a case, oldest first."""
        query = f"SELECT {_FIELDS} FROM judgements WHERE model = ? AND split = ? AND id = ? AND ifnull(reviewer = ?, 1) ORDER BY seq"
        return [_kept(row) for row in link.execute(query, (self.model, split, id, reviewer))]

    def _insert(
        self,
        link: sqlite3.Connection,
        about: About,
        reviewer: str,
        said: Judgement,
        request: str,
        blind: bool | None,
        takes_back: int | None = None,
    ) -> Kept:
        at = _now()
        cells = {
            "request": request,
            "run": about.run,
            "model": about.model,
            "split": about.split,
            "id": about.id,
            "reviewer": reviewer,
            "at": at,
            **said.model_dump(exclude={"shapes"}),
            "shapes": json.dumps([shape.model_dump(mode="json") for shape in said.shapes]),
            "height": about.size[0],
            "width": about.size[1],
            "threshold": about.threshold,
            "takes_back": takes_back,
            "blind": blind,
        }
        named = ", ".join(f":{name}" for name in cells)
        row = link.execute(f"INSERT INTO judgements ({', '.join(cells)}) VALUES ({named})", cells)
        return Kept(int(row.lastrowid or 0), about.split, about.id, reviewer, at, said, about.size, about.threshold, takes_back, blind)

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """A transaction that is on the disk when it ends."""
        with self._lock:
            try:
                self._link.execute("BEGIN IMMEDIATE")
                try:
                    yield self._link
                    self._link.execute("COMMIT")
                except BaseException:
                    if self._link.in_transaction:
                        self._link.execute("ROLLBACK")
                    raise
            except sqlite3.DatabaseError as error:
                raise refused(self.path, error) from None


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _counting(rows: list[Kept]) -> list[Kept]:
    """Of the rows of a reviewer on a case, those that were not taken back, oldest first."""
    found: list[Kept] = []
    for row in rows:
        if row.takes_back is None:
            found.append(row)
        else:
            found = [one for one in found if one.seq != row.takes_back]
    return found


def _of_request(link: sqlite3.Connection, request: str) -> Kept | None:
    row = link.execute(f"SELECT {_FIELDS} FROM judgements WHERE request = ?", (request,)).fetchone()
    return _kept(row) if row else None


def _kept(row: tuple[Any, ...]) -> Kept:
    seq, split, id, reviewer, at, verdict, doubted, unusable, comment, height, width, threshold, takes_back, blind, shapes = row
    words = {"map": verdict, "label_doubted": bool(doubted), "unusable": bool(unusable), "comment": comment}
    said = Judgement.model_validate(words | {"shapes": json.loads(shapes)})
    return Kept(seq, split, id, reviewer, at, said, (height, width), threshold, takes_back, None if blind is None else bool(blind))
