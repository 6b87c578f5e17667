"""The trainings of a search: what each of them is, where the search stands by what is on disk, and what its best stand for."""

from __future__ import annotations

import math
import statistics
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from sightline.errors import UserError
from sightline.results.setting_words import setting_words
from sightline.study.answers import load, readable
from sightline.study.arms import UNGUIDED
from sightline.study.cells import Cell, cell_of, cells
from sightline.study.plan import Arm, Plan
from sightline.study.score_names import measures
from sightline.study.scores import statistic
from sightline.study.search import Pick, Trial, replay
from sightline.study.search_settings import Range, Search


def trial_cells(plan: Plan, search: Search, pick: Pick, rung: int) -> list[Cell]:
    """The trainings of a pick on a rung, one per seed of the search.

    Raises:
        UserError: settings that a recipe does not have, or that do not fit each other.
    """
    candidate = pick.candidate
    cheaper = search.rungs[rung] if rung < len(search.rungs) else {}
    arm = Arm(name=f"search {candidate.name}", like=candidate.like, recipe=candidate.recipe, set=candidate.set)
    values = dict(pick.values) | cheaper
    return [cell_of(plan, arm, search.set, values, search.seed + seed, None) for seed in range(search.seeds)]


@dataclass(frozen=True)
class Standing:
    """Where a search stands by what is on disk.

    Attributes:
        trials: what was tried so far, in order.
        best: different picks, best first; empty as long as the search goes on.
        cells: the trainings that it has asked for so far.
        missing: those of them that it needs to go on.
    """

    trials: list[Trial]
    best: list[Trial]
    cells: list[Cell]
    missing: list[Cell]


NOTHING = Standing([], [], [], [])


def standing(plan: Plan, search: Search, folder: Path, failed: Collection[str] | None = None) -> Standing:
    """Where the search stands.

    Args:
        folder: of the study.
        failed: keys of trainings that are given up; None: all of which it is written down that they failed.

    Raises:
        UserError: Optuna is not installed, or settings do not fit each other.
    """
    asked, missing = dict[str, Cell](), dict[str, Cell]()
    needed, score = measures([search.score]), statistic(search.score)

    def of_training(cell: Cell) -> float | None:
        answers = folder / "cells" / cell.key / "answers" / f"{search.split}.npz"
        if readable(answers, needed):
            found = load(answers, needed)
            return float(score(found, np.ones((1, len(found.ids))))[0])
        given_up = cell.key in failed if failed is not None else (folder / "failed" / f"{cell.key}.txt").is_file()
        if not given_up:
            missing[cell.key] = cell
        return math.nan if given_up else None

    def scored(pick: Pick, rung: int) -> float | None:
        trained = trial_cells(plan, search, pick, rung)
        asked.update((cell.key, cell) for cell in trained)
        values = [value for value in map(of_training, trained) if value is not None]
        return statistics.fmean(values) if len(values) == len(trained) else None

    searched = replay(search, scored)
    return Standing(searched.trials, searched.best, list(asked.values()), list(missing.values()))


def settled(plan: Plan, best: Sequence[Trial]) -> Plan:
    """The plan whose arms have the settings that the search found; an arm that waits for the search stays as it is."""
    return plan.model_copy(update={"arms": [_settled(arm, best) for arm in plan.arms]})


def _settled(arm: Arm, best: Sequence[Trial]) -> Arm:
    if arm.found is None or arm.found > len(best):
        return arm
    pick = best[arm.found - 1].pick
    candidate, values = pick.candidate, dict(pick.values)
    own = arm.ready_set | arm.set  # what a control does to the regions stands above what was found
    words = [f"number {arm.found} of the search: {candidate.name}", setting_words(values | arm.set)]
    words += [arm.ready.says] if arm.ready and not UNGUIDED.keys() <= candidate.ready_set.keys() else []  # without guidance, by no region
    changed: dict[str, Any] = {"found": None, "recipe": arm.recipe or candidate.recipe}
    changed |= {"set": candidate.ready_set | candidate.set | values | own, "title": arm.title or "; ".join(filter(None, words))}
    return arm.model_copy(update=changed)


def foreseen(plan: Plan, search: Search, tried: Sequence[Trial]) -> list[Cell]:
    """Stand-ins for what a search that is not over has yet to choose: about as many trainings as are to come, of each candidate in turn."""
    picks = first_picks(search)
    coming: list[Cell] = []
    for rung, expected in enumerate(search.expected):
        left = max(0, expected - sum(len(trial.scores) > rung for trial in tried))
        coming += [cell for i in range(left) for cell in trial_cells(plan, search, picks[i % len(picks)], rung)]
    waiting = [arm for arm in plan.arms if arm.found is not None]
    best = [Trial(picks[0], ())] * max((arm.found or 0 for arm in waiting), default=0)
    return coming + cells(settled(plan.model_copy(update={"arms": waiting}), best))


def first_picks(search: Search) -> list[Pick]:
    """Of each candidate the one with the first of its values, or the lower bound."""
    return [Pick(one, tuple((key, _values(wanted)[0]) for key, wanted in one.tuned.items())) for one in search.among]


def check_search(plan: Plan, search: Search) -> list[Cell]:
    """Refuses settings that a training of the search cannot have, each value tried once beside the first ones of the other settings.

    Returns:
        One training of each candidate, whole.

    Raises:
        UserError: names the candidate and the setting; or the search would judge test images.
    """
    whole: list[Cell] = []
    for pick in first_picks(search):
        for key, wanted in pick.candidate.tuned.items():
            for value in _values(wanted)[1:]:
                trial_cells(plan, search, Pick(pick.candidate, tuple((dict(pick.values) | {key: value}).items())), len(search.rungs))
        rungs = [trial_cells(plan, search, pick, rung)[0] for rung in range(len(search.rungs) + 1)]
        whole.append(rungs[-1])
    if "val" in plan.splits:
        raise UserError(f"{plan.name}: splits", "has 'val', from which the search chooses", "Judge the arms on other images.")
    if moved := [key for key in plan.seed_settings if key.startswith("data.split")]:
        reason = f"each seed divides the images anew ({moved[0]}), so the search would see images that are reported later"
        raise UserError(f"{plan.name}: search", reason, f"Leave {moved[0]} out of `seed_settings`.")
    if search.split != "val" and not all(cell.recipe.data.split.rehearse for cell in whole):
        remedy = "Set `split: val`, or `data.split.rehearse: true` in the `set` of the search, which leaves the test images out."
        raise UserError(f"{plan.name}: search", f"its split {search.split!r} has images that are reported later", remedy)
    return whole


def _values(wanted: list[Any] | Range) -> list[Any]:
    if isinstance(wanted, list):
        return wanted
    return [int(wanted.low), int(wanted.high)] if wanted.whole else [wanted.low, wanted.high]
