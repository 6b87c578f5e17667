"""What people read in the terminal of the probabilities of a run."""

from __future__ import annotations

from collections.abc import Mapping

from sightline.cli.console import interval, rounded, say, table
from sightline.engine.decision import Decision
from sightline.engine.run import Run
from sightline.results import SplitScores


def probabilities_tables(metrics: Mapping[str, SplitScores], decisions: Mapping[str, Decision]) -> None:
    """Split, or run -> its scores: of the probabilities before and after calibration, of conformal sets, and predictive values.

    Args:
        decisions: by split, or run; their calibration moves the thresholds that are shown.
    """
    rows = []
    for split, scores in metrics.items():
        if (found := scores.calibration) is None:
            continue
        both = [(one.brier, one.ece) if one else (None, None) for one in (found.before, found.after)]
        brier, ece = ([interval(pair[i]) for pair in both] for i in (0, 1))
        rows.append([split, *brier, *ece, rounded((found.after or found.before).ece.if_right)])
    if rows:
        table("Probabilities", ["split", "Brier", "calibrated", "ECE", "calibrated", "ECE if right"], rows)
    held = [(split, scores.sets) for split, scores in metrics.items() if scores.sets]
    if held:
        rows = [[split, f"{one.asked:g}", interval(one.coverage), interval(one.size, 2), rounded(one.least)] for split, one in held]
        table("Conformal sets", ["split", "asked", "coverage", "classes in a set", "from probability"], rows)
    valued = [(split, scores.predictive) for split, scores in metrics.items() if scores.predictive]
    if valued:
        of = valued[0][1]
        rows = [
            [
                split,
                rounded(decisions.get(split, Decision()).shown_at(one.threshold)),
                *map(interval, (one.sensitivity, one.specificity, one.ppv, one.npv)),
            ]
            for split, one in valued
        ]
        columns = ["split", "threshold", "sensitivity", "specificity", "PPV", "NPV"]
        table(f"Predictive values at a prevalence of {of.prevalence:g} of {of.label}", columns, rows)


def say_calibration(run: Run) -> None:
    """Which calibration the run keeps; nothing where it keeps none."""
    if found := run.calibration:
        say(f"Calibration: {found.words()}. {found.note}".strip())
