"""What a search of a study tried, and what came out on top."""

from __future__ import annotations

from sightline.results.base import Count, Number, Result
from sightline.results.setting_words import setting_words


class SearchTrial(Result):
    """One candidate.

    Attributes:
        candidate: its name.
        values: what was drawn for it, setting -> value.
        scores: of each rung that it was trained on; None where the training failed.
        arms: of the study, that have its settings.
    """

    candidate: str
    values: dict[str, object]
    scores: list[Number]
    arms: list[str] = []

    @property
    def says(self) -> str:
        """Name and values, in words."""
        values = setting_words(self.values)
        return f"{self.candidate}: {values}" if values else self.candidate


class SearchOutlook(Result):
    """What a search has before it.

    Attributes:
        candidates: that are tried.
        rungs: what each training is like, in words, from the cheapest.
        expected: about how many candidates are trained on each rung.
        seeds: trainings of each candidate on each rung.
    """

    candidates: Count
    rungs: list[str]
    expected: list[Count]
    seeds: Count


class SearchResult(Result):
    """A search by successive halving.

    Attributes:
        score, split: what the candidates were judged by.
        rungs: what each training was like, in words, from the cheapest.
        seeds: trainings of each candidate on each rung.
        trials: candidates, best first; those that failed come last.
        over: whether it is finished.
    """

    score: str
    split: str
    rungs: list[str]
    seeds: Count
    trials: list[SearchTrial]
    over: bool

    @property
    def sentence(self) -> str:
        """How many were tried, and how far they went."""
        reached = [sum(len(trial.scores) > rung for trial in self.trials) for rung in range(len(self.rungs))]
        went = "; ".join(f"{number} with {words}" for number, words in zip(reached, self.rungs, strict=True))
        begun = "Candidates tried" if self.over else "The search is not over; candidates tried so far"
        return f"{begun}, by {self.score} on {self.split}: {went}."
