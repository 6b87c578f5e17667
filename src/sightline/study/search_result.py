"""What the search of a study tried, from its trainings to a result."""

from __future__ import annotations

import math

from sightline.results.search import SearchOutlook, SearchResult, SearchTrial
from sightline.results.setting_words import setting_words
from sightline.study.folder import Study
from sightline.study.search import Trial
from sightline.study.search_settings import Search


def search_outlook(search: Search) -> SearchOutlook:
    """What it has before it."""
    return SearchOutlook(trials=search.drawn, rungs=rungs(search), expected=search.expected, seeds=search.seeds)


def rungs(search: Search) -> list[str]:
    """What the trainings of each rung are like, in words."""
    return [*(setting_words(cheaper) for cheaper in search.rungs), "the whole training"]


def search_result(study: Study) -> SearchResult | None:
    """What was tried so far; None: the plan has no search."""
    search, found = study.plan.search, study.searched
    if search is None:
        return None
    ranked = [trial.pick for trial in found.best]
    others = list({repr(trial.pick): trial for trial in found.trials if trial.pick not in ranked}.values())
    taken = {arm.name: arm.found - 1 for arm in study.plan.arms if arm.found}
    return SearchResult(
        score=search.score,
        split=search.split,
        rungs=rungs(search),
        seeds=search.seeds,
        drawn=len(found.trials),
        trials=[_trial(one, [arm for arm, place in taken.items() if place == i]) for i, one in enumerate(found.best)]
        + [_trial(one, []) for one in others],
        over=not found.missing,
    )


def waiting(study: Study) -> list[str]:
    """What has to be said of arms that take what a finished search did not find."""
    if study.plan.search is None or study.searched.missing:
        return []
    count = len(study.searched.best)
    return [f"{arm.name} was not trained: only {count} of the trials of the search could be." for arm in study.settled.arms if arm.found]


def _trial(trial: Trial, arms: list[str]) -> SearchTrial:
    scores = [None if math.isnan(score) else score for score in trial.scores]
    return SearchTrial(candidate=trial.pick.candidate.name, values=dict(trial.pick.values), scores=scores, arms=arms)
