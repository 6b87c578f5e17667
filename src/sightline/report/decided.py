"""What the run's own decisions get right and wrong, where scores go by the most probable class."""

from __future__ import annotations

import numpy as np

from sightline.engine.run import Run
from sightline.results import Score, SplitScores


def by_decision(run: Run, split: str) -> SplitScores:
    """The scores of a split, with the confusion matrix and the sensitivities of the run's decisions, see `engine.decision`.

    Where it decides by the most probable class, these are the scores as they are. Intervals come from the scores at the kept threshold;
    validation images, which chose it, have none.
    """
    scores, decision = run.scores[split], run.decision
    if decision.threshold is None:
        return scores
    said, found = run.predictions(split), scores.classification
    counts = np.zeros((len(run.classes), len(run.classes)), int)
    np.add.at(counts, (said.labels, decision(said.probabilities)), 1)
    at = found.at_threshold
    sure = {run.classes[0]: at.specificity, run.classes[-1]: at.sensitivity} if at else {}
    per_class = {
        name: found.per_class[name].but(sensitivity=sure.get(name) or _share(int(row[i]), int(row.sum())))
        for i, (name, row) in enumerate(zip(run.classes, counts, strict=True))
    }
    return scores.but(classification=found.but(confusion=counts.tolist(), per_class=per_class))


def how(run: Run) -> str:
    """The rule in words, where it is another than that of the scores."""
    return "" if run.decision.threshold is None else run.decision.words(run.classes)


def _share(hits: int, of: int) -> Score:
    return Score(value=hits / of if of else None, low=None, high=None)
