"""A study whose files were damaged: what can be made again is, what cannot is said in one line, and no good answer is thrown away."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from tiny_plan import write_plan

from sightline.cli import main
from sightline.engine.read_files import Damaged
from sightline.errors import UserError
from sightline.study.analyse import analyse
from sightline.study.answers import Answers, beside, load, save, save_measured
from sightline.study.folder import Study
from sightline.study.plan import load_plan

N = 12


def some_answers(seed: int = 0) -> Answers:
    p = np.random.default_rng(seed).random(N)
    ids = [f"i{i}" for i in range(N)]
    swapped = np.stack([np.stack([1 - p, p], 1)] * 2)
    tags = {"ruler": np.arange(N) % 2.0}
    return Answers(ids, np.arange(N) % 2, np.stack([1 - p, p], 1), p, ids, tags, {"swapped": swapped})


def told(folder: Path, **changed: object) -> Study:
    """A study of two arms and two seeds whose answers are invented."""
    folder.mkdir(exist_ok=True)
    study = Study(folder / "study", load_plan(write_plan(folder / "p.yaml", scores=["accuracy", "swap_auc"], **changed)))
    study.write_manifest()
    for cell in study.cells:
        path = study.answers(cell.key, "flipped")
        save(some_answers(cell.seed), path)
        save_measured(some_answers(cell.seed).measured["swapped"], path, "swapped")
    return study


@pytest.fixture
def study(tmp_path: Path) -> Study:
    return told(tmp_path)


def folder_instead(path: Path) -> None:
    path.unlink()
    path.mkdir()


def other_arrays(path: Path) -> None:
    with path.open("wb") as file:
        if path.suffix == ".npz":
            np.savez(file, labels=np.arange(3))
        else:
            np.save(file, np.arange(3.0))


DAMAGES: dict[str, Callable[[Path], object]] = {
    "missing": Path.unlink,
    "empty": lambda p: p.write_bytes(b""),
    "cut": lambda p: p.write_bytes(p.read_bytes()[: p.stat().st_size // 2]),
    "garbage": lambda p: p.write_bytes(np.random.default_rng(0).bytes(500)),
    "folder": folder_instead,
    "text": lambda p: p.write_text("[1, 2]", encoding="utf-8"),
    "other": other_arrays,
}


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("measured", [False, True])
def test_damaged_answers_count_as_not_there(study: Study, damage: str, measured: bool) -> None:
    assert study.to_do() == []
    path = study.answers(study.cells[0].key, "flipped")
    DAMAGES[damage](beside(path, "swapped") if measured else path)
    assert [cell.key for cell in study.to_do()] == [study.cells[0].key]
    assert study.trained(study.cells[0].key) == measured
    if measured and damage != "missing":
        with pytest.raises(Damaged, match=r"swapped\.npy.*Give the study's command again"):
            load(path, ["swapped"])


def test_a_report_goes_on_with_the_answers_that_are_whole(study: Study) -> None:
    study.answers(study.cells[0].key, "flipped").write_bytes(b"PK")
    result = analyse(study)
    assert result.missing == 1
    assert {row.seeds for row in result.levels} == {1, 2}


def test_what_is_only_for_the_estimate_may_be_lost_and_a_silent_failure_has_a_line(study: Study) -> None:
    first, second = study.cells[0].key, study.cells[1].key
    (study.run_folder(first) / "took.json").write_text("{", encoding="utf-8")
    (study.run_folder(second) / "took.json").write_text('{"seconds": 3}', encoding="utf-8")
    assert study.seconds() == {second: 3}
    study.answers(first, "flipped").unlink()
    study.failure(first).parent.mkdir()
    for content in (b"", b"\n\n", b"\xff\xfe\n"):
        study.failure(first).write_bytes(content)
        assert study.failures()[first]


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"[1]", b"a: [", b"name: x\n", b"recipe: demo-guided\narms: 3\n"])
def test_a_damaged_plan_is_one_line(study: Study, content: bytes, monkeypatch, capsys) -> None:
    (study.path / "plan.yaml").write_bytes(content)
    monkeypatch.setattr(sys, "argv", ["sightline", "study", "report", str(study.path)])
    with pytest.raises(SystemExit) as end:
        main()
    said = capsys.readouterr().err.strip().splitlines()
    assert (end.value.code, len(said)) == (2, 1)
    assert "plan.yaml" in said[0]


def test_trainings_that_fail_end_the_verb_with_1(study: Study, monkeypatch, capsys) -> None:
    """The answers of one are lost, and it cannot be trained again."""
    import sightline.study.run

    study.answers(study.cells[0].key, "flipped").unlink()

    def fails(study: Study, *_: object) -> None:
        study.failure(study.cells[0].key).parent.mkdir()
        study.failure(study.cells[0].key).write_text("out of memory", encoding="utf-8")

    monkeypatch.setattr(sightline.study.run, "_run", fails)
    monkeypatch.setattr("sightline.study.estimate.seconds_left", lambda *_: 1.0)
    monkeypatch.setattr(sys, "argv", ["sightline", "study", str(study.path.parent / "p.yaml"), "--out", str(study.path)])
    with pytest.raises(SystemExit) as end:
        main()
    assert end.value.code == 1
    assert "failed: " in capsys.readouterr().out


def test_a_folder_that_is_no_study_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"is not the folder of a study"):
        Study.open(tmp_path)
