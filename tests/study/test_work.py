"""One training of a study: whatever goes wrong is written down and told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sightline.errors import UserError
from sightline.study import work
from sightline.study.cells import Choice
from sightline.study.work import Job, lost


def job(folder: Path, **changed: Any) -> Job:
    return Job("key", "arm, seed 0", {}, ("val",), {}, folder, 1, **changed)


@pytest.mark.parametrize(
    ("error", "last", "lines"),
    [
        (UserError("photo.jpg", "cannot be read", "Remove it."), "photo.jpg: cannot be read. Remove it.", 1),
        (ValueError("deep inside"), "ValueError: deep inside", 5),
    ],
)
def test_a_failure_is_told_on_one_line_and_written_down(
    error: Exception, last: str, lines: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(job: Job, began: float) -> None:
        raise error

    monkeypatch.setattr(work, "_train_and_judge", fails)
    outcome = work.work(job(tmp_path))
    assert (outcome.key, outcome.name, outcome.failure) == ("key", "arm, seed 0", last)
    written = (tmp_path / "failed" / "key.txt").read_text(encoding="utf-8").strip().splitlines()
    assert written[-1] == last
    assert len(written) >= lines, "the traceback, of what is not the user's mistake"
    monkeypatch.setattr(work, "_train_and_judge", lambda job, began: None)
    assert work.work(job(tmp_path)).failure is None
    assert not (tmp_path / "failed" / "key.txt").exists(), "done the second time"


def test_of_a_process_that_is_gone_somebody_else_writes(tmp_path: Path) -> None:
    outcome = lost(job(tmp_path), "its process died")
    assert (outcome.failure, outcome.seconds) == ("its process died", 0.0)
    assert (tmp_path / "failed" / "key.txt").read_text(encoding="utf-8") == "its process died\n"


def test_a_training_that_was_to_choose_and_failed_is_named(tmp_path: Path) -> None:
    waits = job(tmp_path, choice=Choice("first", 5, "random", 0))
    with pytest.raises(UserError, match="has to choose the images to annotate, and was not trained"):
        work._chosen(waits)
