"""What people read in the terminal of the scores of a run: a row for each split, what the run decides, where its maps point."""

from __future__ import annotations

from collections.abc import Mapping

from sightline.cli.console import interval, rounded, say, table
from sightline.cli.groups_tables import groups_sentences, groups_tables
from sightline.cli.probabilities import probabilities_tables
from sightline.engine.decision import Decision
from sightline.results import SplitScores
from sightline.results.scores import Decided


def scores_table(
    title: str, metrics: Mapping[str, SplitScores], brief: bool = False, decisions: Mapping[str, Decision] | None = None
) -> None:
    """Split, or run -> its scores.

    Args:
        brief: of groups of images only the sentences.
        decisions: split, or run -> how the run decides, whose calibration moves the thresholds that are shown.
    """
    rows = []
    for split, scores in metrics.items():
        good, epg = scores.classification, scores.first_map.epg if scores.first_map else None
        chance = " / ".join(rounded(level, 2) for level in (epg.uniform, epg.centre, epg.shuffled)) if epg else "-"
        shown = [interval(score) for score in (good.accuracy, good.balanced_accuracy, good.auc)]
        worst = interval(scores.groups.worst) if scores.groups else "-"
        rows.append([split, str(scores.n), *shown, interval(epg), chance, worst])
        if (whole := scores.volumes) is not None:
            of = whole.classification
            pooled = [interval(score) for score in (of.accuracy, of.balanced_accuracy, of.auc)]
            rows.append([f"{split}, volumes ({whole.pool})", str(whole.n), *pooled, "-", "-", "-"])
    columns = ["split", "n", "accuracy", "balanced", "AUC", "EPG", "uniform / centre / shuffled", "worst group"]
    measured = len(columns) if any(row[-1] != "-" for row in rows) else -1  # groups need tags of artefacts
    table(title, columns[:measured], [row[:measured] for row in rows])
    decisions_table(metrics, decisions or {})
    probabilities_tables(metrics, decisions or {})
    pointing_table(metrics)
    masks_table(metrics)
    (groups_sentences if brief else groups_tables)(metrics)


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
    return [name, rounded(threshold), *map(interval, (found.sensitivity, found.specificity, found.balanced_accuracy))]


def pointing_table(metrics: Mapping[str, SplitScores]) -> None:
    """How often maps point into the regions of `evaluate.point_into`; nothing where the recipe names none."""
    rows = [
        [split, label, name, str(score.n), interval(score), rounded(score.chance, 2), str(score.left_out)]
        for split, scores in metrics.items()
        for name, classes in scores.pointing.items()
        for label, score in classes.items()
    ]
    if rows:
        table("Points into its region", ["split", "class", "map", "n", "share", "chance", "left out"], rows)


def masks_table(metrics: Mapping[str, SplitScores]) -> None:
    """How good maps in [0, 1] are as masks; nothing where no map is one."""
    rows = [
        [split, name, *map(interval, (score.jaccard, score.dice, score.empty, score.whole))]
        for split, scores in metrics.items()
        for name, score in scores.masks.items()
    ]
    if rows:
        table("As a predicted mask, cut at 0.5", ["split", "map", "Jaccard", "Dice", "empty", "whole image"], rows)
