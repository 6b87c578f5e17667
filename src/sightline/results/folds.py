"""Cross-validation: several runs, each scored on the images that it did not learn from, and all of these together."""

from __future__ import annotations

from sightline.results.base import Count, Result, Version
from sightline.results.scores import SplitScores


class FoldScores(Result):
    """What `folds.json` holds.

    Attributes:
        folds: number of folds.
        scores: of the predictions for all held-out images together, each by the run that did not learn from it.
        of_fold: scores of each fold on its own held-out images.
        format: version of the form of the file.
        folder: of the runs `fold-1`, ...; empty in the file, which lies in it.
    """

    folds: Count
    scores: SplitScores
    of_fold: list[SplitScores]
    format: Version = 1
    folder: str = ""
