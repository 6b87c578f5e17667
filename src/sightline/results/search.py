"""What a search of a study tried, and what came out on top."""

from __future__ import annotations

from sightline.results.base import Count, Number, Result
from sightline.results.setting_words import setting_words


class SearchTrial(Result):
    """A candidate with the values that were drawn for it.

    Attributes:
        candidate: its name.
        values: setting -> value.
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
        trials: how many are drawn.
        rungs: what each training is like, in words, from the cheapest.
        expected: how many trials are trained on each rung, at most.
        seeds: trainings of each trial on each rung.
    """

    trials: Count
    rungs: list[str]
    expected: list[Count]
    seeds: Count


class SearchResult(Result):
    """A search by successive halving.

    Attributes:
        score, split: what the trials were judged by.
        rungs: what each training was like, in words, from the cheapest.
        seeds: trainings of each trial on each rung.
        drawn: how many trials were drawn.
        trials: the different ones, best first: those that went further, then those that score better; those that failed come last.
        over: whether it is finished.
    """

    score: str
    split: str
    rungs: list[str]
    seeds: Count
    drawn: Count
    trials: list[SearchTrial]
    over: bool

    @property
    def sentence(self) -> str:
        """How many were tried, and how far they went."""
        reached = [sum(len(trial.scores) > rung for trial in self.trials) for rung in range(len(self.rungs))]
        went = "; ".join(f"{number} with {words}" for number, words in zip(reached, self.rungs, strict=True))
        end = "" if self.over else " The search is not over."
        return f"Trials drawn: {self.drawn}; of the {len(self.trials)} different ones were trained: {went}.{end}"
