from __future__ import annotations

from pathlib import Path

import pytest

from sightline.engine.run import Run
from sightline.errors import UserError
from sightline.face.opening import needs_data, one_split, opened, opened_all, place_of


def test_an_open_run_stays_as_it_is_unless_its_data_have_moved(run: Run) -> None:
    assert opened(run, "meta") is run
    moved = opened(run, root="/moved")
    assert (moved.path, moved.root, moved.device) == (run.path, Path("/moved"), run.device)
    there = opened(str(run.path), "cpu", "/moved")
    assert (there.path, there.root, str(there.device)) == (run.path, Path("/moved"), "cpu")
    with pytest.raises(UserError, match="is not a run folder"):
        opened(run.path / "logs")


def test_a_root_is_that_of_the_other_data_set_where_one_is_named(run: Run) -> None:
    assert [one.root for one in opened_all([run, run.path], "cpu", None, "/moved")] == [Path("/moved")] * 2
    assert opened_all([run], "cpu", "folder", "/photos") == [run]


def test_the_home_folder_is_written_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/ana")
    assert place_of("~/x") == Path("/home/ana/x")
    assert place_of(None) is None


def test_what_is_for_another_data_set_needs_one() -> None:
    needs_data("folder", classes={"a": "b"})
    needs_data(None, classes=None, images=0)
    with pytest.raises(UserError, match=r"`classes=\.\.\.`: is for another data set"):
        needs_data(None, classes={"a": "b"})


@pytest.mark.parametrize(("given", "split"), [(None, None), ([], None), ("val", "val"), (["val"], "val")])
def test_another_data_set_has_one_part(given: str | list[str] | None, split: str | None) -> None:
    assert one_split(given) == split
    with pytest.raises(UserError, match="`split='test'`"):
        one_split(["val", "test"])
