"""By which rule a class is called predicted, and how good the decisions of a run are, in the terminal."""

from __future__ import annotations

from collections.abc import Mapping

from sightline.cli.console import interval, number, say, table
from sightline.engine.decision import Decision
from sightline.results import SplitScores
from sightline.results.scores import Decided


def decisions_table(metrics: Mapping[str, SplitScores], decisions: Mapping[str, Decision]) -> None:
    """Split, or run -> its scores: the rule of the accuracy in a sentence, and the scores of what the run decides at a kept threshold.

    Args:
        decisions: by split, or run; their calibration moves the thresholds that are shown. Without one, the threshold is left out.
    """
    say("Accuracies and the worst group are those of the most probable class.")
    rows = []
    for split, scores in metrics.items():
        decision = decisions.get(split)
        if (found := scores.classification.at_threshold) is not None:
            rows.append(_row(split, decision.shown_at(found.threshold) if decision else None, found))
        whole = scores.volumes
        if whole is not None and (of := whole.classification.at_threshold) is not None:
            rows.append(_row(f"{split}, volumes ({whole.pool})", of.threshold, of))
    if rows:
        positive = next(iter(metrics.values())).classes[-1]
        title = f"What the run predicts: {positive} from a probability on, the threshold kept from the validation images"
        table(title, ["split", "threshold", "sensitivity", "specificity", "balanced"], rows)


def _row(name: str, threshold: float | None, found: Decided) -> list[str]:
    return [name, number(threshold), *map(interval, (found.sensitivity, found.specificity, found.balanced_accuracy))]
