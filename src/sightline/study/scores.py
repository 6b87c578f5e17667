"""The scores of a study, of one training under any weighting of its images."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from sightline.errors import UserError, nearest
from sightline.metrics.confidence.bootstrap import Array, mean_of_defined, ratio
from sightline.metrics.confidence.possible import GAP, SHARE, Range
from sightline.metrics.scores import calibration, ranks
from sightline.metrics.scores.classification import decision_scores, weighted_confusion
from sightline.metrics.scores.groups import ARTEFACTS, group_names
from sightline.metrics.scores.ranks import overall_auc
from sightline.study.answers import Answers
from sightline.study.score_names import ENERGY, PASTED, REMOVED, SWAPPED, group_of, measure_of, tag_of

LOWER_IS_BETTER = ("background_gap", "accuracy_gap", "brier", "ece", ENERGY, PASTED, REMOVED)
SIGNED = ("background_gap", PASTED, REMOVED)  # from -1 to 1; all others are shares, from 0 to 1
Statistic = Callable[[Answers, Array], Array]  # N images, weights (R, N) -> (R,), NaN where it cannot be computed


def possible(name: str) -> Range:
    """Where a score can lie."""
    return GAP if name.partition("[")[0] in SIGNED else SHARE


def accuracy(answers: Answers, weights: Array) -> Array:
    """Share of right answers."""
    return ratio(weights @ _right(answers), weights.sum(axis=1))


def balanced_accuracy(answers: Answers, weights: Array) -> Array:
    """Mean over the classes of the share of right answers."""
    classes = answers.labels == np.arange(answers.probabilities.shape[1])[:, None]  # (C, N)
    return mean_of_defined(_shares(weights, _right(answers), classes))


def auc(answers: Answers, weights: Array) -> Array:
    """Area under the ROC curve; with several classes, see `overall_auc`."""
    return overall_auc(answers.labels, answers.probabilities, weights)


def average_precision(answers: Answers, weights: Array) -> Array:
    """That of the last class where there are two, else the mean over the classes, each against the rest."""
    last = answers.probabilities.shape[1] - 1
    walks = [ranks.curves(answers.probabilities[:, c], answers.labels == c, weights) for c in ([1] if last == 1 else range(last + 1))]
    return mean_of_defined(np.stack([ranks.average_precision(*walk) for walk in walks], axis=1))


def decided(score: str) -> Statistic:
    """A score of `decision_scores`, each class against the rest, as a mean over the classes (001-15)."""

    def mean(answers: Answers, weights: Array) -> Array:
        return mean_of_defined(decision_scores(weighted_confusion(answers.labels, answers.probabilities, weights))[score])

    return mean


def epg(answers: Answers, weights: Array) -> Array:
    """Energy of the map inside the region, a mean over the images where it applies."""
    there = applies("epg", answers)
    weights = weights[:, there]
    return ratio(weights @ answers.epg[there], weights.sum(axis=1))


def swap_auc(answers: Answers, weights: Array) -> Array:
    """AUC with each region on the background of another class, over the images where that applies.

    Near the AUC of the images as they are, the decision rests on the region. Below 0.5, what lies around it decides against the region.
    """
    return _auc_on(answers, weights)[1]


def background_gap(answers: Answers, weights: Array) -> Array:
    """By how much the AUC is lower on backgrounds of another class than on those of the own class, which leave the same seams.

    0: the background does not decide. Up to 1: it alone does. The smaller, the better.
    """
    own, other = _auc_on(answers, weights)
    return own - other


def _auc_on(answers: Answers, weights: Array) -> tuple[Array, Array]:
    """AUC on backgrounds of the own class and of another, over the images that have both."""
    there = applies("swap_auc", answers)
    labels, weights = answers.labels[there], weights[:, there]
    own, other = (overall_auc(labels, said[there], weights) for said in answers.measured[SWAPPED])
    return own, other


def worst_group(answers: Answers, weights: Array) -> Array:
    """Accuracy of the worst group of class and artefact; of the worst class where no image has a tag that names an artefact."""
    names = np.asarray(_groups(answers))
    groups = np.stack([names == name for name in sorted(set(names.tolist()))])  # (G, N)
    shares = _shares(weights, _right(answers), groups)
    return np.where(np.isnan(shares).all(axis=1), np.nan, np.nanmin(np.where(np.isnan(shares), np.inf, shares), axis=1))


def accuracy_gap(answers: Answers, weights: Array) -> Array:
    """Accuracy of all images minus that of the worst group, see `worst_group`. 0: all groups fare alike. The smaller, the better."""
    return accuracy(answers, weights) - worst_group(answers, weights)


def brier(answers: Answers, weights: Array) -> Array:
    """Brier score of the probabilities as the network gives them, from 0 to 1. The smaller, the better."""
    return ratio(weights @ calibration.brier(answers.labels, answers.probabilities), weights.sum(axis=1))


def ece(answers: Answers, weights: Array) -> Array:
    """Expected calibration error of these probabilities. The smaller, the better; few images make it larger by chance."""
    return calibration.expected_error(*calibration.judged(answers.labels, answers.probabilities), weights)


def measured(name: str) -> Statistic:
    """The mean of what was measured of each image, see `measure.py`, over the images where it applies."""

    def mean(answers: Answers, weights: Array) -> Array:
        there = applies(name, answers)
        return ratio(weights[:, there] @ answers.measured[str(measure_of(name))][there], weights[:, there].sum(axis=1))

    return mean


SCORES: dict[str, Statistic] = {
    "accuracy": accuracy,
    "balanced_accuracy": balanced_accuracy,
    "precision": decided("precision"),
    "specificity": decided("specificity"),
    "f1": decided("f1"),
    "auc": auc,
    "average_precision": average_precision,
    "epg": epg,
    "swap_auc": swap_auc,
    "background_gap": background_gap,
    "worst_group": worst_group,
    "accuracy_gap": accuracy_gap,
    "brier": brier,
    "ece": ece,
}


def statistic(name: str) -> Statistic:
    """A score by name; `accuracy[ruler]` is that of the images with the tag, `accuracy[!ruler]` of those without, `accuracy[sex=f]` and
    `accuracy[age=40-60]` of a group.

    Of images with several findings, `auc[effusion]` is that of one finding, and `auc` the mean over all findings.

    Raises:
        UserError: when it is computed and no image of the study has such a tag.
    """
    whole, tag = SCORES.get(name.partition("[")[0]) or measured(name), tag_of(name)

    def part(answers: Answers, weights: Array) -> Array:
        if answers.findings:
            return _mean_of_findings(name, answers, weights)
        if tag and group_of(name) is None and tag not in answers.tags:
            raise UserError(f"score {name!r}", f"no image has the tag {tag!r}", nearest(tag, answers.tags))
        return whole(answers, weights * applies(name, answers) if tag else weights)

    return part


def _mean_of_findings(name: str, answers: Answers, weights: Array) -> Array:
    """A score of one finding, or the mean over all of them; each over the images of which the finding is known."""
    bare, tag = name.partition("[")[0], tag_of(name)
    chosen = (tag,) if tag in answers.findings else answers.findings
    score = statistic(bare if tag in answers.findings else name)
    parts = [(one, weights[:, known]) for one, known in map(answers.of, chosen)]
    return mean_of_defined(np.stack([score(one, part) for one, part in parts], axis=1))


def applies(name: str, answers: Answers) -> Array:
    """(N,) bool: the images that a score is computed from."""
    score, tag = name.partition("[")[0], tag_of(name)
    if answers.findings:
        return _applies_to_findings(score, tag, name, answers)
    there = np.ones(len(answers.ids), bool)
    if tag:
        group = group_of(name)
        there = (answers.measured[group] if group else answers.tags[tag]) == (0.0 if "[!" in name else 1.0)
    if measure := measure_of(name):
        values = answers.measured[measure]  # (N,), or (2, N, C) of what is swapped
        there &= ~np.isnan(values if values.ndim == 1 else values.sum(axis=(0, 2)))
    if score == "epg":
        there &= ~np.isnan(answers.epg)
    return there


def _applies_to_findings(score: str, tag: str, name: str, answers: Answers) -> Array:
    of_one = tag in answers.findings
    there = np.zeros(len(answers.ids), bool)
    for finding in (tag,) if of_one else answers.findings:
        one, known = answers.of(finding)
        there[known] |= applies(score if of_one else name, one)
    return there


def _right(answers: Answers) -> Array:
    result: Array = (answers.probabilities.argmax(axis=1) == answers.labels).astype(np.float64)
    return result


def _shares(weights: Array, values: Array, members: Array) -> Array:
    """Weighted mean of the values within each of G groups. (R, N), (N,), (G, N) -> (R, G)"""
    inside = members.T.astype(np.float64)  # (N, G)
    return ratio((weights * values) @ inside, weights @ inside)


def _groups(answers: Answers) -> list[str]:
    said = [
        {name: bool(values[i]) for name, values in answers.tags.items() if name in ARTEFACTS and not np.isnan(values[i])}
        for i in range(len(answers.ids))
    ]
    labels = [str(label) for label in answers.labels]
    return group_names(labels, said) or labels
