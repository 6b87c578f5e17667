"""External validation: the scores of a run on a data set that it does not come from."""

from __future__ import annotations

from sightline.results.base import Count, Result, Score
from sightline.results.scores import SplitScores


class Change(Result):
    """How much higher a score is elsewhere than on the run's own images; `sentence` says so in words."""

    score: str
    own: Score
    elsewhere: Score
    difference: Score
    sentence: str


class ExternalScores(Result):
    """The scores of a run on another data set.

    Attributes:
        run: folder of the run.
        data, root: name and place of the other data set; `split`: which part of it, `all` for all of it.
        scores: of the other data set.
        own_split: the run's own split that it is held against; None: the run has no scores.
        changes: of accuracy, balanced accuracy, AUC and EPG, elsewhere minus own.
        matched: class of the other data set -> class of the run.
        left_out: labels of the other data set that are no class of the run -> number of images that take no part.
        lacking: classes of the run that the other data set does not have.
        notes: what has to be known to read the scores.
        files: the files that were written.
    """

    run: str
    data: str
    root: str | None
    split: str
    scores: SplitScores
    own_split: str | None
    changes: tuple[Change, ...]
    matched: dict[str, str]
    left_out: dict[str, Count]
    lacking: tuple[str, ...]
    notes: tuple[str, ...]
    files: tuple[str, ...] = ()
