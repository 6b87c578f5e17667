"""Differences between runs on the same images."""

from __future__ import annotations

from pydantic import AliasChoices, Field

from sightline.results.base import Count, Number, Result, Score
from sightline.results.scores import SplitScores


class AreaTest(Score):
    """DeLong's test of the difference of two areas: standard error, z and two-sided p."""

    se: Number = None
    z: Number = None
    p: Number = None
    p_holm: Number = None


class McNemar(Result):
    """Numbers of images that only one of two runs predicts correctly, and the two-sided p of McNemar's exact test."""

    only_a: Count
    only_b: Count
    p: Number = None
    p_holm: Number = None


class Paired(Score):
    """A paired difference of one score between two runs, on the same images.

    Attributes:
        value, low, high: the difference and its interval.
        p, p_holm: p-value of a permutation test; the same, corrected over all comparisons made together.
        verdict: `higher`, `lower` or `not distinguishable`.
        delong: for an AUC with two classes, the test in closed form.
        mcnemar: for accuracies, the test of the decisions.
    """

    p: Number = None
    p_holm: Number = None
    verdict: str
    delong: AreaTest | None = None
    mcnemar: McNemar | None = None

    @property
    def closed(self) -> AreaTest | McNemar | None:
        """The test in closed form, if there is one."""
        return self.delong or self.mcnemar


class Difference(Paired):
    """A paired difference of one score, `run` minus `base`, on the images of a split.

    Attributes:
        run, base: the two runs.
        split, metric: the split and the score that are compared.
    """

    run: str
    base: str
    split: str
    metric: str


class GroupDifference(Difference):
    """The same on the images of one group, such as those of women.

    Attributes:
        tag, group: which; see `TagGroup`.
        n: number of images.
    """

    tag: str
    group: str
    n: Count


class SeedDifference(Result):
    """A score over several trainings of two recipes.

    Attributes:
        recipe, base, metric: what is compared; `trainings`: number of trainings of `recipe`.
        median, base_median, difference: medians over the trainings, and their difference.
        sd, base_sd: standard deviations; None for one training.
        p: exact two-sided Mann-Whitney test; None where either side has fewer than two trainings.
        smallest_p: the smallest p that so many trainings can reach.
        p_anova: one-way analysis of variance over all recipes of which there are several trainings; of two, the t-test of equal variances.
    """

    recipe: str = ""
    base: str = ""
    metric: str = ""
    trainings: Count = 0
    median: float
    base_median: float
    sd: Number
    base_sd: Number
    difference: float
    p: Number
    smallest_p: Number
    p_anova: Number = None


class Comparison(Result):
    """Several runs on the same images, on the split that they share.

    Attributes:
        split: the split that was scored.
        scores: run -> its scores on that split.
        differences: each run minus the baseline (the first label-only run, else the first run), on every split that they share.
        comparisons: number of p-values that were corrected together.
        groups: the differences on the images of each group on `split`, their p-values corrected together, by themselves.
        exchanges: number of exchanges of each permutation test.
        notes: what has to be known of the images, if they are of another data set; how to read the differences.
        seeds: for recipes with several trainings, their medians and a test.
        files: the files that were written.
        replaced: whether they took the place of an earlier comparison.
    """

    split: str
    scores: dict[str, SplitScores] = Field(validation_alias=AliasChoices("metrics", "scores"), serialization_alias="metrics")
    differences: tuple[Difference, ...]
    comparisons: Count
    groups: tuple[GroupDifference, ...] = ()
    exchanges: Count
    notes: tuple[str, ...]
    seeds: tuple[SeedDifference, ...]
    files: tuple[str, ...]
    replaced: bool = False
