"""Scores of groups of images that share the value of a tag, such as sex or age."""

from __future__ import annotations

from typing import Literal

from sightline.results.base import Count, Number, Result, Score


class ToRest(Score):
    """How much higher a score is in a group than in all other images of the split.

    Attributes:
        value, low, high: the difference, group minus rest, and its interval.
        p, p_holm: two-sided p of a permutation test; the same, corrected over all differences of the split.
        verdict: `higher` or `lower` where the interval excludes 0 and the corrected p is small, else `not distinguishable`.
    """

    p: Number = None
    p_holm: Number = None
    verdict: Literal["higher", "lower", "not distinguishable"]


class TagGroup(Result):
    """The images that share the value of a tag, or all images.

    Attributes:
        name: of the group: a value, a bin such as `40-60` (from 40 to below 60), or `not known`.
        n, patients: number of images, and of patients (or lesions) to whom they belong.
        of_class: class -> number of images.
        scores: `accuracy`, `balanced_accuracy`, `sensitivity` and `specificity` (of the last of two classes), `auc`, `brier`, `epg`. Those
            that too few images would decide are left out.
        to_rest: score -> its difference to all other images.
        left_out: score -> why it is not given.
    """

    name: str
    n: Count
    patients: Count
    of_class: dict[str, Count]
    scores: dict[str, Score]
    to_rest: dict[str, ToRest] = {}
    left_out: dict[str, str] = {}


class HiddenGroup(Result):
    """A group whose scores are not given, since it has too few images."""

    name: str
    n: Count
    patients: Count


class TagGroups(Result):
    """The groups of one tag on one split.

    Attributes:
        tag: the tag.
        edges: of the bins of a number; empty: each value is a group.
        groups: those that have enough images.
        hidden: those that do not.
        whole: all images together, for comparison.
        worst: the group with the lowest accuracy; None where no group is shown.
        comparisons: number of differences, of all tags, whose p values are corrected together.
        sentences: how the images are divided, which group is the worst, and what is left out.
    """

    tag: str
    edges: tuple[float, ...] = ()
    groups: tuple[TagGroup, ...]
    hidden: tuple[HiddenGroup, ...] = ()
    whole: TagGroup
    worst: str | None
    comparisons: Count
    sentences: tuple[str, ...] = ()
