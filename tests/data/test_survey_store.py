"""What a survey saw of files is remembered; losing it costs time, never correctness."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from looked_through import noise

from sightline.data import survey_store
from sightline.data.facts import Facts, examine
from sightline.data.survey import survey
from sightline.data.survey_store import SurveyStore
from sightline.types import Annotation, Record


@pytest.mark.parametrize("content", [b"this is no database" * 100, None])
def test_a_store_that_cannot_be_used_costs_only_time(tmp_path: Path, store: Path, content: bytes | None) -> None:
    if content is None:
        store.parent.write_text("a file where the folder should be", encoding="utf-8")
    else:
        store.parent.mkdir()
        store.write_bytes(content)
    for _ in range(2):
        assert survey([Record("a", noise(tmp_path / "a.png"), "x")], gaze_blur=5).facts["a"].size == (20, 30)


@pytest.fixture(autouse=True)
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(survey_store, "store_folder", lambda: tmp_path / "store")
    return tmp_path / "store" / "survey.sqlite"


def facts(folder: Path, seed: int = 0) -> Facts:
    marks = (Annotation("box", points=((0, 0, 5, 5),)), Annotation("gaze", points=((1.0, 1.0), (99.0, 1.0))))
    seen = examine(Record("a", noise(folder / "a.png", seed), "x", annotations=marks), 5)
    return replace(seen, odd=(("a.png", "mask", "empty"),), deep=("uint16", 0.0, 4095.0))  # type: ignore[arg-type]


def same(one: Facts, other: Facts) -> bool:
    assert one.thumbnail is not None
    assert other.thumbnail is not None
    return replace(one, thumbnail=None) == replace(other, thumbnail=None) and np.array_equal(one.thumbnail, other.thumbnail)


def test_what_is_saved_is_loaded_as_it_was(tmp_path: Path) -> None:
    first, second = facts(tmp_path), facts(tmp_path, 1)
    with SurveyStore() as keeper:
        keeper.save("one", first)
        keeper.save("two", second)
        assert keeper.load(["one"]) == {}, "written on leaving"
    found = SurveyStore().load(["one", "two", "three"])
    assert set(found) == {"one", "two"}
    assert same(found["one"], first)
    assert same(found["two"], second)


def test_a_key_holds_what_was_saved_last(tmp_path: Path) -> None:
    for seed in (0, 1):
        with SurveyStore() as keeper:
            keeper.save("one", facts(tmp_path, seed))
    assert same(SurveyStore().load(["one"])["one"], facts(tmp_path, 1))


def test_what_was_seen_is_kept_after_an_interruption(tmp_path: Path) -> None:
    def interrupted() -> None:
        with SurveyStore() as keeper:
            keeper.save("one", facts(tmp_path))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert list(SurveyStore().load(["one"])) == ["one"]


def test_many_keys_are_asked_for_in_parts(tmp_path: Path) -> None:
    keys = [str(number) for number in range(1201)]
    seen = facts(tmp_path)
    with SurveyStore() as keeper:
        for key in (keys[0], keys[500], keys[-1]):
            keeper.save(key, seen)
    assert set(SurveyStore().load(keys)) == {"0", "500", "1200"}


def test_the_folder_is_the_users_own(tmp_path: Path, store: Path) -> None:
    with SurveyStore() as keeper:
        keeper.save("one", facts(tmp_path))
    assert store.parent.stat().st_mode & 0o777 == 0o700
