"""A search, replayed from what its trainings scored: what is trained next, and what was best.

Optuna draws the trials (a tree-structured Parzen estimator, after the first ten at random); those that do well are trained at greater cost
(successive halving). Its draws follow from the seed and from the scores told so far, in order, so a search needs no memory of its own: what
is on disk says where it stands, however often it was interrupted and whatever the number of workers.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sightline.errors import UserError
from sightline.study.scores import LOWER_IS_BETTER
from sightline.study.search_settings import Candidate, Range, Search

if TYPE_CHECKING:
    import optuna


DRAWS = 50  # of one trial, after which it may be like another


@dataclass(frozen=True)
class Pick:
    """A candidate with the values drawn for it."""

    candidate: Candidate
    values: tuple[tuple[str, Any], ...]


@dataclass(frozen=True)
class Trial:
    """What became of a pick.

    Attributes:
        scores: of each rung that it was judged on; NaN where its training failed.
    """

    pick: Pick
    scores: tuple[float, ...]


@dataclass(frozen=True)
class Searched:
    """Where a search stands.

    Attributes:
        trials: what was drawn so far, in order.
        wanted: (pick, rung) that have to be trained before the search can go on; none: it is over.
        best: different picks, best first: those that went further, then those that score better. Empty as long as the search goes on.
    """

    trials: list[Trial]
    wanted: list[tuple[Pick, int]]
    best: list[Trial]


Scored = Callable[[Pick, int], float | None]  # score of a pick on a rung; NaN: its training failed; None: it is not there yet


def replay(search: Search, scored: Scored) -> Searched:
    """Where the search stands.

    Raises:
        UserError: Optuna is not installed.
    """
    optuna = _optuna()
    lower = search.score.partition("[")[0] in LOWER_IS_BETTER
    study = optuna.create_study(direction="minimize" if lower else "maximize", sampler=optuna.samplers.TPESampler(seed=search.seed))
    for params in _every_one(search) if search.exhaustive else [{"candidate": one.name} for one in search.among]:
        study.enqueue_trial(params)  # what is not named in it, Optuna draws
    trials: list[Trial] = []
    seen = set[str]()
    while len(trials) < search.drawn:
        asked = [_drawn(study, search, seen) for _ in range(min(search.at_once, search.drawn - len(trials)))]
        found, wanted = _judged(study, search, asked, scored, lower)
        trials += found
        if wanted:
            return Searched(trials, wanted, [])
    return Searched(trials, [], _ranked(trials, lower))


def _optuna() -> Any:
    try:
        import optuna
    except ImportError:
        raise UserError("`search`", "Optuna is not installed", "Run `pip install 'sightline[search]'`.") from None
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    return optuna


def _every_one(search: Search) -> list[dict[str, Any]]:
    """Every training that the candidates stand for, in their order, in the names of the parameters that `_pick` asks for."""
    found = []
    for one in search.among:
        lists = {_name(one, key): range(len(values)) for key, values in one.tuned.items() if isinstance(values, list)}
        found += [{"candidate": one.name} | dict(zip(lists, chosen, strict=True)) for chosen in itertools.product(*lists.values())]
    return found


def _name(candidate: Candidate, key: str) -> str:
    """Of a parameter: candidates do not share what is learnt about a setting, since each may do something else with it."""
    return f"{candidate.name}: {key}"


def _drawn(study: optuna.Study, search: Search, seen: set[str]) -> tuple[optuna.Trial, Pick]:
    """A trial unlike those drawn before: where Optuna draws the best of a few values again, the other candidates get their turn."""
    from optuna.trial import TrialState

    for left in reversed(range(DRAWS)):
        trial = study.ask()
        pick = _pick(trial, search)
        if repr(pick) not in seen or not left:
            break
        study.tell(trial, state=TrialState.FAIL)  # of which nothing is learnt
        study.enqueue_trial({"candidate": search.among[left % len(search.among)].name})
    seen.add(repr(pick))
    return trial, pick


def _pick(trial: optuna.Trial, search: Search) -> Pick:
    name = trial.suggest_categorical("candidate", [one.name for one in search.among])
    candidate = next(one for one in search.among if one.name == name)
    return Pick(candidate, tuple((key, _value(trial, _name(candidate, key), wanted)) for key, wanted in candidate.tuned.items()))


def _value(trial: optuna.Trial, name: str, wanted: list[Any] | Range) -> Any:
    if isinstance(wanted, list):
        return wanted[trial.suggest_categorical(name, range(len(wanted)))]
    if wanted.whole:
        return trial.suggest_int(name, int(wanted.low), int(wanted.high), log=wanted.log)
    readable = float(f"{trial.suggest_float(name, wanted.low, wanted.high, log=wanted.log):.3g}")
    return min(max(readable, wanted.low), wanted.high)


def _judged(
    study: optuna.Study, search: Search, asked: Sequence[tuple[optuna.Trial, Pick]], scored: Scored, lower: bool
) -> tuple[list[Trial], list[tuple[Pick, int]]]:
    """What is known of trials that were drawn together, and what has to be trained to know more."""
    from optuna.trial import TrialState

    scores: list[list[float]] = [[] for _ in asked]
    going_on, last = list(range(len(asked))), len(search.rungs)
    for rung in range(last + 1):
        known = {i: scored(asked[i][1], rung) for i in going_on}
        if wanted := [(asked[i][1], rung) for i, score in known.items() if score is None]:
            return _trials(asked, scores), wanted
        whole = {i: score for i, score in known.items() if score is not None and not math.isnan(score)}
        ranked = sorted(whole, key=lambda i: whole[i], reverse=not lower)
        once = list({repr(asked[i][1]): i for i in reversed(ranked)}.values())[::-1]  # equal ones need not go on together
        going_on = once[: math.ceil(len(once) / search.keep)]
        for i, score in known.items():
            scores[i].append(math.nan if score is None else score)
            if i not in whole:
                study.tell(asked[i][0], state=TrialState.FAIL)
            elif rung == last:
                study.tell(asked[i][0], whole[i])
            else:
                asked[i][0].report(whole[i], rung)
                if i not in going_on:
                    study.tell(asked[i][0], state=TrialState.PRUNED)
    return _trials(asked, scores), []


def _trials(asked: Sequence[tuple[optuna.Trial, Pick]], scores: Sequence[Sequence[float]]) -> list[Trial]:
    return [Trial(pick, tuple(of_pick)) for (_, pick), of_pick in zip(asked, scores, strict=True)]


def _ranked(trials: Sequence[Trial], lower: bool) -> list[Trial]:
    """Different picks that were trained, best first."""

    def merit(trial: Trial) -> tuple[int, float]:
        known = [score for score in trial.scores if not math.isnan(score)]
        return len(known), -known[-1] if lower else known[-1]

    trained = [trial for trial in trials if not math.isnan(trial.scores[0])]
    once = {repr(trial.pick): trial for trial in sorted(trained, key=merit)}  # of equal picks, the one that went further
    return sorted(once.values(), key=merit, reverse=True)
