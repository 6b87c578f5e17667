"""What a plan says of a search: the candidates, their settings, and the cheaper trainings that most of them end with."""

from __future__ import annotations

import math
from typing import Annotated, Any, Self

from pydantic import Discriminator, Field, Tag, model_validator

from sightline.settings import NUMBER, Count, Seed, Settings
from sightline.study.arms import Variant
from sightline.study.score_names import check_score

Values = Annotated[list[Any], Field(min_length=1)]  # that a setting is tried with
Bound = Annotated[float, Field(ge=-1e12, le=1e12), NUMBER]


class Range(Settings):
    """Numbers between two bounds that a setting is tried with.

    Attributes:
        low, high: the bounds.
        log: numbers are drawn evenly on a logarithmic scale, as suits weights and learning rates.
        whole: whole numbers only.
    """

    low: Bound
    high: Bound
    log: bool = False
    whole: bool = False

    @model_validator(mode="after")
    def _is_a_range(self) -> Self:
        if not self.low < self.high:
            raise ValueError("a range is written {low: 0.1, high: 10}, with low < high")
        if self.log and self.low <= 0:
            raise ValueError("a range on a logarithmic scale begins above 0")
        if self.whole and not (self.low.is_integer() and self.high.is_integer()):
            raise ValueError("a range of whole numbers lies between two of them")
        return self


def _kind(tried: Any) -> str:
    return "[range]" if isinstance(tried, dict | Range) else "[values]"  # brackets: such a part of a key is not shown


Tried = Annotated[Annotated[Values, Tag("[values]")] | Annotated[Range, Tag("[range]")], Discriminator(_kind)]


class Candidate(Variant):
    """A training that the search tries, or a family of them.

    Attributes:
        tune: setting -> values or a range that it is tried with, e.g. the weight of a loss.
        name, like, recipe, set: see `Variant`.
    """

    tune: dict[str, Tried] = {}

    @model_validator(mode="after")
    def _draws_no_regions(self) -> Self:
        if self.ready and self.ready.draw:
            raise ValueError(f"a search draws no regions, as {self.like!r} does")
        return self

    @property
    def tuned(self) -> dict[str, Values | Range]:
        """What is tried, with what the ready-made arm tries."""
        return {**(self.ready.tune if self.ready else {}), **self.tune}

    @property
    def combinations(self) -> int | None:
        """How many different trainings it stands for; None: there is no end to them."""
        values = self.tuned.values()
        return None if any(isinstance(one, Range) for one in values) else math.prod(len(one) for one in values if isinstance(one, list))


class Search(Settings):
    """A search by successive halving (Jamieson and Talwalkar 2016): all trials are trained cheaply, the best of them at greater cost.

    A trial is a candidate with values drawn for its settings. Each rung trains it anew, from the start.

    Attributes:
        among: the candidates.
        trials: how many are drawn, of each candidate at least one, and none twice if others are found. Where the candidates have no more
            combinations of values than that, each is tried once.
        rungs: settings that make a training cheaper, from the cheapest, e.g. two epochs; they stand above those that are tried. After the
            last of them comes the whole training.
        keep: of the trials drawn together, the best one of so many goes on to the next rung, rounded up.
        at_once: how many are drawn together, before any of them is judged. So many, times `seeds`, can be trained side by side.
        seeds: trainings of each trial on each rung; its score is their mean.
        seed: of the draws, and the first seed of the trainings. The seeds of the study, from 0 on, are not among them.
        set: settings of the search alone, such as another artefact than the one that is reported.
        score, split: what a candidate is judged by. No test image may be among those of the split: it is `val`, or the settings have
            `data.split.rehearse: true`.
    """

    among: Annotated[list[Candidate], Field(min_length=1)]
    trials: Count = 24
    rungs: tuple[dict[str, Any], ...] = ()
    keep: Annotated[int, Field(ge=2, le=100), NUMBER] = 3
    at_once: Annotated[int, Field(ge=1, le=1000), NUMBER] = 8
    seeds: Annotated[int, Field(ge=1, le=100), NUMBER] = 1
    seed: Seed = 1000
    set: dict[str, Any] = {}
    score: str = "auc"
    split: str = "val"

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        names = [one.name for one in self.among]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"two candidates are called {twice[0]!r}")
        if self.trials < len(self.among):
            raise ValueError(f"{self.trials} trials are too few to try each of {len(self.among)} candidates once")
        check_score(self.score)
        return self

    @property
    def drawn(self) -> int:
        """How many candidates are tried."""
        every = [one.combinations for one in self.among]
        return self.trials if None in every else min(self.trials, sum(count or 0 for count in every))

    @property
    def exhaustive(self) -> bool:
        """Whether each training that the candidates stand for is tried once."""
        every = [one.combinations for one in self.among]
        return None not in every and sum(count or 0 for count in every) <= self.trials

    @property
    def expected(self) -> list[int]:
        """How many trials are trained on each rung; fewer where some are equal, or fail."""
        whole, rest = divmod(self.drawn, self.at_once)
        groups = [self.at_once] * whole + [rest] * (rest > 0)
        found = []
        for _ in range(len(self.rungs) + 1):
            found.append(sum(groups))
            groups = [math.ceil(size / self.keep) for size in groups]
        return found
