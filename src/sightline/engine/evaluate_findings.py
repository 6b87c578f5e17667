"""Scoring of a run with several findings: each as a task of two classes, in a folder of its own, and the means over all of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from filelock import FileLock

from sightline.engine.compare import judged
from sightline.engine.evaluate import evaluate
from sightline.engine.files import write_json
from sightline.engine.run import Run
from sightline.metrics.comparisons.compare import Judged
from sightline.metrics.confidence.bootstrap import Array
from sightline.metrics.scores.findings import macro_scores
from sightline.results import FORMAT
from sightline.results.findings import FindingsScores


def evaluate_findings(run: Run, splits: Sequence[str] | None = None, by: Sequence[str] | None = None) -> dict[str, FindingsScores]:
    """Scores a finished run with several findings on the named splits (default: the recipe's).

    For each finding, `findings/NAME` in the run folder holds what a run of two classes holds: predictions, the threshold and the
    calibration that the validation images choose, scores and maps. `metrics.json` of the run holds all scores.

    Args:
        by: tags by which groups of images are scored, see `evaluate`.

    Returns:
        split name -> scores, of the splits asked for.

    Raises:
        UserError: the run has no such split.
    """
    of_each = {}
    for name in run.findings:
        write_json(run.finding_folder(name) / "finding.json", {"finding": name})
        of_each[name] = evaluate(run.of(name), splits, by=by)
    results = {}
    for split in next(iter(of_each.values())):
        found = {name: scores[split] for name, scores in of_each.items()}
        labels, probabilities, epg, patients = answers(run, split)
        kept = [run.of(name).decision.threshold for name in run.findings] if split != "val" else None
        settings = run.recipe.evaluate
        macro = macro_scores(
            labels, probabilities, epg, kept, groups=patients, bootstrap=settings.bootstrap, confidence=settings.confidence
        )
        results[split] = FindingsScores(n=len(labels), findings=found, macro=macro, format=FORMAT)
    with FileLock(run.path / ".scores.lock"):
        write_json(run.path / "metrics.json", {name: scores.to_json() for name, scores in (run.finding_scores | results).items()})
    return results


def evaluate_any(run: Run, splits: Sequence[str]) -> None:
    """Scores a run on the named splits, whether its images have one label or several findings."""
    if run.findings:
        evaluate_findings(run, splits)
    else:
        evaluate(run, splits)


def answers(run: Run, split: str) -> tuple[Array, Array, Array, list[str]]:
    """Labels, probabilities and energies (N, C) of all images of a split, NaN where they are not known, and the patient of each image."""
    return side_by_side(run, split, [judged(run.of(name), split) for name in run.findings])


def side_by_side(run: Run, split: str, of_each: Sequence[Judged]) -> tuple[Array, Array, Array, list[str]]:
    """See `answers`; `of_each`: what the run answered for each finding."""
    rows = [row for row in run.split_table if row["split"] == split]
    place = {row["id"]: i for i, row in enumerate(rows)}
    labels, probabilities, epg = (np.full((len(rows), len(of_each)), np.nan) for _ in range(3))
    for c, said in enumerate(of_each):
        at = [place[i] for i in said.ids]
        labels[at, c], probabilities[at, c] = said.labels, said.probabilities[:, 1]
        if said.epg is not None:
            epg[at, c] = said.epg
    return labels, probabilities, epg, [row["group"] or row["id"] for row in rows]
