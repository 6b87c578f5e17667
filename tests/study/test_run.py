"""Carrying a study out: nothing twice, nothing lost, the same answer however it came about."""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from filelock import FileLock
from tiny_plan import QUICK_DRAWING, write_plan

import sightline as sl
from sightline.errors import UserError
from sightline.report.study import markdown
from sightline.study.analyse import analyse
from sightline.study.folder import Study
from sightline.study.plan import load_plan
from sightline.study.run import run_study
from sightline.study.work import Outcome

FEW = {"name": "few", "set": {"data.annotated_fraction": 0.25}}
MORE = {"name": "more", "annotate": {"after": "few", "budget": 4}}  # waits for the first
DRAWN = {"name": "drawn", "like": "pseudo-roi", "draw": QUICK_DRAWING}
WHOLE = {"arms": ["label-only", FEW, MORE, DRAWN], "scores": ["accuracy", "auc", "epg", "pasted_flips[ruler]"], "seeds": 1}
COMMAND = [sys.executable, "-c", "from sightline.cli import main; main()", "study"]


def ignore(outcome: Outcome, done: int, total: int) -> None:
    assert outcome.failure is None, outcome.failure


@pytest.fixture(scope="module")
def unbroken(tmp_path_factory: pytest.TempPathFactory) -> Study:
    """Done in one go, by one worker in a process of its own."""
    folder = tmp_path_factory.mktemp("unbroken")
    return run_study(load_plan(write_plan(folder / "tiny.yaml", **WHOLE)), folder / "study", ignore, workers=1)


def same_answers(a: Study, b: Study) -> bool:
    """Bit for bit."""
    files = [{path.relative_to(s.path): path.read_bytes() for path in s.path.glob("cells/*/answers/*")} for s in (a, b)]
    tables = [markdown(study, analyse(study)) for study in (a, b)]
    assert len(files[0]) == 2 * len(a.trainings), "answers, and what was measured"
    return files[0] == files[1] and tables[0] == tables[1]


def test_every_cell_leaves_its_answers_and_nothing_is_left_to_do(unbroken: Study) -> None:
    assert unbroken.to_do() == []
    assert len(unbroken.trainings) == 4
    assert set(unbroken.seconds()) == {cell.key for cell in unbroken.cells}
    assert not list(unbroken.path.rglob("last.ckpt"))
    manifest = json.loads((unbroken.path / "manifest.json").read_text(encoding="utf-8"))
    assert {row["key"] for row in manifest["cells"]} == {cell.key for cell in unbroken.cells}


def test_a_finished_study_trains_nothing_again(unbroken: Study) -> None:
    before = {path: path.stat().st_mtime_ns for path in (unbroken.path / "cells").rglob("*.safetensors")}
    run_study(unbroken.plan, unbroken.path, lambda *_: pytest.fail("something was trained again"))
    assert {path: path.stat().st_mtime_ns for path in before} == before


def test_from_python_a_finished_study_is_judged_as_by_its_report(unbroken: Study) -> None:
    found = sl.study(unbroken.path.parent / "tiny.yaml", unbroken.path)
    assert found.but(study="", files=[]) == analyse(unbroken)
    assert found.comparisons
    assert found.files == [str(unbroken.path / f"study.{kind}") for kind in ("html", "md", "json")]
    assert sl.study_report(unbroken.path) == found


def test_killed_at_any_moment_and_called_again_it_gives_the_same_answers_bit_for_bit(unbroken: Study, tmp_path: Path) -> None:
    plan, out = load_plan(write_plan(tmp_path / "tiny.yaml", **WHOLE)), tmp_path / "study"
    moment = random.SystemRandom().uniform(0, 4)  # seconds after the first whole epoch, in a study of some ten, less on a fast machine
    with open_group([*COMMAND, str(tmp_path / "tiny.yaml"), "--out", str(out), "--workers", "2"]) as process:
        wait_for(lambda: list(out.glob("cells/*/last.ckpt")), process)  # in the middle of a training
        until = time.monotonic() + moment
        while time.monotonic() < until and len(Study(out, plan).to_do()) > 2:
            time.sleep(0.05)
        process.kill()
        process.communicate(timeout=60)  # returns once nobody can write to it: its workers have noticed that they lost their study
    assert Study(out, plan).to_do(), f"done {moment:.1f} s after the first epoch"
    assert same_answers(unbroken, run_study(plan, out, ignore, workers=2)), f"killed {moment:.1f} s after the first epoch"


