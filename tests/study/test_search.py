"""A search, replayed from invented scores."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from typing import Any

import optuna
import pytest

from sightline.errors import UserError
from sightline.study.search import Pick, Searched, replay
from sightline.study.search_settings import Search

WEIGHT = {"low": 0.1, "high": 10, "log": True}


def search(**changed: Any) -> Search:
    among = [{"name": "guided", "tune": {"weight": WEIGHT}}, {"name": "plain", "tune": {"decay": [0, 1]}}]
    return Search.model_validate({"among": among, "rungs": [{"epochs": 1}, {"epochs": 3}], "trials": 18} | changed)


def best_at_one(pick: Pick, rung: int) -> float:
    """The nearer the weight is to 1, the better; every rung tells a little more."""
    value = dict(pick.values).get("weight")
    return 0.5 + 0.01 * rung if value is None else 0.9 - 0.2 * abs(math.log10(value)) + 0.01 * rung


def told(found: Searched) -> list[tuple[Any, ...]]:
    return [(trial.pick.candidate.name, trial.pick.values, trial.scores) for trial in found.trials]


def test_the_best_of_those_drawn_together_go_on_and_the_best_of_all_wins() -> None:
    found = replay(search(among=[{"name": "guided", "tune": {"weight": WEIGHT}}]), best_at_one)
    reached = [sum(len(trial.scores) > rung for trial in found.trials) for rung in range(3)]
    assert reached == [18, 7, 3], "of 8, 8 and 2 drawn together: 3, 3 and 1; of these 1, 1 and 1"
    first = max(best_at_one(trial.pick, 0) for trial in found.trials)
    assert best_at_one(found.best[0].pick, 0) == first
    assert len(found.best[0].scores) == 3
    assert [len(trial.scores) for trial in found.best] == sorted((len(trial.scores) for trial in found.best), reverse=True)
    assert not found.wanted


def test_with_one_at_a_time_it_draws_what_optuna_itself_would() -> None:
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(direction="maximize", sampler=optuna.samplers.TPESampler(seed=7))
    study.enqueue_trial({"candidate": "guided"})
    drawn: list[float] = []

    def objective(trial: optuna.Trial) -> float:
        trial.suggest_categorical("candidate", ["guided"])
        value = trial.suggest_float("guided: weight", 0.1, 10, log=True)
        drawn.append(float(f"{value:.3g}"))
        return 0.92 - 0.2 * abs(math.log10(drawn[-1]))

    study.optimize(objective, n_trials=20)
    ours = replay(search(among=[{"name": "guided", "tune": {"weight": WEIGHT}}], trials=20, at_once=1, seed=7), best_at_one)
    assert [dict(trial.pick.values)["weight"] for trial in ours.trials] == drawn


def test_stopped_at_any_training_it_goes_on_as_if_it_had_not_been() -> None:
    whole, known = replay(search(), best_at_one), dict[tuple[str, int], float]()
    asked = 0
    while (found := replay(search(), lambda pick, rung: known.get((repr(pick), rung)))).wanted:
        assert not found.best
        pick, rung = found.wanted[-1]  # the others of its round come later
        known[repr(pick), rung] = best_at_one(pick, rung)
        asked += 1
    assert told(found) == told(whole)
    needed = {(repr(trial.pick), rung) for trial in whole.trials for rung in range(len(trial.scores))}
    assert asked == len(needed), "nothing is asked for that is not needed, and nothing twice"


def test_what_can_be_trained_side_by_side_is_asked_for_together() -> None:
    nothing = replay(search(at_once=5), lambda pick, rung: None)
    assert [rung for _, rung in nothing.wanted] == [0] * 5


def test_of_each_candidate_at_least_one_is_tried() -> None:
    names = [f"c{i}" for i in range(12)]
    among = [{"name": name, "tune": {"weight": WEIGHT}} for name in names]
    found = replay(search(among=among, trials=14), best_at_one)
    assert [trial.pick.candidate.name for trial in found.trials[:12]] == names
    assert len({trial.pick.values for trial in found.trials[:12]}) == 12


def test_few_candidates_are_each_tried_once() -> None:
    among = [{"name": "a", "tune": {"x": [1, 2, 3], "y": [[], [4]]}}, {"name": "b"}]
    found = replay(search(among=among, trials=20, rungs=[]), lambda pick, rung: 0.5)
    values = [(trial.pick.candidate.name, *(value for _, value in trial.pick.values)) for trial in found.trials]
    assert values == [("a", x, y) for x in (1, 2, 3) for y in ([], [4])] + [("b",)]


def test_a_training_that_fails_goes_no_further_and_stands_last() -> None:
    def scored(pick: Pick, rung: int) -> float:
        return math.nan if pick.candidate.name == "plain" or rung == 2 else best_at_one(pick, rung)

    found = replay(search(), scored)
    assert {len(trial.scores) for trial in found.trials if trial.pick.candidate.name == "plain"} == {1}
    assert {trial.pick.candidate.name for trial in found.best} == {"guided"}
    assert all(math.isnan(trial.scores[2]) for trial in found.trials if len(trial.scores) == 3)
    assert len(found.best[0].scores) >= 2
    nothing = replay(search(), lambda pick, rung: math.nan)
    assert nothing.best == []
    assert nothing.wanted == []


def test_a_good_candidate_of_few_values_leaves_room_for_the_others() -> None:
    among = [{"name": "guided", "tune": {"weight": WEIGHT}}, {"name": "plain", "tune": {"decay": [0, 1]}}]
    found = replay(
        search(among=among, trials=24), lambda pick, rung: 0.9 if pick.candidate.name == "plain" else best_at_one(pick, rung) - 0.3
    )
    assert len({repr(trial.pick) for trial in found.trials}) == 24


def test_no_trial_is_drawn_twice() -> None:
    among = [{"name": "a", "tune": {"x": [1, 2]}}, {"name": "b", "tune": {"x": [1, 2]}}]

    def scored(pick: Pick, rung: int) -> float:
        return 0.9 if pick.candidate.name == "a" else 0.5

    found = replay(search(among=among, trials=3, at_once=3, rungs=[{}], keep=2, seed=3), scored)
    drawn = [repr(trial.pick) for trial in found.trials]
    further = [repr(trial.pick) for trial in found.trials if len(trial.scores) == 2]
    assert (len(drawn), len(set(drawn)), len(further)) == (3, 3, 2)
    assert found.best[0].pick.candidate.name == "a"


def test_of_a_score_that_is_better_when_smaller_the_smallest_wins() -> None:
    def gap(pick: Pick, rung: int) -> float:
        return 1 - best_at_one(pick, rung)

    found = replay(search(score="background_gap"), gap)
    assert gap(found.best[0].pick, 0) == min(gap(trial.pick, 0) for trial in found.trials)
    assert len(found.best[0].scores) == 3


@pytest.mark.parametrize(
    ("wanted", "right"),
    [
        ({"low": 1, "high": 64, "whole": True}, lambda value: isinstance(value, int) and 1 <= value <= 64),
        ({"low": 0.1, "high": 0.2}, lambda value: 0.1 <= value <= 0.2 and len(repr(value)) <= 5),
        ({"low": 1.2344, "high": 1.2446}, lambda value: 1.2344 <= value <= 1.2446),
    ],
)
def test_numbers_lie_in_their_range_and_can_be_read(wanted: dict[str, Any], right: Callable[[Any], bool]) -> None:
    found = replay(search(among=[{"name": "a", "tune": {"x": wanted}}], rungs=[]), lambda pick, rung: 0.5)
    values = [dict(trial.pick.values)["x"] for trial in found.trials]
    assert all(map(right, values))
    assert len(set(values)) >= 2


def test_without_optuna_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "optuna", None)
    with pytest.raises(UserError, match=r"Optuna is not installed.*sightline\[search\]"):
        replay(search(), best_at_one)
