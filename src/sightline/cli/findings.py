"""The scores of a run in the terminal: those of several findings per image, or of classes."""

from __future__ import annotations

from collections.abc import Mapping

from sightline.cli.console import interval, say, scores_table, table
from sightline.cli.probabilities import say_calibration
from sightline.engine.run import Run
from sightline.results import SplitScores
from sightline.results.findings import FindingsScores

COLUMNS = ["split, finding", "present / n", "AUC", "AP", "sensitivity", "specificity", "EPG"]


def say_scores(title: str, run: Run, metrics: Mapping[str, SplitScores] | Mapping[str, FindingsScores], brief: bool = False) -> None:
    """Prints the scores of a run, and which calibration it keeps; `brief`: of groups of images only the sentences."""
    of_findings = {split: scores for split, scores in metrics.items() if isinstance(scores, FindingsScores)}
    if of_findings:
        _say_findings(title, run, of_findings)
        return
    of_classes = {split: scores for split, scores in metrics.items() if isinstance(scores, SplitScores)}
    scores_table(title, of_classes, brief, dict.fromkeys(of_classes, run.decision))
    say_calibration(run)


def _say_findings(title: str, run: Run, metrics: Mapping[str, FindingsScores]) -> None:
    """A line for each finding of each split, and one for the means."""
    rows = []
    for split, scores in metrics.items():
        rows += [[f"{split}, {name}", *_of_one(name, one)] for name, one in scores.findings.items()]
        mean = scores.macro
        shown = [mean.auc, mean.average_precision, mean.sensitivity, mean.specificity, mean.epg]
        rows.append([f"{split}, mean", f"{scores.n}", *map(interval, shown)])
    table(title, COLUMNS, rows)
    for name in run.findings:
        own = run.of(name)
        say(f"{name}: {own.decision.words(own.classes)}. Calibration: {own.calibration.words() if own.calibration else 'none'}.")
    folder = run.finding_folder(run.findings[0])
    say(f"Each finding has a run folder of two classes, which audit, compare, figure and the other verbs take, e.g. {folder}")


def _of_one(name: str, scores: SplitScores) -> list[str]:
    good, first, decided = scores.classification, scores.first_map, scores.classification.at_threshold
    at = [decided.sensitivity, decided.specificity] if decided else [None, None]
    ranked = [good.per_class[name].auc, good.per_class[name].average_precision]
    return [f"{good.per_class[name].n}/{scores.n}", *map(interval, [*ranked, *at, first.epg if first else None])]
