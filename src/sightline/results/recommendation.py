"""What a small study on somebody's own data recommends."""

from __future__ import annotations

from sightline.results.base import Result
from sightline.results.study import StudyResult


class Recommendation(Result):
    """Which training frees the decision from a planted artefact, as far as a small study can tell.

    Attributes:
        arm: the recommended arm of the study; None: none is shown to free the decision, or there is nothing to free it from.
        settings: of that arm, dotted, over the recipe `recipe`.
        recipe: of the study.
        sentences: the answer, in words.
        seeds: how many whole seeds the time was enough for.
        study: everything that was measured.
    """

    arm: str | None
    settings: dict[str, object]
    recipe: str
    sentences: list[str]
    seeds: int
    study: StudyResult
