from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from invented_study import N, answers
from tiny_plan import write_plan

from sightline.report.study import markdown, page
from sightline.study.analyse import analyse
from sightline.study.answers import save
from sightline.study.folder import Study
from sightline.study.plan import load_plan
from sightline.study.search_result import search_outlook, search_result

SEARCH: dict[str, Any] = {
    "among": [{"name": name, "set": {"train.optimizer.lr": lr}} for name, lr in (("slow", 0.001), ("fair", 0.01), ("fast", 0.1))],
    "rungs": [{"train.epochs": 1}],
    "keep": 2,
}
RIGHT = {0.001: 0.6, 0.01: 0.9, 0.1: 0.7}  # share of right answers, by learning rate


def searched(folder: Path, **failed: str) -> Study:
    """A study whose search was answered in an invented way, until it asks for nothing more; the arms have not been trained."""
    arms = ["label-only", {"name": "best", "found": 1}, {"name": "random", "like": "random-roi", "found": 1}]
    plan = load_plan(write_plan(folder / "p.yaml", arms=arms, search=SEARCH, seeds=1))
    labels = np.random.default_rng(9).integers(0, 2, N)
    while (study := Study(folder / "study", plan)).to_search:
        for cell in study.to_search:
            if cell.arm == failed.get("arm"):
                study.failure(cell.key).parent.mkdir(exist_ok=True, parents=True)
                study.failure(cell.key).write_text("no memory\n", encoding="utf-8")
            else:
                save(answers(cell, RIGHT[cell.recipe.train.optimizer.lr], labels), study.answers(cell.key, "val"))
    return study


def test_candidates_stand_best_first_with_the_arms_that_take_them(tmp_path: Path) -> None:
    study = searched(tmp_path)
    found = search_result(study)
    assert found is not None
    assert found.over
    assert [trial.candidate for trial in found.trials] == ["fair", "fast", "slow"]
    assert [len(trial.scores) for trial in found.trials] == [2, 2, 1]
    assert found.trials[0].arms == ["best", "random"]
    assert found.sentence == "Trials drawn: 3; of the 3 different ones were trained: 3 with train.epochs = 1; 2 with the whole training."
    assert {cell.arm: cell.recipe.train.optimizer.lr for cell in study.cells if cell.arm != "label-only"} == {"best": 0.01, "random": 0.01}


def test_the_page_and_the_table_show_the_search(tmp_path: Path) -> None:
    study = searched(tmp_path)
    result = analyse(study)
    assert result.missing == 3, "the arms"
    assert "number 1 of the search: fair" in next(arm.says for arm in result.arms if arm.name == "best")
    table, html = markdown(study, result), page(study, result)
    row = next(line for line in table.splitlines() if line.startswith("| fair"))
    assert row.count("|") == 5
    assert row.endswith("| best, random |")
    assert '<section id="search">' in html
    assert "best, random" in html


def test_what_failed_is_listed_and_stands_last(tmp_path: Path) -> None:
    study = searched(tmp_path, arm="search fair")
    found = analyse(study)
    assert found.search is not None
    assert [(trial.candidate, trial.scores[0] is None) for trial in found.search.trials] == [
        ("fast", False),
        ("slow", False),
        ("fair", True),
    ]
    assert [(one.arm, one.reason) for one in found.failed] == [("search fair", "no memory")]
    assert not [note for note in found.notes if "was not trained" in note]
    assert "| fair | failed |" in markdown(study, found)


def test_an_arm_for_which_nothing_is_left_says_so(tmp_path: Path) -> None:
    arms = ["label-only", *({"name": f"best {i}", "found": i} for i in (1, 2, 3))]
    plan = load_plan(write_plan(tmp_path / "p.yaml", arms=arms, search=SEARCH | {"keep": 3}, seeds=1))
    labels = np.random.default_rng(9).integers(0, 2, N)
    while (study := Study(tmp_path / "study", plan)).to_search:
        for cell in study.to_search:
            if cell.arm == "search fair":
                study.failure(cell.key).parent.mkdir(exist_ok=True, parents=True)
                study.failure(cell.key).write_text("no memory\n", encoding="utf-8")
            else:
                save(answers(cell, 0.7, labels), study.answers(cell.key, "val"))
    result = analyse(study)
    assert "best 3 was not trained: only 2 of the trials of the search could be." in result.notes
    assert {cell.arm for cell in study.cells} == {"label-only", "best 1", "best 2"}


def test_an_unfinished_search_says_so_and_its_arms_wait(tmp_path: Path) -> None:
    plan = load_plan(write_plan(tmp_path / "p.yaml", arms=["label-only", {"name": "best", "found": 1}], search=SEARCH, seeds=1))
    study = Study(tmp_path / "study", plan)
    result = analyse(study)
    assert result.search is not None
    assert not result.search.over
    assert result.search.sentence.endswith("The search is not over.")
    assert result.missing == 3 + 2 + 2, "of the search five, and two arms"
    assert {cell.arm for cell in study.cells} == {"label-only"}
    assert plan.search is not None
    assert search_outlook(plan.search).expected == [3, 2]


def test_a_study_without_a_search_has_no_such_result(tmp_path: Path) -> None:
    study = Study(tmp_path / "study", load_plan(write_plan(tmp_path / "p.yaml")))
    assert search_result(study) is None
    assert '<section id="search">' not in page(study, analyse(study))
