"""The cases of a run are what it answered, with the decision that it keeps and calibrated probabilities."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from sightline.data.frames import Frame
from sightline.data.roots import image_name
from sightline.engine.run import Run
from sightline.errors import UserError
from sightline.review.cases import Cases
from sightline.types import Record


@pytest.fixture
def copied(own_run: Run, tmp_path: Path) -> Path:
    shutil.copytree(own_run.path, tmp_path / "copy")
    return tmp_path / "copy"


def test_decisions_and_probabilities_are_those_that_people_are_shown(copied: Path) -> None:
    kept = {"method": "temperature", "slope": 0.5, "n": 8}
    (copied / "thresholds.json").write_text(
        json.dumps({"from": "val", "decision": 0.9, "maps": {"cam": 0.4}, "calibration": kept}), encoding="utf-8"
    )
    run = Run(copied)
    cases, said = Cases(run, ["test"]), run.predictions("test")
    shown = run.decision.shown(said.probabilities)
    assert [case.id for case in cases] == said.ids
    assert [case.label for case in cases] == [run.classes[i] for i in said.labels]
    assert [case.decided for case in cases] == [run.classes[int(p >= 0.9)] for p in said.probabilities[:, 1]]
    assert np.allclose([case.probabilities for case in cases], shown)
    assert not np.allclose(shown, said.probabilities)
    assert (cases.maps.threshold("cam"), cases.maps.keeps("cam")) == (0.4, True)


def test_addresses_stay_when_the_run_is_evaluated_again(copied: Path, own_cases: Cases) -> None:
    lines = (copied / "predictions.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    (copied / "predictions.csv").write_text("".join([lines[0], *lines[:0:-1]]), encoding="utf-8")
    again = Cases(Run(copied))
    assert {case.key: case.stored for case in again} == {case.key: case.stored for case in own_cases}
    assert len(again.by_key) == 16


def test_pictures_are_named_from_the_folder_of_the_data(tmp_path: Path) -> None:
    (tmp_path / "t.csv").touch()
    named = {
        "test/a b.png": (tmp_path / "test" / "a b.png", tmp_path),
        "test/c.png": (tmp_path / "test" / "c.png", tmp_path / "t.csv"),
        "/elsewhere/d.png": (Path("/elsewhere/d.png"), tmp_path),
        "v.dcm#4": (Frame(tmp_path / "v.dcm", 3), tmp_path),
    }
    for name, (picture, root) in named.items():
        assert image_name(Record("id", picture, "a"), root) == name
    assert image_name(Record("id", object(), "a"), None) == "id"  # type: ignore[arg-type]  # drawn


def test_tags_of_few_values_can_be_chosen(own_cases: Cases) -> None:
    assert own_cases.tags == {"site": ("<script>alert(1)</script>", "arm")}


def test_what_cannot_be_reviewed_is_refused_in_words(own_run: Run, copied: Path) -> None:
    with pytest.raises(UserError, match=r"split 'tset'.*was not evaluated.*test"):
        Cases(own_run, ["tset"])
    model = json.loads((copied / "model.json").read_text(encoding="utf-8"))
    (copied / "model.json").write_text(json.dumps(model | {"several": True, "classes": ["effusion", "nodule"]}), encoding="utf-8")
    with pytest.raises(UserError, match=r"several findings .*Give one of them, e\.g\. .*findings/effusion"):
        Cases(Run(copied))
    (copied / "model.json").write_text(json.dumps(model), encoding="utf-8")
    (copied / "predictions.csv").unlink()
    with pytest.raises(UserError, match="was not evaluated"):
        Cases(Run(copied))
