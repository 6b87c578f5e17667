"""The top of the page: the verdict, and the few numbers behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sightline.engine.compare import baseline
from sightline.engine.run import Run
from sightline.errors import UserError
from sightline.explain.run_pictures import names
from sightline.plural import count
from sightline.report import counted, lights, tables, verdict
from sightline.report.audit_words import headline
from sightline.report.audited import read_audit
from sightline.report.decided import by_decision, how
from sightline.report.differences import Differences
from sightline.report.lights import Point
from sightline.report.probabilities import are_they_right, beyond_chance
from sightline.report.words import decimal
from sightline.results import Score, SplitScores
from sightline.results.scores import Level


@dataclass(frozen=True)
class Verdict:
    """Which run it is about, one line, and the points with their sentences."""

    about: str
    headline: str
    points: list[Point]


@dataclass(frozen=True)
class Tile:
    """A number at the top: what, score, and what to hold it against."""

    name: str
    score: Score
    beside: str


def main_split(runs: Sequence[Run]) -> str:
    """The test set that the verdict is about: the first that all runs have, validation only where there is no other.

    Raises:
        UserError: there is none.
    """
    common = [s for s in runs[0].scores if all(s in run.scores for run in runs)]
    if not common:
        where = runs[0].path if len(runs) == 1 else "report"
        raise UserError(where, "no test set was evaluated for all runs", "Run `sightline evaluate RUN` first.")
    return next((s for s in common if s not in ("train", "val")), common[0])


def judged_splits(runs: Sequence[Run]) -> list[str]:
    """The test sets that all runs have, the main one first; validation only where there is no other."""
    main = main_split(runs)
    return [main, *(s for s in runs[0].scores if s not in (main, "train", "val") and all(s in run.scores for run in runs))]


def scored_splits(runs: Sequence[Run]) -> list[str]:
    """What the page shows scores of: the test sets, and last the validation images, which were used to choose the epoch."""
    splits = judged_splits(runs)
    return [*splits, *(s for s in runs[0].scores if s not in splits)]


def hardest(run: Run, splits: Sequence[str]) -> str:
    """The test set on which the run is least often right."""
    return min(splits, key=lambda s: _accuracy(run, s))


def most_telling(runs: Sequence[Run], splits: Sequence[str]) -> str:
    """The test set on which the runs differ most in accuracy."""
    return max(splits, key=lambda s: max(_accuracy(r, s) for r in runs) - min(_accuracy(r, s) for r in runs))


def _accuracy(run: Run, split: str) -> float:
    value = run.scores[split].accuracy.value
    return 1.0 if value is None else float(value)


def conclude(
    runs: Sequence[Run], splits: Sequence[str], differences: Mapping[str, Differences], prevalence: float | None = None
) -> Verdict:
    """The verdict on the first run, beside the others.

    Args:
        splits: test sets, the main one first.
        differences: name of a run -> its paired differences to the baseline.
        prevalence: share of the patients that have the last of two classes; None: its share of the images.
    """
    run, split, scores = runs[0], splits[0], runs[0].scores
    confidence = run.recipe.evaluate.confidence
    looks = _looking(run, split)[0]
    hard = hardest(run, splits)
    finds = counted.what_it_finds(scores[split], split, confidence)
    if finds and "flipped" in scores and split != "flipped":
        finds += f" {counted.with_the_artefact_swapped(scores['flipped'])}"
    means = counted.what_an_answer_means(scores[split], prevalence, confidence)
    points = [
        Point("Is it better than guessing?", verdict.how_good(scores[split], split, confidence), lights.of_guessing(scores[split])),
        Point("What does it find?", f"{finds} {means}".strip()),
        _look(run, split),
        _reliance(run, split),
        _probabilities(run, split),
        _groups(run, split),
        Point("Where does it fail?", verdict.where_it_fails(by_decision(run, hard), hard, how(run))),
        *_guidance(runs, splits, differences),
        *(Point(f"And {name}?", _relies(other, split)) for other, name in list(zip(runs, names(runs), strict=True))[1:]),
    ]
    partly = "flipped" in scores and verdict.above_guessing(scores["flipped"])
    line = verdict.headline(looks, verdict.habit(scores.get("matched"), scores.get("flipped")), partly)
    return Verdict(names(runs)[0], line, [point for point in points if point.answer])


def _look(run: Run, split: str) -> Point:
    looks, epg = _looking(run, split)
    peak = counted.where_the_peak_lies(tables.first_map(run, split))
    return Point("Does it look at the annotated region?", f"{verdict.where_it_looks(epg)} {peak}".strip(), lights.of_looking(looks))


def _reliance(run: Run, split: str) -> Point:
    """By the test sets in which the artefact changes sides; without these, by the run's audit."""
    question, said = "Does it rely on an artefact?", _relies(run, split)
    if said:
        return Point(question, said, lights.of_artefact(run.scores.get("matched"), run.scores.get("flipped")))
    facts = read_audit(run)
    if facts is None:
        return Point(question, "Nothing here tests it: `sightline audit RUN` does.", "untested")
    return Point(question, f"By the audit on {facts.split}: {headline(facts)}.", lights.of_audit(facts))


