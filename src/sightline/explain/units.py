"""Units named by data and not by eye: with which concept does a unit overlap beyond chance, and what does the decision lose without it?

The paper looked at every map and gave some of them a name (002-12 to 002-16); it left open whether a name means anything, and whether the
decision depends on it (002-21). Concepts that no unit stands for are named as well (002-18).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.nn.functional import adaptive_avg_pool2d

from sightline.attention.classifier import GuidedClassifier
from sightline.channels import as_rgb
from sightline.device import device_of
from sightline.engine.compare import judged_split
from sightline.engine.files import write_table
from sightline.engine.run import Run
from sightline.errors import UserError
from sightline.explain.ablation import Effect, effects
from sightline.explain.concepts import FINEST, Concepts, concepts_of
from sightline.explain.feature_maps import Layer, feature_maps, layers_of, pick
from sightline.explain.inputs import some
from sightline.explain.tint import tint
from sightline.explain.units_page import PICTURES, Best, write_page
from sightline.metrics.scores.overlap import Overlap, concept_overlap
from sightline.results.units import ConceptUnit, NamedUnits

_BATCH = 32


def name_units(
    run: Run,
    layers: Sequence[str] = (),
    split: str | None = None,
    out: Path | None = None,
    *,
    images: int = 200,
    top: float = 0.05,
    effect: bool = True,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> NamedUnits:
    """Compares every unit of some layers with everything that is marked in the images, and writes `units.csv`, `units.html`, `units.png`.

    A unit has the name of the concept in which it exceeds the chance level most; see `metrics.overlap`.

    Args:
        layers: numbers or names; none: the last layer.
        split: None: the first test split that the recipe evaluates.
        out: folder; None: `units` in the run's, where `gallery` finds the names.
        images: at most so many of the split, as many of each class.
        top: share of the positions at which a unit counts as active.
        effect: also switch each unit off; takes the longest.
        progress: called with (done, total) units.

    Raises:
        UserError: nothing is marked in the images, or an unknown layer or split.
    """
    split = judged_split(run, split)
    dataset = run.datasets[split]
    places = some(run, split, images)
    records = [dataset.records[i] for i in places]
    concepts = concepts_of(records, run.recipe.data)
    if not concepts.masks.any():
        remedy = "Take another data set that has masks or regions, such as isic2017 (`data=...`), or look by eye: sightline gallery."
        raise UserError(f"split {split}", "shows nothing that is marked", remedy)
    classifier = run.classifier()
    squares = torch.stack([dataset[i].image for i in places])  # (N, C, S, S)
    labels = np.array([dataset.labels[i] for i in places])
    found = layers_of(classifier.backbone, squares[:1].to(device_of(classifier)))
    chosen = pick(found, layers) if layers else found[-1:]
    groups = [record.group or record.id for record in records]
    rows: list[dict[str, Any]] = []
    best: list[Best] = []
    total, done = sum(layer.filters for layer in chosen), 0
    for layer in chosen:
        maps = _maps(classifier, squares, layer)  # (N, K, h, w)
        overlap = concept_overlap(maps, concepts.masks, concepts.known, top=top, groups=groups)
        changes = effects(classifier, layer, squares, labels, partial(_tick, progress, done, total)) if effect else None
        done += layer.filters
        said = _effects(changes, run.classes, layer.filters)
        rows += _rows(layer, concepts.names, overlap, said)
        best += _best(layer, concepts, overlap, said, maps, squares)
    folder = out or run.path / "units"
    write_table(folder / "units.csv", rows, list(rows[0]))
    absent = [name for c, name in enumerate(concepts.names) if not concepts.masks[:, c].any()]
    files = [folder / "units.csv", *write_page(folder, run, split, len(places), best, absent, top)]
    concepts_found, written = [one.found for one in best], [str(path) for path in files]
    return NamedUnits(split=split, images=len(places), concepts=concepts_found, absent=absent, files=written)


def _tick(progress: Callable[[int, int], None], before: int, total: int, done: int, _of_layer: int) -> None:
    """Progress over the units of all layers from that over those of one."""
    progress(before + done, total)


@torch.no_grad()
def _maps(classifier: GuidedClassifier, squares: torch.Tensor, layer: Layer) -> np.ndarray:
    """(N, K, h, w), averaged to at most `FINEST` pixels a side."""
    found = []
    for part in squares.split(_BATCH):
        maps = feature_maps(classifier.backbone, part.to(device_of(classifier)), [layer])[layer.name].float()
        size = (min(maps.shape[2], FINEST), min(maps.shape[3], FINEST))
        found.append(adaptive_avg_pool2d(maps, size) if size != maps.shape[2:] else maps)
    return torch.cat(found).cpu().numpy()


def _effects(changes: Effect | None, classes: Sequence[str], filters: int) -> list[dict[str, float]]:
    """For each unit, what its absence changes."""
    if changes is None:
        return [{} for _ in range(filters)]
    single = {k: v for k, v in asdict(changes).items() if k != "scores"}
    single |= {f"score:{name}": changes.scores[:, c] for c, name in enumerate(classes)}
    return [{name: float(change[unit]) for name, change in single.items()} for unit in range(filters)]


def _rows(layer: Layer, names: Sequence[str], overlap: Overlap, said: list[dict[str, float]]) -> list[dict[str, Any]]:
    """One row of the table per unit; the concept is empty where none is met beyond chance."""
    beyond = np.nan_to_num(overlap.iou - overlap.level, nan=-1.0)  # (K, C)
    rows = []
    for unit, scores in enumerate(overlap.iou):
        c = int(beyond[unit].argmax())
        there = beyond[unit, c] > 0
        row: dict[str, Any] = {"layer": layer.name, "number": layer.number, "unit": unit, "concept": names[c] if there else ""}
        row |= {"iou": _rounded(scores[c]), "expected": _rounded(overlap.expected[unit, c]), "level": _rounded(overlap.level[c])}
        row |= {f"iou:{name}": _rounded(score) for name, score in zip(names, scores, strict=True)}
        rows.append(row | {key: _rounded(value) for key, value in said[unit].items()})
    return rows


def _rounded(value: float) -> float | str:
    return "" if np.isnan(value) else round(float(value), 5)


def _best(
    layer: Layer, concepts: Concepts, overlap: Overlap, said: list[dict[str, float]], maps: np.ndarray, squares: torch.Tensor
) -> list[Best]:
    """The best unit of each concept that some image shows, with pictures spread over those images and not chosen for their looks."""
    found = []
    for c, name in enumerate(concepts.names):
        shown = np.flatnonzero(concepts.masks[:, c].any(axis=(1, 2)))
        if not len(shown):
            continue
        unit = int(np.nanargmax(overlap.iou[:, c]))
        chosen = shown[np.unique(np.linspace(0, len(shown) - 1, min(PICTURES, len(shown))).round().astype(int))]
        scale = float(maps[chosen, unit].max())
        photos = as_rgb((squares[torch.from_numpy(chosen)].permute(0, 2, 3, 1).numpy() * 255).round().astype(np.uint8))  # (n, S, S, 3)
        pictures = [(tint(photo, maps[i, unit], scale), concepts.masks[i, c]) for i, photo in zip(chosen, photos, strict=True)]
        iou, expected, level = overlap.iou[unit, c], overlap.expected[unit, c], overlap.level[c]
        named = bool(iou > level)
        facts = {"layer": layer.name, "number": layer.number, "unit": unit, "concept": name, "shown_in": len(shown), "named": named}
        numbers = {"iou": float(iou)} | {k: None if np.isnan(v) else float(v) for k, v in (("expected", expected), ("level", level))}
        changes = {change: None if np.isnan(value) else value for change, value in said[unit].items()}  # no AUC of images of one class
        found.append(Best(ConceptUnit(**facts, **numbers, **changes), said[unit], pictures))
    return found
