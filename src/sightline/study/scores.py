"""The scores of a study, of one training under any weighting of its images."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from sightline.errors import UserError, nearest
from sightline.metrics.bootstrap import Array, mean_of_defined, ratio
from sightline.metrics.groups import ARTEFACTS, group_names
from sightline.metrics.ranks import overall_auc
from sightline.study.answers import Answers

Statistic = Callable[[Answers, Array], Array]  # N images, weights (R, N) -> (R,), NaN where it cannot be computed


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


def epg(answers: Answers, weights: Array) -> Array:
    """Energy of the map inside the region, a mean over the images where it applies."""
    applies = ~np.isnan(answers.epg)
    weights = weights[:, applies]
    return ratio(weights @ answers.epg[applies], weights.sum(axis=1))


def swap_accuracy(answers: Answers, weights: Array) -> Array:
    """Accuracy with each region on the background of another class, over the images where that applies.

    Near `accuracy`, the decision rests on the region; far below, on what lies around it, whatever the map shows.
    """
    applies = ~np.isnan(answers.swapped[:, 0])
    right = answers.swapped[applies].argmax(axis=1) == answers.labels[applies]
    weights = weights[:, applies]
    return ratio(weights @ right.astype(np.float64), weights.sum(axis=1))


def worst_group(answers: Answers, weights: Array) -> Array:
    """Accuracy of the worst group of class and artefact; of the worst class where no image has a tag that names an artefact."""
    names = np.asarray(_groups(answers))
    groups = np.stack([names == name for name in sorted(set(names.tolist()))])  # (G, N)
    shares = _shares(weights, _right(answers), groups)
    return np.where(np.isnan(shares).all(axis=1), np.nan, np.nanmin(np.where(np.isnan(shares), np.inf, shares), axis=1))


SCORES: dict[str, Statistic] = {
    "accuracy": accuracy,
    "balanced_accuracy": balanced_accuracy,
    "auc": auc,
    "epg": epg,
    "swap_accuracy": swap_accuracy,
    "worst_group": worst_group,
}


def tag_of(name: str) -> str:
    """The tag that a score is of.

    >>> tag_of("accuracy[!ruler]"), tag_of("auc")
    ('ruler', '')
    """
    return name.rstrip("]").partition("[")[2].removeprefix("!")


def statistic(name: str) -> Statistic:
    """A score by name; `accuracy[ruler]` is that of the images with the tag, `accuracy[!ruler]` of those without.

    Raises:
        UserError: when it is computed and no image of the study has such a tag.
    """
    whole, tag, wanted = SCORES[name.partition("[")[0]], tag_of(name), 0.0 if "[!" in name else 1.0

    def part(answers: Answers, weights: Array) -> Array:
        if tag not in answers.tags:
            raise UserError(f"score {name!r}", f"no image has the tag {tag!r}", nearest(tag, answers.tags))
        return whole(answers, weights * (answers.tags[tag] == wanted))

    return part if tag else whole


def _right(answers: Answers) -> Array:
    return (answers.probabilities.argmax(axis=1) == answers.labels).astype(np.float64)


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
