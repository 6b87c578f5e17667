"""The figures and panels of the page, each with what is said below it and in its place."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest

from sightline.engine.run import Run
from sightline.explain.choose import choose
from sightline.explain.figures import Arm, arms_chart, class_histogram, confusion, localisation_bars, loss_curves, roc_figure
from sightline.explain.run_pictures import class_specific, guiding, map_names, map_range, names
from sightline.plural import count
from sightline.report import facts, tables
from sightline.report.decided import by_decision
from sightline.report.pictures import Chart, Charts, Panel, panel, picture
from sightline.report.words import score_line
from sightline.results import Score

PER_CLASS, SIDE_BY_SIDE, TAUGHT = 4, 6, 4  # images of a panel


def arms(charts: Charts, runs: Sequence[Run]) -> Chart | None:
    """Accuracy with the artefact beside its class of training and beside the other, and EPG; None where these test sets are missing."""
    if not all("matched" in run.scores and "flipped" in run.scores for run in runs):
        return None
    found, said = [], []
    for run, name in zip(runs, names(runs), strict=True):
        accuracy: dict[str, Score] = {s: run.scores[s].accuracy for s in ("matched", "removed", "flipped") if s in run.scores}
        looked = tables.first_map(run, "matched")
        epg = looked.epg if looked else None
        found.append(Arm(name, accuracy, epg))
        scores = [f"accuracy {split} {score_line(score)}" for split, score in accuracy.items()]
        said.append(f"{name}: {', '.join(scores)}, EPG {score_line(epg)}")
    caption = (
        "Left: how often each arm is right with the artefact beside the same class as in training (matched), without it (removed) and with "
        "it beside the other class (flipped); an arm that relies on the artefact does worse there. Right: how much of its evidence lies in "
        "the region, matched."
    )
    return charts(arms_chart(found), "Accuracy and EPG of each arm. " + ". ".join(said), caption)


def taught(run: Run, name: str) -> Panel | None:
    """Training images with the regions that guided it, class by class in turn; None where nothing did."""
    annotated = [row for row in run.split_table if row["split"] == "train" and row["annotated"] == "1"]
    if not (run.recipe.guided and annotated):
        return None
    by_class = [[row["id"] for row in annotated if row["label"] == label] for label in run.classes]
    ids = [id for alike in zip_longest(*by_class) for id in alike if id is not None][:TAUGHT]
    cells = [[picture(cell) for cell in row] for row in guiding(run, ids)]
    caption = f"Where {name} was told to look: {facts.regions(run.recipe)}. Scores are taken against the annotation as it was given."
    return Panel(["training image, label", "region"], cells, caption)


def localisation(charts: Charts, runs: Sequence[Run], split: str) -> Chart | None:
    """EPG beside its levels; None where there is none."""
    figure = localisation_bars(runs, split)
    if figure is None:
        return None
    scores = {n: tables.first_map(r, split) for r, n in zip(runs, names(runs), strict=True)}
    said = "; ".join(f"{n}: {score_line(s.epg if s else None)}" for n, s in scores.items())
    caption = f"On {split}. Only a score above all three marks shows that a model looks at the region of each image."
    return charts(figure, f"Share of evidence inside the region: {said}", caption)


def per_class(run: Run, name: str, split: str) -> list[tuple[str, Panel]]:
    """A panel for each class, of what the run recognises; its errors are shown as cases."""
    if not map_names(run, split):
        return []
    said = run.predictions(split)
    right = {id for id, decided, label in zip(said.ids, run.decision(said.probabilities), said.labels, strict=True) if decided == label}
    found = []
    for label, of in enumerate(run.classes):
        ids = [id for id in choose(run, split, len(said.ids), label) if id in right]
        ids = ids if len(ids) <= PER_CLASS else [*ids[: PER_CLASS // 2], *ids[-(PER_CLASS // 2) :]]
        caption = f"{name} on {split}, recognised as {of}: the least and the most certain. {_how_drawn(run)}"
        shown = panel([run], split, ids, caption, every=True)
        if shown:
            found.append((of, shown))
    return found


def side_by_side(runs: Sequence[Run], split: str) -> Panel | None:
    """All arms on the same images."""
    if len(runs) == 1:
        return None
    scales = f"{_how_drawn(runs[0])} Each map has its own scale." if map_names(runs[0], split) else ""
    caption = f"All arms on {split}: images on which they disagree first. {scales}"
    return panel(runs, split, choose(runs, split, SIDE_BY_SIDE), caption)


def _how_drawn(run: Run) -> str:
    evidence = "Shown is the positive evidence, relative to the map's highest value"
    scale = evidence if map_range(run) == "evidence" else "Shown on a fixed scale from 0 to 1"
    return f"{scale}{', for the predicted class' if class_specific(run) else ''}. The outline is the annotation."


def curves(charts: Charts, runs: Sequence[Run], split: str) -> Chart:
    """ROC."""
    said = [f"{n}: AUC {score_line(r.scores[split].classification.auc)}" for r, n in zip(runs, names(runs), strict=True)]
    caption = f"How the classes are told apart on {split}, at every threshold. The dashed line is guessing."
    return charts(roc_figure(runs, split), f"ROC curves on {split}. {'; '.join(said)}", caption)


def matrix(charts: Charts, run: Run, name: str, split: str) -> Chart:
    """Confusion matrix."""
    scores = by_decision(run, split)
    counts, classes = scores.classification.confusion, scores.classes
    said = [f"{n} {classes[i]} called {classes[j]}" for i, row in enumerate(counts) for j, n in enumerate(row) if n]
    return charts(
        confusion(scores),
        f"Confusion matrix on {split}: {'; '.join(said)}",
        f"{name} on {split}: rows are true, columns predicted; {run.decision.words(run.classes)}.",
    )


def learned(charts: Charts, runs: Sequence[Run]) -> list[Chart]:
    """Training curves of each run that kept them."""
    found = []
    for run, name in zip(runs, names(runs), strict=True):
        if run.history:
            alt = f"Training curves of {name} over {count(len(run.history), 'epoch')}."
            found.append(charts(loss_curves(run.history), alt, f"{name}: each loss on its own scale, before it is weighted."))
    return found


def histogram(charts: Charts, run: Run) -> Chart:
    """Classes in training, before and after balancing."""
    before, after = facts.balanced(run)
    alt = "Training images per class: " + ", ".join(f"{c} {n:.0f}" for c, n in before.items())
    return charts(class_histogram(before, after), alt, f"Training images of each class; {facts.balance_words(run)}.")
