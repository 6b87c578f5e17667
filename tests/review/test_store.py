"""Judgements: nothing that was answered is lost, the newest word of each reviewer counts, and rows are only ever added."""

from __future__ import annotations

import os
import signal
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path

from sightline.review.judgement import Box, Judgement
from sightline.review.store import About, Brief, Store

ABOUT = About("run", "sum", "test", "a/b.png", (30, 48), 0.5)
BOX = Box(box=(1, 2, 10, 12))


def say(store: Store, reviewer: str, request: str, about: About = ABOUT, **words: object) -> None:
    store.add(about, reviewer, lambda said: said.model_copy(update=words), request)


def newest(store: Store) -> dict[str, Judgement]:
    return {row.reviewer: row.said for row in store.of_case("test", "a/b.png")}


def test_the_newest_word_of_each_reviewer_counts(tmp_path: Path) -> None:
    store = Store(tmp_path / "r.sqlite", "sum")
    say(store, "ana", "r1", map="right")
    say(store, "bo", "r2", map="wrong", shapes=(BOX,))
    say(store, "ana", "r3", comment="no: “left” lung")
    assert newest(store) == {
        "ana": Judgement(map="right", comment="no: “left” lung"),
        "bo": Judgement(map="wrong", shapes=(BOX,)),
    }
    assert store.overview() == {
        ("test", "a/b.png"): (Brief("bo", "wrong", False, False, "", True), Brief("ana", "right", False, False, "no: “left” lung", False))
    }
    assert [row.reviewer for row in store.newest()] == ["bo", "ana"]
    store.close()


def test_words_are_taken_back_one_by_one(tmp_path: Path) -> None:
    store = Store(tmp_path / "r.sqlite", "sum")
    for request, verdict in (("r1", "right"), ("r2", "wrong")):
        say(store, "ana", request, map=verdict)
    assert store.take_back(ABOUT, "ana", "r3").said.map == "right"
    say(store, "ana", "r4", unusable=True)
    assert [store.take_back(ABOUT, "ana", f"r{n}").said for n in (5, 6)] == [Judgement(map="right"), Judgement()]
    assert store.take_back(ABOUT, "ana", "r7") is None
    assert (newest(store), store.overview(), list(store.newest())) == ({}, {}, [])
    assert store._link.execute("SELECT count(*) FROM judgements").fetchone() == (6,)


def test_a_word_is_blind_until_what_others_said_was_shown(tmp_path: Path) -> None:
    store = Store(tmp_path / "r.sqlite", "sum")

    def said(reviewer: str, request: str, open_readers: bool = False) -> bool | None:
        return store.add(ABOUT, reviewer, lambda said: said.model_copy(update={"comment": request}), request, open_readers).blind

    assert said("ana", "r1", open_readers=True) is True  # there was nothing to be seen
    assert said("bo", "r2") is True
    store.open(ABOUT, "bo")
    store.open(ABOUT, "bo")
    assert store.opened("bo") == {("test", "a/b.png")}
    assert store.opened("ana") == frozenset()
    assert (said("bo", "r3"), said("ana", "r4"), said("cy", "r5", open_readers=True)) == (False, True, False)
    assert store.take_back(ABOUT, "bo", "r6").blind is True  # the word that counts again was blind
    assert {row.reviewer: row.blind for row in store.of_case("test", "a/b.png")} == {"ana": True, "bo": True, "cy": False}


def test_a_save_that_is_sent_twice_is_kept_once(tmp_path: Path) -> None:
    store = Store(tmp_path / "r.sqlite", "sum")
    for _ in range(2):
        say(store, "ana", "r1", map="right")
        assert store.take_back(ABOUT, "ana", "r2").said == Judgement()
    assert store._link.execute("SELECT count(*) FROM judgements").fetchone() == (2,)


def test_other_weights_and_other_servers(tmp_path: Path) -> None:
    first, second, other = (Store(tmp_path / "r.sqlite", model) for model in ("sum", "sum", "another"))
    assert second.overview() == {}
    say(first, "ana", "r1", map="right")
    say(second, "bo", "r2", map="wrong")
    assert newest(first).keys() == newest(second).keys() == {"ana", "bo"}
    assert len(first.overview()["test", "a/b.png"]) == len(second.overview()["test", "a/b.png"]) == 2
    assert other.overview() == {}


def write(file: Path, reviewer: str, times: int, answered: Connection) -> None:
    store = Store(file, "sum")
    for i in range(times):
        about = About("run", "sum", "test", str(i % 7), (30, 48), 0.5)
        store.add(about, reviewer, lambda said, i=i: said.model_copy(update={"comment": str(i)}), f"{reviewer}{i}")  # type: ignore[misc]
        answered.send(i)


def test_nothing_that_was_answered_is_lost_when_two_write_and_one_is_killed(tmp_path: Path) -> None:
    file, fork = tmp_path / "r.sqlite", get_context("fork")
    heard, answered = fork.Pipe(duplex=False)
    killed = fork.Process(target=write, args=(file, "ana", 100_000, answered))
    unheard = fork.Pipe()
    other = fork.Process(target=write, args=(file, "bo", 40, unheard[1]))
    killed.start()
    other.start()
    last = [heard.recv() for _ in range(40)][-1]
    os.kill(killed.pid, signal.SIGKILL)
    killed.join()
    while heard.poll():
        last = heard.recv()
    other.join(60)
    assert (killed.exitcode, other.exitcode) == (-signal.SIGKILL, 0)
    store = Store(file, "sum")
    assert store._link.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    counts = dict(store._link.execute("SELECT reviewer, count(*) FROM judgements GROUP BY reviewer"))
    assert counts["bo"] == 40
    assert counts["ana"] in (last + 1, last + 2)  # it may have been killed between writing and saying so
