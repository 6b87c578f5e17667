"""The facts of a training in words: data, network, losses, schedule."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from sightline import catalog
from sightline.engine.run import Run
from sightline.plural import count
from sightline.recipe import Recipe
from sightline.report.notes import INTENDED, NOT_FOR, TERMS
from sightline.report.words import listed

_BALANCE = {
    "none": "classes as they are",
    "oversample": "smaller classes repeated until all are equally large",
    "weighted_sampler": "images drawn so that all classes are equally likely",
    "class_weights": "errors on small classes count more",
}


@dataclass(frozen=True)
class Fact:
    """A line of the table: what, and one value per run."""

    name: str
    values: list[str]

    @property
    def common(self) -> bool:
        """Whether it is the same for all runs."""
        return len(set(self.values)) == 1


def facts(runs: list[Run]) -> list[Fact]:
    """What was trained on what, run by run."""
    each = [_facts(run) for run in runs]
    lines = [Fact(name, [found[name] for found in each]) for name in each[0]]
    return [line for line in lines if any(line.values)]


def _facts(run: Run) -> dict[str, str]:
    recipe = run.recipe
    data, backbone, train = recipe.data, recipe.backbone, recipe.train
    training = [row for row in run.split_table if row["split"] == "train"]
    annotated = sum(row["annotated"] == "1" for row in training)
    weights = {"none": "from scratch", "imagenet": "pretrained on ImageNet"}.get(backbone.weights, "from given weights")
    cut = f", cut at stride {backbone.stride}" if backbone.stride else ""
    versions = run.environment.packages
    return {
        "Recipe": f"{recipe.name}: {recipe.title}" if recipe.title else recipe.name,
        "Source": recipe.source,
        "Departs from its source": "; ".join(recipe.deviations),
        "Data set": f"{data.name}. {catalog.words('data', data.name)}",
        "Classes": listed(list(run.classes)),
        "Annotated": f"{annotated:,} of {count(len(training), 'training image')}",
        "Regions in training": regions(recipe) if recipe.guided else "",
        "Images": f"{data.image_size} × {data.image_size} pixels; {balance_words(run)}",
        "Network": f"{backbone.name}, {weights}{cut}",
        "Attention map": f"{recipe.attention.name}: {catalog.words('attention', recipe.attention.name)}",
        "Learns to": losses(recipe),
        "Balance of the losses": f"{recipe.weighting.name}: {catalog.words('weighting', recipe.weighting.name)}",
        "Training": f"{count(train.epochs, 'epoch')}, {train.optimizer.name}, learning rate {train.optimizer.lr:g}, "
        f"batches of {train.batch_size}, {'last epoch kept' if train.select == 'last' else f'best epoch by {train.select}'}",
        "Seed": f"{train.seed}",
        "Versions": ", ".join(f"{name} {version}" for name, version in versions.items()) or "not recorded",
    }


def about(run: Run, split: str) -> list[tuple[str, str]]:
    """What the page says of a model before any score: what it is meant for, the images it was judged on, which weights these are."""
    table = [row for row in run.split_table if row["split"] == split]
    patients = {row["group"] or row["id"] for row in table}
    images = count(run.scores[split].n, "image") + (f" of {count(len(patients), 'patient')}" if len(patients) < len(table) else "")
    return [
        ("Meant for", INTENDED),
        ("Not meant for", NOT_FOR),
        ("Judged on", f"{run.recipe.data.name}, {split}: {images}. {TERMS.get(split, '')}".strip()),
        ("Model", model_words(run)),
    ]


def model_words(run: Run) -> str:
    """Which weights these are, and when and with what they were trained."""
    version, date = run.environment.packages.get("sightline"), run.environment.date
    made = [f"weights {run.weights_sha256[:12]} (SHA-256)", f"sightline {version}" if version else "", f"trained on {date}" if date else ""]
    return ", ".join(filter(None, made))


def losses(recipe: Recipe) -> str:
    """What the losses ask for, each with its name and weight; of a training in stages, of each stage."""
    if recipe.stages:
        return "; then ".join(
            f"{stage.name}: {losses(recipe.at_stage(stage).model_copy(update={'stages': []}))}" for stage in recipe.stages
        )
    rooms = {"classification": [recipe.losses.classification], "guidance": recipe.losses.guidance, "behaviour": recipe.losses.behaviour}
    found = []
    for room, several in rooms.items():
        for loss in several:
            found.append(f"{catalog.words(room, loss.name)} ({loss.name}, weight {loss.weight:g})")
    return "; ".join(found)


def regions(recipe: Recipe) -> str:
    """What becomes of the annotations that guide the training."""
    roi = recipe.data.roi
    changes = [
        {"polygon": "outlined coarsely", "circle": "as circles of the same area", "box": "as bounding boxes"}.get(roi.shape, ""),
        f"{'grown' if roi.grow > 0 else 'shrunk'} by {abs(roi.grow):.0%} of the radius" if roi.grow else "",
        f"outlines displaced smoothly by {roi.noise:.0%} of the radius" if roi.noise else "",
        f"shifted by {roi.shift:.0%} of the radius" if roi.shift else "",
        "inverted: everything but the region" if roi.invert else "",
    ]
    source = listed(list(roi.of)) if roi.of else "as annotated" if recipe.data.reviews is None else "as annotated, or as reviewers outlined"
    pseudo = "masks predicted by a network where there are any, else " if roi.pseudo else ""
    return ", ".join([pseudo + source, *filter(None, changes)])


def split_counts(run: Run) -> tuple[list[str], list[tuple[str, list[int]]]]:
    """Names of the splits, and rows (class, images in each); the last rows are all and the annotated."""
    table = run.split_table
    splits = list(dict.fromkeys(row["split"] for row in table))
    of_class = Counter((row["label"], row["split"]) for row in table)
    rows = [(c, [of_class[c, s] for s in splits]) for c in run.classes]
    rows.append(("all", [sum(row["split"] == s for row in table) for s in splits]))
    rows.append(("annotated", [sum(row["split"] == s and row["annotated"] == "1" for row in table) for s in splits]))
    return splits, rows


def balanced(run: Run) -> tuple[dict[str, float], dict[str, float] | None]:
    """Training images per class, and how many are shown per epoch once the classes are balanced; None if they are not, or not by themselves
    alone."""
    labels = [row["label"] for row in run.split_table if row["split"] == "train"]
    before = {c: float(labels.count(c)) for c in run.classes}
    present = [n for n in before.values() if n]
    if run.recipe.data.balance_by:
        return before, None
    if run.recipe.data.balance == "oversample":
        return before, {c: max(present) if n else 0.0 for c, n in before.items()}
    if run.recipe.data.balance == "weighted_sampler":
        return before, {c: len(labels) / len(present) if n else 0.0 for c, n in before.items()}
    return before, None


def balance_words(run: Run) -> str:
    """How the classes are balanced."""
    data = run.recipe.data
    divided = f", each of them divided by {listed(list(data.balance_by))} into groups that count like classes"
    return _BALANCE[data.balance] + (divided if data.balance_by else "")