def _probabilities(run: Run, split: str) -> Point:
    scores = run.scores[split].calibration
    shown = None if scores is None else scores.after or scores.before
    answer = are_they_right(scores, split, run.recipe.evaluate.confidence)
    light: lights.Light = lights.of_probabilities(shown.overconfidence, beyond_chance(shown.ece)) if shown else "untested"
    return Point("Are its probabilities right?", answer, light)


def _groups(run: Run, split: str) -> Point:
    by = run.scores[split].by
    said = [sentence for table in by.values() for sentence in table.sentences]
    answer = " ".join(said) or "No groups were scored: the setting `evaluate.by` names the tags, such as sex or age."
    return Point("Is it as good in every group?", answer, lights.of_groups(by.values()))


def _guidance(runs: Sequence[Run], splits: Sequence[str], differences: Mapping[str, Differences]) -> list[Point]:
    """Whether guidance helps, and how each run compares with the baseline."""
    base = baseline(runs)
    called = names(runs)[list(runs).index(base)]
    points = []
    for other, name in zip(runs, names(runs), strict=True):
        if other is base:
            continue
        found = {s: differences[name][s] for s in splits if s in differences[name]}
        close = found.get(splits[0], {})
        sentences = [
            verdict.comparison_in_words(name, called, metric, close[metric], splits[0]) for metric in ("auc", "epg") if metric in close
        ]
        if other.recipe.guided and not base.recipe.guided:
            question = "Does guidance help?" if len(runs) == 2 else f"Does the guidance of {name} help?"
            sentences.insert(0, verdict.guidance_helps(found, name, called))
        else:
            question = f"Does {name} differ from {called}?"
            metric = verdict.decided_metric(close)
            sentences.insert(0, verdict.comparison_in_words(name, called, metric, close[metric], splits[0]))
        points.append(Point(question, " ".join(sentences)))
    return points


def _looking(run: Run, split: str) -> tuple[verdict.Looking, Level | None]:
    looked = tables.first_map(run, split)
    epg = looked.epg if looked else None
    return verdict.looking(epg), epg


def _relies(run: Run, split: str) -> str:
    return verdict.reliance(run.scores.get("matched"), run.scores.get("flipped"), _looking(run, split)[0])


def _of_volumes(scores: SplitScores) -> list[Tile]:
    if (whole := scores.volumes) is None:
        return []
    return [Tile("accuracy of volumes", whole.classification.accuracy, f"{count(whole.n, 'volume')}, {whole.pool} of slices")]


def _rule(scores: SplitScores) -> str:
    """Which decision an accuracy is about, where the run's own is another one."""
    return ", of the most probable class" if scores.classification.at_threshold else ""


def tiles(run: Run, split: str) -> list[Tile]:
    """The few numbers at the top."""
    scores, looked = run.scores[split], tables.first_map(run, split)
    found = [
        Tile("accuracy", scores.accuracy, f"{count(scores.n, 'image')}, {split}{_rule(scores)}"),
        *_of_volumes(scores),
        Tile("AUC", scores.classification.auc, "0.5 is guessing"),
    ]
    if looked:
        found.append(Tile("EPG", looked.epg, f"ROI area {decimal(looked.roi_area.value)}"))
    if "flipped" in run.scores:
        found.append(Tile("accuracy, flipped", run.scores["flipped"].accuracy, "artefact on the other class"))
    elif scores.groups:
        found.append(Tile("worst group", scores.groups.worst, scores.groups.worst_group or ""))
    return found
