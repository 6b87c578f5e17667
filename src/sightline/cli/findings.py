"""The scores of a run in the terminal: those of several findings per image, or of classes."""

from __future__ import annotations

from collections.abc import Mapping

from sightline.cli.console import interval, say, table
from sightline.cli.groups_tables import groups_sentences, groups_tables
from sightline.cli.probabilities import say_calibration
from sightline.cli.scores_tables import scores_table
from sightline.engine.run import Run
from sightline.results import SplitScores
from sightline.results.external import ExternalFindings
from sightline.results.findings import FindingsScores

COLUMNS = ["split, finding", "present / n", "AUC", "AP", "sensitivity", "specificity", "EPG"]


def say_scores(title: str, run: Run, metrics: Mapping[str, SplitScores] | Mapping[str, FindingsScores], brief: bool = False) -> None:
    """Prints the scores of a run, and which calibration it keeps; `brief`: of groups of images only the sentences."""
    of_findings = {split: scores for split, scores in metrics.items() if isinstance(scores, FindingsScores)}
    if of_findings:
        _say_findings(title, run, of_findings, brief)
        return
    of_classes = {split: scores for split, scores in metrics.items() if isinstance(scores, SplitScores)}
    scores_table(title, of_classes, brief, dict.fromkeys(of_classes, run.decision))
    say_calibration(run)


def _say_findings(title: str, run: Run, metrics: Mapping[str, FindingsScores], brief: bool) -> None:
    """A line for each finding of each split, and one for the means; the groups of each finding."""
    rows = []
    for split, scores in metrics.items():
        rows += [[f"{split}, {name}", *_of_one(name, one)] for name, one in scores.findings.items()]
        mean = scores.macro
        shown = [mean.auc, mean.average_precision, mean.sensitivity, mean.specificity, mean.epg]
        rows.append([f"{split}, mean", f"{scores.n}", *map(interval, shown)])
    table(title, COLUMNS, rows)
    for name in run.findings:
        own = run.of(name)
        say(f"{name}: {own.decision.words(own.classes)}. {_calibration(own)}")
    of_each = {f"{split}, {name}": one for split, scores in metrics.items() for name, one in scores.findings.items()}
    (groups_sentences if brief else groups_tables)(of_each)
    folder = run.finding_folder(run.findings[0])
    say(f"Each finding has a run folder of two classes, which audit, compare, figure and the other verbs take, e.g. {folder}")


def say_findings_elsewhere(run: Run, found: ExternalFindings) -> None:
    """The scores of each finding on another data set, below those on the run's own test images, and what changes."""
    rows, groups = [], {}
    for name, one in found.findings.items():
        if one.own_split:
            rows.append([f"{one.own_split}, {name}", *_of_one(name, run.of(name).scores[one.own_split])])
        there = f"{found.data}, {found.split}, {name}"
        rows.append([there, *_of_one(name, one.scores)])
        groups[there] = one.scores
    table(run.name, COLUMNS, rows)
    groups_tables(groups)
    changes = [f"{name}: {change.sentence}" for name, one in found.findings.items() for change in one.changes]
    for line in (*changes, *found.notes, *found.files):
        say(line)


def _calibration(own: Run) -> str:
    """How the probabilities of a finding are calibrated, and what has to be known of it."""
    found = own.calibration
    return f"Calibration: {found.words()}. {found.note}".strip() if found else "Calibration: none."


def _of_one(name: str, scores: SplitScores) -> list[str]:
    good, first, decided = scores.classification, scores.first_map, scores.classification.at_threshold
    at = [decided.sensitivity, decided.specificity] if decided else [None, None]
    ranked = [good.per_class[name].auc, good.per_class[name].average_precision]
    return [f"{good.per_class[name].n}/{scores.n}", *map(interval, [*ranked, *at, first.epg if first else None])]