def test_ctrl_c_says_how_to_go_on(tmp_path: Path) -> None:
    out = tmp_path / "study"
    command = [*COMMAND, str(write_plan(tmp_path / "tiny.yaml", seeds=1)), "--out", str(out), "--workers", "1"]
    with open_group(command) as process:
        wait_for(lambda: list(out.glob("cells/*/last.ckpt")), process)
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to all of them
        said, errors = process.communicate(timeout=200)
    assert process.returncode == 130, errors
    assert "Go on with the same command" in said
    assert "Traceback" not in said + errors


def test_a_cell_that_fails_is_listed_and_does_not_stop_the_rest(tmp_path: Path) -> None:
    (tmp_path / "none.safetensors").write_bytes(b"no weights")
    bad = {"name": "no-weights", "like": "label-only", "set": {"backbone.weights": str(tmp_path / "none.safetensors")}}
    plan = load_plan(write_plan(tmp_path / "tiny.yaml", arms=["label-only", bad], seeds=1))
    told: list[Outcome] = []
    study = run_study(plan, tmp_path / "study", lambda outcome, *_: told.append(outcome), workers=1)
    assert [cell.arm for cell in study.to_do()] == ["no-weights"]
    assert [outcome.failure is None for outcome in told].count(False) == 1
    assert "none.safetensors" in next(iter(study.failures().values()))


def test_weights_that_are_not_there_are_refused_before_the_first_training(tmp_path: Path) -> None:
    bad = {"name": "no-weights", "like": "label-only", "set": {"backbone.weights": str(tmp_path / "none.safetensors")}}
    plan = load_plan(write_plan(tmp_path / "tiny.yaml", arms=["label-only", bad], seeds=1))
    with pytest.raises(UserError, match="is not a file"):
        run_study(plan, tmp_path / "study", ignore)
    assert not (tmp_path / "study").exists()


def test_two_studies_do_not_work_in_one_folder(unbroken: Study) -> None:
    with FileLock(unbroken.path / ".lock"), pytest.raises(UserError, match="another process is carrying out a study"):
        run_study(unbroken.plan, unbroken.path, ignore)


def test_two_ray_workers_give_the_same_answers_bit_for_bit(unbroken: Study, tmp_path: Path) -> None:
    if find_spec("ray") is None:  # not imported here: its settings have to be made before
        pytest.skip("Ray is not installed")
    study = run_study(unbroken.plan, tmp_path / "study", ignore, executor="ray", workers=2)
    assert study.to_do() == []
    assert same_answers(unbroken, study)


def test_answers_come_back_as_they_were(unbroken: Study) -> None:
    from sightline.study.answers import load

    found = load(unbroken.answers(unbroken.cells[0].key, "flipped"))
    assert len(found.ids) == len(found.labels) == len(found.groups) == 12
    assert found.probabilities.shape == (12, 2)
    assert np.allclose(found.probabilities.sum(1), 1)
    assert set(np.unique(found.tags["ruler"])) == {0.0, 1.0}


@contextlib.contextmanager
def open_group(command: list[str]) -> Iterator[subprocess.Popen[str]]:
    """A process with a group of its own, which is gone in the end."""
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # a shell that runs the tests in the background ignores it
    )
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


def wait_for(there: object, process: subprocess.Popen[str], seconds: float = 400) -> None:
    assert callable(there)
    end = time.monotonic() + seconds
    while not there():
        assert process.poll() is None, process.stderr and process.stderr.read()
        assert time.monotonic() < end, "nothing happened"
        time.sleep(0.05)
