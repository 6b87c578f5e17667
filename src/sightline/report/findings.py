"""The page of a run with several findings per image: all findings side by side, each with a page of its own."""

from __future__ import annotations

from typing import Any

from sightline import catalog
from sightline.engine.run import Run
from sightline.explain.figures import loss_curves
from sightline.plural import count
from sightline.report.pictures import Charts
from sightline.report.words import decimal, listed
from sightline.results import SplitScores
from sightline.results.findings import FindingsScores


def of_findings(run: Run) -> dict[str, Any]:
    """What the template `findings.html.j2` shows."""
    every = run.finding_scores
    split = next((name for name in every if name != "val"), "val")
    charts, confidence = Charts(), run.recipe.evaluate.confidence
    curves = charts(loss_curves(run.history), f"Training curves over {count(len(run.history), 'epoch')}.", "Each loss on its own scale.")
    return {
        "headline": _headline(every[split], split, confidence),
        "weakest": _weakest(every[split]),
        "confidence": f"{confidence:.0%}",
        "facts": _facts(run),
        "splits": [(name, [_row(run, finding, one) for finding, one in scores.findings.items()], scores) for name, scores in every.items()],
        "curves": curves if run.history else None,
    }


def _headline(scores: FindingsScores, split: str, confidence: float) -> str:
    mean, names = scores.macro.auc, list(scores.findings)
    images = count(scores.n, "image")
    if mean.value is None:
        return f"The AUC cannot be computed on the {images} of {split}"
    interval = "(no interval)" if mean.low is None else f"({confidence:.0%} interval {decimal(mean.low)} to {decimal(mean.high)})"
    return f"The mean AUC of {listed(names)} is {decimal(mean.value)} {interval} on the {images} of {split}"


def _weakest(scores: FindingsScores) -> str:
    told = {name: one.classification.auc.value for name, one in scores.findings.items()}
    known = {name: value for name, value in told.items() if value is not None}
    if len(known) < 2:
        return ""
    name = min(known, key=lambda finding: known[finding])
    return f"{name} is told worst: AUC {decimal(known[name])}"


def _row(run: Run, finding: str, scores: SplitScores) -> dict[str, Any]:
    good, first = scores.classification, scores.first_map
    decided, own = good.at_threshold, good.per_class[finding]
    return {
        "finding": finding,
        "page": f"{run.finding_folder(finding).relative_to(run.path).as_posix()}/report.html",
        "present": f"{own.n:,} of {scores.n:,}",
        "ranked": [own.auc, own.average_precision],
        "threshold": run.of(finding).decision.shown_at(decided.threshold) if decided else None,
        "decided": [decided.sensitivity, decided.specificity] if decided else [None, None],
        "epg": first.epg if first else None,
        "area": first.epg.uniform if first else None,
    }


def _facts(run: Run) -> list[tuple[str, str]]:
    recipe = run.recipe
    training = [row for row in run.split_table if row["split"] == "train"]
    marked = [f"{name} in {sum(name in row['marked'].split(';') for row in training):,}" for name in run.findings]
    losses = [recipe.losses.classification, *recipe.losses.guidance]
    found = {
        "Recipe": f"{recipe.name}: {recipe.title}" if recipe.title else recipe.name,
        "Data set": f"{recipe.data.name}. {catalog.words('data', recipe.data.name)}",
        "Training images": f"{len(training):,}; where a finding is to be seen is known for {listed(marked)}",
        "Losses": ", ".join(f"{loss.name} (weight {loss.weight:g})" for loss in losses),
        "Attention": catalog.words("attention", recipe.attention.name),
    }
    return list(found.items())
