"""Puts the page together: what is shown, in which order, and what is said beside it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sightline.engine.compare import baseline
from sightline.engine.files import write_text
from sightline.engine.run import Run
from sightline.explain.run_pictures import names, of_probabilities
from sightline.report import by_tags, facts, probabilities, sections, tables, verdict
from sightline.report.audited import audit_from
from sightline.report.cases import cases
from sightline.report.decided import by_decision, how
from sightline.report.differences import UNSTABLE, Compared, compared, notes, shown_name
from sightline.report.findings import of_findings
from sightline.report.lights import LEGEND, SHAPES, WORDS
from sightline.report.notes import TERMS, limits
from sightline.report.pictures import Charts
from sightline.report.summary import conclude, hardest, judged_splits, most_telling, scored_splits, tiles
from sightline.report.templating import rendered


def write_report(
    run: Run,
    others: Sequence[Run] = (),
    path: Path | str | None = None,
    title: str | None = None,
    found: Compared | None = None,
    prevalence: float | None = None,
) -> Path:
    """Writes the page, whole or not at all; see `report`. Of a run with several findings, a page of each finding is written as well.

    Args:
        path: of the file; None: `report.html` in the run's folder, or in the folder above where all runs lie side by side.
    """
    for finding in run.findings:
        write_report(run.of(finding), prevalence=prevalence)
    file = Path(path) if path is not None else _home(run, others) / "report.html"
    write_text(file, report(run, others, title, found, prevalence, file.parent))
    return file


def _home(run: Run, others: Sequence[Run]) -> Path:
    """The run's folder; that above it for arms that lie side by side, since the page is then about all of them."""
    same = others and all(other.path.resolve().parent == run.path.resolve().parent for other in others)
    return run.path.parent if same else run.path


def report(
    run: Run,
    others: Sequence[Run] = (),
    title: str | None = None,
    found: Compared | None = None,
    prevalence: float | None = None,
    out: Path | None = None,
) -> str:
    """One HTML page about a run, or about a run beside others, that needs no other file.

    Args:
        run: the run that the verdict is about; finished and evaluated.
        others: arms to compare with, evaluated on the same test sets.
        title: heading of the page; None: the names of the runs.
        found: their paired differences, where they are known already.
        prevalence: share of the patients that have the last of two classes, for predictive values; None: its share of the images.
        out: the folder in which it will lie, from which it points to the audit of the first run, where there is one.

    Raises:
        UserError: the runs have no evaluated test set in common.
    """
    if run.findings:
        if others:
            run.require_one_label()
        return rendered("findings.html.j2", of_findings(run) | {"title": title or run.name})
    runs = [run, *others]
    content = _content(runs, found, prevalence) | {"title": title or " and ".join(names(runs))}
    content["audit"] = audit_from(run, out) if out else ""
    return rendered("report.html.j2", content, terms=TERMS)


def _content(runs: list[Run], found: Compared | None, prevalence: float | None) -> dict[str, Any]:
    run, called = runs[0], names(runs)
    splits = judged_splits(runs)
    split, hard = splits[0], hardest(run, splits)
    scored = scored_splits(runs)
    found = found or compared(runs, baseline(runs), scored, {split}, split)
    charts = Charts()
    return {
        "runs": called,
        "base": found.base,
        "split": split,
        "hardest": hard,
        "confidence": f"{run.recipe.evaluate.confidence:.0%}",
        "about": facts.about(run, split),
        "verdict": conclude(runs, splits, found.of, prevalence),
        "legend": [(SHAPES[light], WORDS[light], meaning, light) for light, meaning in LEGEND.items()],
        "tiles": tiles(run, split),
        "arms": sections.arms(charts, runs),
        "facts": facts.facts(runs),
        "counts": facts.split_counts(run),
        "taught": sections.taught(run, called[0]),
        "comparison": tables.comparison(runs, scored),
        "differences": found.of,
        "differences_notes": notes(found),
        "shown_name": shown_name,
        "unstable": UNSTABLE,
        "localisation": sections.localisation(charts, runs, split),
        "pointing": tables.pointing(runs, split),
        "cuts": tables.cuts(runs, split),
        "positive": run.classes[-1],
        "decisions": tables.decisions(runs, split),
        "masks": tables.masks(runs, split),
        "right": probabilities.are_they_right(run.scores[split].calibration, split, run.recipe.evaluate.confidence),
        "probabilities": probabilities.rows(runs, split),
        "calibrations": probabilities.calibrations(runs),
        "reliability": probabilities.chart(charts, run, called[0], split),
        "side_by_side": sections.side_by_side(runs, most_telling(runs, splits)),
        "panels": sections.per_class(run, called[0], split),
        "roc": sections.curves(charts, runs, split),
        "confusion": sections.matrix(charts, run, called[0], split),
        "per_class": tables.per_class(run.scores[split]),
        "by": by_tags.sections(charts, runs, split, found.groups),
        "fails": verdict.where_it_fails(by_decision(run, hard), hard, how(run)),
        "groups": tables.groups(run.scores[hard]),
        "cases": cases(run, hard),
        "rule": run.decision.words(run.classes),
        "calibrated": of_probabilities(runs),
        "learned": sections.learned(charts, runs),
        "histogram": sections.histogram(charts, run),
        "limits": limits(runs, split),
    }
