"""The results of an audit: its measurements and its verdict."""

from __future__ import annotations

from typing import Literal

from pydantic import AliasChoices, Field

from sightline.results.base import Count, Number, Result, Score, Share, Version
from sightline.results.scores import Groups, Localisation

How = Literal["tag", "pasted", "removed"]
Seen = Literal["yes", "no", "unknown"]
Verdict = Literal["relying", "thrown off", "differs", ""]
Flag = Literal["aligned but relying", "relying", "thrown off", "no sign of relying", "not tested"]


class Counted(Score):
    """A score and the number of images behind it."""

    n: Count = 0


class Change(Counted):
    """A mean change of the log-odds of a class.

    Attributes:
        p: of the change being zero; p_least: the smallest p that so few patients can give.
    """

    p: Number = None
    p_least: float = 0


class Tag(Groups):
    """Images with a tag beside images without it: accuracy by class and tag, and how the answers differ.

    Attributes:
        tagged, untagged: number of images with the tag and without it (`with`, `without` in the file).
        accuracy_gap: accuracy with the tag minus accuracy without it, within the classes.
        change: class -> how much higher its log-odds are with the tag, within the classes.
        probability: class -> the same of its probability.
    """

    tagged: Count = Field(validation_alias=AliasChoices("with", "tagged"), serialization_alias="with")
    untagged: Count = Field(validation_alias=AliasChoices("without", "untagged"), serialization_alias="without")
    accuracy_gap: Score
    change: dict[str, Change]
    probability: dict[str, Score]


class Effect(Result):
    """What an artefact that is pasted or removed does to the answers, beside its control.

    Attributes:
        n, draws: number of images, and of changed pictures.
        flips, control_flips, excess_flips: share of the decisions that change; that the control changes; the difference.
        change: class -> mean change of its log-odds beyond that of the control.
        probability: class -> the same of its probability.
        area: share of the image that was changed.
        attention: share of the map on what was changed, afterwards; None without maps.
    """

    n: Count
    draws: Count
    flips: Counted
    control_flips: Counted
    excess_flips: Counted
    change: dict[str, Change]
    probability: dict[str, Counted]
    area: Counted
    attention: Counted | None


class Condition(Result):
    """The answers to images that were changed in one way; `flips`: share of decisions that differ from those on the unchanged images."""

    accuracy: Score
    auc: Score
    separation: Score
    probability: Score
    flips: Score


class Reliance(Result):
    """What the decision needs: the region, or what lies around it.

    Attributes:
        n: number of images.
        base_rate: accuracy of always naming the most frequent class.
        conditions: way of changing the images -> the answers, see `audit.reliance.views`.
        differences: what follows from several conditions together -> score.
    """

    n: Count
    base_rate: Score
    conditions: dict[str, Condition]
    differences: dict[str, Score]


class Areas(Result):
    """Areas under the curve of the probability, by the order in which cells are changed; and the mean curves."""

    map: Counted
    random: Counted
    centre: Counted
    minus_random: Counted
    minus_centre: Counted
    curves: dict[str, list[float]]


class Perturbation(Result):
    """Deletion and insertion, in so many steps."""

    n: Count
    steps: Count
    deletion: Areas
    insertion: Areas


class Step(Result):
    """How similar the maps are to the original ones once the weights are scrambled down to the layer `name`."""

    name: str
    rank_correlation: Counted
    ssim: Counted


class Randomisation(Result):
    """The maps while the weights are scrambled; `other_images`: rank correlation of the original maps of different images."""

    n: Count
    steps: list[Step]
    other_images: Counted


class Training(Result):
    """How many training images have something that a tag names, how many do not, and of how many it is unknown.

    In the file the fields are called `with`, `without` and `unsaid`.
    """

    tagged: Count = Field(validation_alias=AliasChoices("with", "tagged"), serialization_alias="with")
    untagged: Count = Field(validation_alias=AliasChoices("without", "untagged"), serialization_alias="without")
    unsaid: Count


class Finding(Change):
    """What one artefact does, in one kind of test, to the class that moves most.

    Attributes:
        artefact, how: what, and by which kind of test.
        label: the class (`class` in the file).
        value, low, high: change of its log-odds.
        probability: change of its probability.
        p_holm: p, corrected for all tests of all artefacts.
        too_few: no test of so few images could have found anything.
        found: whether an effect is found, see `audit.findings.artefacts`.
        seen: whether the artefact was in the training images.
        verdict: what that means.
        flips, control_flips, excess_flips: as in `Effect`; None for a tag.
    """

    artefact: str
    how: How
    label: str = Field(validation_alias=AliasChoices("class", "label"), serialization_alias="class")
    probability: Score
    p_holm: Number = None
    too_few: bool = False
    found: bool = False
    seen: Seen = "unknown"
    verdict: Verdict = ""
    flips: Counted | None = None
    control_flips: Counted | None = None
    excess_flips: Counted | None = None


class Reason(Result):
    """Something that shows that the decision depends on what lies outside the region; `finding`: the artefact, if it is one."""

    kind: Literal["artefact", "background", "outside"]
    score: Counted
    finding: Finding | None = None


class ImageKind(Result):
    """The kind of image, how it was found, and the artefacts that were tried because of it."""

    name: str
    how: str
    tried: list[str]


class Seconds(Result):
    """The time limit, and the time that the audit took."""

    given: float
    spent: float


class AuditFacts(Result):
    """All numbers of an audit, and what follows from them. A part that does not apply is None or empty.

    Attributes:
        images, of: number of images that were judged, and of the split.
        map: name of the map.
        kind: kind of image.
        threshold: of the decisions, on the probabilities as the network gives them; None: the most probable class is predicted.
        alignment: agreement of the map with the region.
        tags: tag -> images with it beside images without it.
        pasted, removed: artefact -> its effect; `clean`: number of images without any artefact.
        in_training: artefact or tag -> how many training images have it; None: they could not be read.
        artefacts: one entry per artefact and kind of test, findings first.
        reasons: what shows that the decision depends on what lies outside the region.
        aligned: whether the map lies on the region; None: not measured.
        flag: the verdict in a word.
        map_explains: whether the map depends on what the network has learnt; None: not tested, or undecided.
    """

    images: Count
    of: Count = 0
    map: str | None = None
    kind: ImageKind | None = None
    threshold: Share = None
    alignment: Localisation | None = None
    reliance: Reliance | None = None
    perturbation: Perturbation | None = None
    randomisation: Randomisation | None = None
    tags: dict[str, Tag] = {}
    pasted: dict[str, Effect] = {}
    removed: dict[str, Effect] = {}
    clean: Count = 0
    in_training: dict[str, Training] | None = None
    artefacts: list[Finding] = []
    reasons: list[Reason] = []
    aligned: bool | None = None
    flag: Flag = "not tested"
    map_explains: bool | None = None
    seconds: Seconds = Seconds(given=0, spent=0)


class AuditReport(AuditFacts):
    """What `audit.json` holds: the facts, of which run, and the verdict in words.

    Attributes:
        headline: the result in one line.
        sentences: question -> answer.
        changes: what each change that turns a notable share of the decisions says, a sentence or more each.
        files: the files that were written.
    """

    run: str
    split: str
    classes: list[str]
    headline: str
    sentences: dict[str, str]
    changes: list[str] = []
    files: list[str]
    format: Version = 1
