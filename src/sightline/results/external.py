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
        changes: elsewhere minus own, of sensitivity and specificity at the kept threshold (without one: of accuracy and balanced accuracy),
            of AUC and of EPG.
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


class ExternalFindings(Result):
    """The scores of a run with several findings on another data set, each finding by itself.

    Attributes:
        run: folder of the run.
        data, root: name and place of the other data set; `split`: which part of it, `all` for all of it.
        findings: finding -> its scores on the images of which it is known there.
        left_out: findings of the other data set that are none of the run -> number of images that have them.
        lacking: findings of the run that the other data set does not have.
        files: the files that were written.
    """

    run: str
    data: str
    root: str | None
    split: str
    findings: dict[str, ExternalScores]
    left_out: dict[str, Count]
    lacking: tuple[str, ...]
    files: tuple[str, ...] = ()

    @property
    def notes(self) -> tuple[str, ...]:
        """What has to be known to read the scores."""
        said = [f"{finding}: {note}" for finding, one in self.findings.items() for note in one.notes]
        if self.lacking:
            said.append(f"The data set says nothing of {', '.join(self.lacking)}.")
        if self.left_out:
            listed = ", ".join(f"{name} ({count} image{'s' * (count != 1)})" for name, count in self.left_out.items())
            said.append(f"Findings that the run does not know are left out: {listed}.")
        return tuple(said)
