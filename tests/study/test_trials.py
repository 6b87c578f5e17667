"""The trainings of a search, and what the arms take from it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tiny_plan import write_plan

from sightline.errors import UserError
from sightline.study.analyse import analyse
from sightline.study.cells import says
from sightline.study.check import check_data
from sightline.study.folder import Study
from sightline.study.plan import Plan, load_plan
from sightline.study.search import Pick, Trial
from sightline.study.search_settings import Search
from sightline.study.trials import check_search, foreseen, settled, standing, trial_cells

GUIDED = {"name": "guided", "set": {"train.optimizer.lr": 0.5}, "tune": {"losses.guidance.0.weight": {"low": 0.1, "high": 10, "log": True}}}
PLAIN = {"name": "plain", "like": "label-only", "tune": {"train.optimizer.weight_decay": [0, 0.1]}}
ARMS = ["label-only", {"name": "best", "found": 1}, {"name": "random", "like": "random-roi", "found": 1}]


def planned(folder: Path, arms: Any = ARMS, **search: Any) -> tuple[Plan, Search]:
    settings = {"among": [GUIDED, PLAIN], "trials": 6, "rungs": [{"train.epochs": 1}], "seeds": 2, "set": {"train.batch_size": 4}}
    plan = load_plan(write_plan(folder / "p.yaml", arms=arms, search=settings | search))
    assert plan.search is not None
    return plan, plan.search


def pick(search: Search, candidate: int, **values: Any) -> Pick:
    return Pick(search.among[candidate], tuple({key.replace("__", "."): value for key, value in values.items()}.items()))


def test_a_trial_has_the_settings_of_plan_search_candidate_values_and_rung(tmp_path: Path) -> None:
    plan, search = planned(tmp_path)
    cheap, whole = (trial_cells(plan, search, pick(search, 0, losses__guidance__0__weight=3), rung) for rung in (0, 1))
    assert [cell.seed for cell in cheap] == [1000, 1001], "no seed that the study reports"
    recipe = whole[0].recipe
    assert (recipe.train.epochs, recipe.train.batch_size, recipe.train.optimizer.lr) == (2, 4, 0.5)
    assert recipe.losses.guidance[0].weight == 3
    assert cheap[0].recipe.train.epochs == 1
    assert cheap[0].recipe.train.seed == 1000
    assert len({cell.key for cell in (*cheap, *whole)}) == 4


def test_arms_take_what_was_found_and_a_control_keeps_its_regions(tmp_path: Path) -> None:
    plan, search = planned(tmp_path)
    best = [Trial(pick(search, 0, losses__guidance__0__weight=3), (0.7, 0.8))]
    done = settled(plan, best)
    assert done.arms[1].set == {"train.optimizer.lr": 0.5, "losses.guidance.0.weight": 3}
    assert done.arms[2].set == done.arms[1].set | {"data.roi.control": "random"}
    assert done.arms[0] == plan.arms[0]
    assert says(done.arms[1]) == "number 1 of the search: guided; losses.guidance.0.weight = 3"
    assert "another image's region" in says(done.arms[2])
    unguided = settled(plan, [Trial(pick(search, 1, train__optimizer__weight_decay=0.1), (0.7, 0.8))])
    assert says(unguided.arms[2]) == "number 1 of the search: plain; train.optimizer.weight_decay = 0.1", "no loss uses a region"
    assert settled(plan, []) == plan, "they wait"
    own = plan.arms[1].model_copy(update={"set": {"losses.guidance.0.weight": 9}})
    assert settled(plan.model_copy(update={"arms": [own]}), best).arms[0].set["losses.guidance.0.weight"] == 9


def test_what_is_to_come_is_about_what_is_expected(tmp_path: Path) -> None:
    plan, search = planned(tmp_path)
    coming = foreseen(plan, search, [])
    assert [cell.arm for cell in coming].count("search guided") == [cell.arm for cell in coming].count("search plain") == 8
    assert sum(cell.arm.startswith("search") for cell in coming) == (6 + 2) * 2
    assert sorted(cell.arm for cell in coming if not cell.arm.startswith("search")) == ["best", "best", "random", "random"]
    tried = [Trial(pick(search, 0), (0.5,))] * 6
    assert sum(cell.arm.startswith("search") for cell in foreseen(plan, search, tried)) == 2 * 2


def test_a_failure_counts_when_it_is_given_up(tmp_path: Path) -> None:
    plan, search = planned(tmp_path)
    first = standing(plan, search, tmp_path)
    assert len(first.missing) == len(first.cells) == 6 * 2
    assert standing(plan, search, tmp_path, {first.missing[0].key}).missing == first.missing[1:]
    (tmp_path / "failed").mkdir()
    for cell in first.missing:
        (tmp_path / "failed" / f"{cell.key}.txt").write_text("no memory", encoding="utf-8")
    assert standing(plan, search, tmp_path).missing == [], "what is written down counts in a report"
    assert standing(plan, search, tmp_path, set()).missing == first.missing, "and is tried again in a study"


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"split": "flipped"}, "has images that are reported later"),
        ({"plan": {"splits": ["flipped", "val"]}}, "has 'val', from which the search chooses"),
        ({"plan": {"seed_settings": ["train.seed", "data.split.seed"]}}, r"divides the images anew \(data.split.seed\)"),
        ({"among": [GUIDED | {"tune": {"losses.guidance.5.weight": [1, 2]}}]}, "not an entry of a list of 2"),
        ({"among": [PLAIN | {"tune": {"train.optimizer.weight_decay": [0.1, "much"]}}]}, "weight_decay"),
        ({"rungs": [{"train.epoch": 1}]}, "unknown setting 'train.epoch'"),
    ],
)
def test_what_a_search_cannot_try_is_refused_before_it_begins(tmp_path: Path, changed: dict[str, Any], why: str) -> None:
    plan, search = planned(tmp_path, arms=["label-only"], **{key: value for key, value in changed.items() if key != "plan"})
    plan = plan.model_copy(update={key: tuple(value) for key, value in changed.get("plan", {}).items()})
    with pytest.raises(UserError, match=why):
        check_search(plan, search)


def test_each_candidate_is_looked_at_once_before_it_begins(tmp_path: Path) -> None:
    plan, search = planned(tmp_path)
    assert [cell.arm for cell in check_search(plan, search)] == ["search guided", "search plain"]


@pytest.mark.parametrize(
    ("arms", "search", "why"),
    [
        (["label-only", {"name": "best", "found": 1}], None, "the plan has no search"),
        (["label-only"], {"among": [GUIDED], "seed": 1}, "search.seed 1 is a seed of the study"),
        (["label-only", {"name": "best", "found": 7}], {"among": [GUIDED], "trials": 6}, "the search tries 6"),
        (["label-only", {"name": "best", "like": "weight-decay", "found": 1}], {"among": [GUIDED]}, "leave `tune` and `annotate` out"),
        (
            ["label-only", {"name": "best", "found": 1}, {"name": "more", "annotate": {"after": "best", "budget": 2}}],
            {"among": [GUIDED]},
            "whose settings a search has yet to find",
        ),
    ],
)
def test_an_arm_that_cannot_take_anything_is_refused(tmp_path: Path, arms: Any, search: Any, why: str) -> None:
    with pytest.raises(UserError, match=why):
        load_plan(write_plan(tmp_path / "p.yaml", arms=arms, **({"search": search} if search else {})))


@pytest.mark.parametrize(
    ("tried", "why"),
    [
        ({"low": 3, "high": 1}, r"among\.0\.tune\.train\.epochs: a range is written"),
        (3, r"among\.0\.tune\.train\.epochs: a list is wanted"),
        ({"low": 1, "high": "ten"}, r"among\.0\.tune\.train\.epochs\.high"),
    ],
)
def test_values_that_cannot_be_tried_are_named(tmp_path: Path, tried: Any, why: str) -> None:
    with pytest.raises(UserError, match=why):
        load_plan(write_plan(tmp_path / "p.yaml", search={"among": [{"name": "a", "tune": {"train.epochs": tried}}]}))


def test_a_plan_may_consist_of_what_was_found_alone(tmp_path: Path) -> None:
    plan = load_plan(write_plan(tmp_path / "p.yaml", arms=[{"name": "best", "found": 1}], base=["best"], search={"among": [GUIDED]}))
    study = Study(tmp_path / "study", plan)
    check_data(plan, study.cells)
    assert (study.cells, study.to_do()) == ([], [])
    assert analyse(study).levels == []
