"""What a study may say: scores of arms over seeds, differences between them, and verdicts."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import model_serializer, model_validator

from sightline.results.base import Count, Number, Result, Score, Version
from sightline.results.search import SearchOutlook, SearchResult
from sightline.results.setting_words import where

Word = Literal["better", "worse", "not distinguishable", "too small a test set to tell", "too few seeds to tell", "not measured"]


class OverSeeds(Score):
    """A mean over seeds, how sure it is, and what makes it unsure; None is what cannot be computed.

    Attributes:
        value: mean over the seeds.
        low, high: its interval, over seeds and images.
        p: two-sided, of the mean being 0.
        confidence: of the interval.
        per_seed: the seeds' values; None where the score does not apply, which leaves the seed out.
        seeds: how many there are with a value.
        images: images that one seed is judged on, on average: those that the score applies to.
        patients: to whom they belong.
        sd_seeds: standard deviation between seeds, without the noise that their images add.
        se_images: standard error of the mean due to the images, with these very seeds.
        se_own: the part of one seed's standard error due to the images that other seeds do not share.
        se: standard error of the mean, over seeds and images.
        seed_share: share of its square that is measured by the spread between the seeds alone.
    """

    p: Number
    confidence: float
    per_seed: list[float | None]
    seeds: Count
    images: Count
    patients: Count
    sd_seeds: Number
    se_images: Number
    se_own: Number
    se: Number
    seed_share: Number


class ArmScore(OverSeeds):
    """One score of an arm on a split, in one setting of the plan's grid."""

    score: str
    split: str
    setting: dict[str, Any]
    arm: str


class Judgement(Result):
    """A verdict.

    Attributes:
        word: the verdict.
        sentence: the verdict with its numbers.
        smallest: the smallest difference that matters.
        value, low, high: the difference and the possible part of its interval; None where they cannot be computed, or where the interval
            excludes nothing.
        detectable: the smallest difference that such a study finds with 80 % probability; None also where that is more than is possible.
        needs_images, needs_seeds: how many it takes to find `smallest`, where they are too few and it takes at most `FAR` times as many.
    """

    word: Word
    sentence: str
    smallest: float
    value: Number
    low: Number
    high: Number
    detectable: Number = None
    needs_images: int | None = None
    needs_seeds: int | None = None


class ArmDifference(Result):
    """How much higher one arm scores than a base.

    Attributes:
        difference: with the interval of this comparison by itself.
        simultaneous: with the interval that holds for all comparisons of the score together; the verdict goes by it.
        p_holm: p, corrected for all comparisons of the score.
    """

    arm: str
    base: str
    difference: OverSeeds
    simultaneous: OverSeeds
    p_holm: Number
    verdict: Judgement


class Comparisons(Result):
    """The comparisons of one score on one split, in one setting.

    Attributes:
        family: number of comparisons that are corrected together.
        confidence: of the simultaneous intervals.
    """

    score: str
    split: str
    setting: dict[str, Any]
    family: Count
    confidence: float
    rows: list[ArmDifference]

    @property
    def where(self) -> str:
        """Score, split and setting, in words."""
        return where(self.score, self.split, self.setting)


class DrawnRegions(Result):
    """How good the regions are that a network drew.

    Attributes:
        drawings: number of drawings.
        dice, low, high: mean and range, over the drawings, of the Dice index on images that were held out.
        kept: share of the masks that were kept.
    """

    drawings: Count
    dice: float
    low: float
    high: float
    kept: float


class Candidate(Result):
    """Settings that were chosen on validation images. In the file of the study they stand by themselves.

    Attributes:
        values: setting -> value.
    """

    values: dict[str, object]

    @model_validator(mode="before")
    @classmethod
    def _of_file(cls, given: dict[str, Any]) -> dict[str, Any]:
        return given if "values" in given else {"values": given}

    @model_serializer
    def _as_in_file(self) -> dict[str, object]:
        return self.values


class Arm(Result):
    """An arm of a study.

    Attributes:
        says: what it is, in a few words.
        trainings: number of finished trainings.
        candidates: the settings that were chosen on validation images.
        drawn: how good the regions are that were drawn for it; None: none were.
        seconds: median time of a training.
    """

    name: str
    says: str
    trainings: Count
    candidates: list[Candidate]
    drawn: DrawnRegions | None
    seconds: float


class Failure(Result):
    """A training that failed."""

    arm: str
    seed: int
    reason: str


class StudyResult(Result):
    """Everything that the trainings so far allow to say.

    Attributes:
        decides: the score, and the split, that decide.
        matters: the smallest difference that matters.
        levels: scores of every arm.
        comparisons: differences, one entry per score, split and setting.
        notes: what has to be said of the numbers.
        conclusion: whether guidance helps, a line per setting and arm that is guided by the true region; one line where all settings agree.
        answer: the verdicts on the deciding score, against the first base.
        search: of the settings of some arms; None: the plan has none.
        missing: number of trainings that are not finished.
        study, files: the folder, and the files that were written there.
    """

    name: str
    title: str
    recipe: str
    decides: tuple[str, str]
    matters: float
    arms: list[Arm]
    levels: list[ArmScore]
    comparisons: list[Comparisons]
    notes: list[str]
    conclusion: list[str]
    answer: list[str]
    failed: list[Failure]
    search: SearchResult | None = None
    missing: Count
    study: str = ""
    files: list[str] = []
    format: Version = 1


class ArmOutlook(Result):
    """What of an arm is to be trained: `candidates` that are tried out, `seeds` of each, and trainings `to_do`."""

    arm: str
    candidates: Count
    seeds: Count
    to_do: Count


class StudyOutlook(Result):
    """What a study has still to train, and how long that will take.

    Attributes:
        study: its folder.
        name, title: of the plan.
        arms: what of each arm is to do.
        grid: setting -> the values that it takes, in words.
        settings: how many combinations of these there are.
        search: of the settings of some arms; None: the plan has none.
        trainings, to_do: how many there are, and how many are left; of a search, about how many.
        shared: cells of the grid that share the training of another.
        workers: trainings at a time.
        seconds: about how long it takes.
    """

    study: str
    dry_run: bool = True
    name: str
    title: str
    arms: list[ArmOutlook]
    grid: dict[str, list[str]]
    settings: Count
    search: SearchOutlook | None = None
    trainings: Count
    to_do: Count
    shared: Count
    workers: Count
    seconds: float


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
