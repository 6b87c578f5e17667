"""The model card of a run: what it was trained on, how good it is, where it looks, and what it is not for."""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib.metadata import version

from sightline import catalog
from sightline.engine.run import Run
from sightline.errors import plain
from sightline.plural import count
from sightline.report.facts import losses, split_counts
from sightline.report.notes import INTENDED, NOT_FOR, limits
from sightline.report.summary import main_split, scored_splits
from sightline.report.words import decimal, listed, score_line
from sightline.results import Score
from sightline.settings import COLOUR


def card(run: Run) -> str:
    """The page, in Markdown.

    Raises:
        UserError: no split of the run was scored.
    """
    main = main_split([run])
    parts = [_head(run), _use(run), _data(run), _preprocessing(run), _scores(run), _looks(run), _limits(run, main)]
    return "\n\n".join(part for part in parts if part) + "\n"


def shown(text: str) -> str:
    """A name that people chose, as Markdown shows it on one line of a table.

    >>> print(shown("a|b <i>"))
    a\\|b &lt;i>
    """
    return plain(text).replace("&", "&amp;").replace("<", "&lt;").replace("|", "\\|").replace("`", "'")


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table of Markdown; the cells are shown as they are."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _head(run: Run) -> str:
    tags = ["sightline", "guided-attention", "explainability"]
    top = ["---", "library_name: sightline", "pipeline_tag: image-classification", f"tags: {json.dumps(tags)}", "---"]
    recipe = run.recipe
    title = f"{shown(recipe.name)}: {shown(recipe.title)}" if recipe.title else shown(recipe.name)
    about = (
        f"An image classifier with attention maps, trained with sightline {version('sightline')} by the recipe {title}. "
        f"The network is {shown(recipe.backbone.name)}; it distinguishes {listed([shown(name) for name in run.classes])}."
    )
    return "\n".join([*top, f"# {shown(run.name)}", "", about])


def _use(run: Run) -> str:
    code = '```python\nimport sightline as sl\n\nclassifier = sl.load("hf://OWNER/NAME")  # or this folder\n'
    code += f"logits = classifier(images)  # (N, {run.recipe.data.channels}, S, S) float32 in [0, 1]\n"
    code += f"{_probabilities(run)}\n```"
    return f"## Use\n\n{code}\n\n**What it is meant for.** {INTENDED}\n\n**What it is not for.** {NOT_FOR}"


def _probabilities(run: Run) -> str:
    """The line of code that gives the probabilities that the card speaks of."""
    by = run.calibration
    if by is None:
        return "probabilities = logits.softmax(1)"
    added = f" + torch.tensor([0, {by.intercept:.6g}])" if by.intercept else ""
    return f"probabilities = ({by.slope:.6g} * logits{added}).softmax(1)  # calibrated; the threshold below is one of these"


def _data(run: Run) -> str:
    splits, rows = split_counts(run)
    counts = table(["images", *map(shown, splits)], [[shown(name), *(f"{n:,}" for n in numbers)] for name, numbers in rows])
    name = run.recipe.data.name
    about = f"Data set: {shown(name)}. {catalog.words('data', name)}"
    learnt = f"Attention map: {run.recipe.attention.name}. The training asked for: {losses(run.recipe)}."
    return f"## Data and training\n\n{about}\n\n{counts}\n\n{learnt}"


def _preprocessing(run: Run) -> str:
    data = run.recipe.data
    side = data.load_size or data.image_size
    square = {
        "squash": "squashed to a square",
        "crop": "cut to its middle square",
        "pad": f"padded to a square with the colour {data.augment.fill}",
    }[data.fit]
    if data.centre is not None:
        square = f"cut to its middle square, of {data.centre:g} times the shorter side"
    colours = {1: "in one channel, its brightness", COLOUR: "as RGB"}.get(data.channels, f"with {data.channels} channels")
    steps = f"Each picture is read {colours}, {square}, and resized to {side} x {side} pixels"
    steps += f", of which the middle {data.image_size} x {data.image_size} are used" if side > data.image_size else ""
    rest = f"Values are in [0, 1]; the network normalises them itself. An image is {shown(run.decision.words(run.classes))}."
    return f"## Preprocessing\n\n{steps}. {rest}"


def _scores(run: Run) -> str:
    rows = []
    for split in scored_splits([run]):
        scores = run.scores[split]
        good = scores.classification
        at = good.at_threshold
        decided: list[Score | None] = [at.sensitivity, at.specificity] if at else [None, None]
        cells = [score_line(one) if one else "–" for one in (good.accuracy, good.balanced_accuracy, good.auc, *decided)]
        rows.append([shown(split), f"{scores.n:,}", *cells])
    header = ["split", "images", "accuracy", "balanced accuracy", "AUC", "sensitivity", "specificity"]
    note = (
        f"In brackets: {run.recipe.evaluate.confidence:.0%} intervals. Accuracies are those of the most probable class; sensitivity and "
        "specificity are those of the decision at the threshold kept from the validation images, where there is one."
    )
    return f"## Scores\n\n{table(header, rows)}\n\n{note}"


def _looks(run: Run) -> str:
    rows = []
    for split in scored_splits([run]):
        if found := run.scores[split].first_map:
            levels = [decimal(level) for level in (found.epg.uniform, found.epg.centre, found.epg.shuffled)]
            rows.append([shown(split), f"{found.n:,}", score_line(found.epg), *levels])
    if not rows:
        return "## Where it looks\n\nThis was not measured: the classifier has no attention map, or no image is annotated."
    note = (
        "EPG is the share of the map's positive evidence that lies inside the annotated region. Beside it stand the levels that maps reach "
        "without looking: a map that is the same everywhere, a blob in the middle, and the maps of other images."
    )
    return f"## Where it looks\n\n{table(['split', 'images', 'EPG', 'uniform', 'centre', 'shuffled'], rows)}\n\n{note}"


def _limits(run: Run, split: str) -> str:
    missing = "This card names no licence. Add one before you publish the model; the data may limit your choice."
    listing = "\n".join(f"- {sentence}" for sentence in limits([run], split, pictures=False))
    of = f"The sentences on numbers of images are about the split {shown(split)} ({count(run.scores[split].n, 'image')})."
    return f"## Limits\n\n{listing}\n\n{of}\n\n{missing}"
