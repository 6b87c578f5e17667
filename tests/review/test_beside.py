"""What other runs say of the same cases."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sightline.engine.run import Run
from sightline.errors import UserError
from sightline.review.beside import Answer, beside
from sightline.review.cases import Cases


def test_other_runs_answer_beside(own_run: Run, own_cases: Cases, tmp_path: Path) -> None:
    table = (own_run.path / "predictions.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    other = tmp_path / "other"
    other.mkdir()
    for name in ("config.yaml", "environment.json", "model.json", "split.csv", "metrics.json"):
        (other / name).write_bytes((own_run.path / name).read_bytes())
    (other / "metrics.json").write_text("{}", encoding="utf-8")
    (other / "thresholds.json").write_text(json.dumps({"from": "val", "decision": 0.0, "maps": {}}), encoding="utf-8")
    (other / "predictions.csv").write_text("".join(line for line in table if not line.startswith("val,")), encoding="utf-8")
    (found,) = beside(own_run, [Run(other)], own_cases.splits)
    answers = [(case, found.answer(case)) for case in own_cases]
    assert {answer.decided for case, answer in answers if case.split == "test"} == {own_cases.classes[1]}
    assert {answer.decided for case, answer in answers if case.split == "val"} == {""}
    assert all(answer.right == (case.label == answer.decided) for case, answer in answers if answer.decided)
    (same,) = beside(own_run, [own_run], own_cases.splits)
    assert same.answer(own_cases[0]).probability == own_cases[0].probability
    assert "from 0 to" in same.answer(own_cases[0]).meaning


def test_runs_of_one_name_are_told_apart(own_run: Run, answering_run: Run, own_cases: Cases) -> None:
    found = beside(own_run, [answering_run, own_run], own_cases.splits)
    names = [own_run.name, *(other.name for other in found)]
    assert len(set(names[:2])) == 2
    assert found[0].answer(own_cases[0]).name == found[0].name


def test_an_image_that_it_was_not_asked_about_has_no_answer(own_run: Run, own_cases: Cases) -> None:
    (other,) = beside(own_run, [own_run], ("val",))
    strange = own_cases[0].__class__(**{**vars(own_cases[0]), "id": "moon.png"})
    assert other.answer(strange) == Answer(other.name)
    of_test = next(case for case in own_cases if case.split == "test")
    assert other.answer(of_test).decided == of_test.decided, "its decision is known"
    assert other.answer(of_test).meaning == "", "its maps are those of the splits that are shown"


def test_it_sees_the_part_of_the_picture_that_its_own_recipe_says(own_run: Run, own_cases: Cases) -> None:
    (other,) = beside(own_run, [own_run], own_cases.splits)
    left, top, right, bottom = other.window((30, 48))
    assert (left, top) == (0, 0)
    assert (right, bottom) == (48, 30)


def test_a_run_with_several_findings_is_refused(own_run: Run, own_cases: Cases, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: Run) -> None:
        raise UserError(self.path, "has several findings", "Give another.")

    monkeypatch.setattr(Run, "require_one_label", refuse)
    with pytest.raises(UserError, match="several findings"):
        beside(own_run, [own_run], own_cases.splits)
