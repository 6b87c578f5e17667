"""Attention maps as masks, beside the annotations that they should equal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from string import ascii_uppercase

import numpy as np
from matplotlib.figure import Figure

from sightline.engine.run import Run
from sightline.errors import UserError
from sightline.explain.choose import evenly_ranked
from sightline.explain.figure.grid import grid
from sightline.explain.figure.kind import Options, asked, attention, kind, of_images, same_images
from sightline.explain.overlay import Range
from sightline.explain.run_pictures import Cell, map_names, map_range, names
from sightline.metrics.scores.localisation import upsample

FRAME, GREY = 2, 128  # width in pixels, and level


@dataclass(frozen=True)
class Masks:
    """Predicted masks (N, H, W) bool, and their overlap with the annotation (N,), NaN where both are empty."""

    masks: np.ndarray
    overlap: np.ndarray


@kind("SPN report, fig. 5, 7", takes="split images ids")
def masks(runs: Sequence[Run], options: Options) -> Figure:
    """Image, annotation and predicted mask, for one run or for several side by side as (A), (B).

    Annotated images, from the best to the worst overlap of (A), evenly spaced.
    """
    split = same_images(runs, options)
    first = attention(runs[0], split)
    known = [id for id, known in zip(first.ids, first.known, strict=True) if known]
    if not known:
        raise UserError(runs[0].path, f"no image of split {split!r} is annotated", "Give another `split=...`.")
    ids = asked(known, options, f"among the annotated images of split {split!r}") or known
    samples = runs[0].pictures(split, ids)
    rois = np.stack([s.roi for s in samples if s.roi is not None])  # (N, H, W)
    found = [predicted(run, split, ids, rois) for run in runs]
    best = np.nan_to_num(found[0].overlap, nan=1.0)
    places = range(len(ids)) if options.ids else evenly_ranked(best, options.images or 4)
    rows: list[list[Cell | None]] = []
    for i in places:
        image = Cell(samples[i].image, "", None, f"Image {ids[i]}.")
        row: list[Cell | None] = [image, Cell(_white(rois[i] >= 0.5), "", None, "Annotation.")]
        row += [Cell(_white(f.masks[i]), _overlap(f.overlap[i]), None, "Predicted mask.") for f in found]
        rows.append(row)
    several = [f"({letter}) {name}" for letter, name in zip(ascii_uppercase, names(runs), strict=False)]
    titles = ["image", "annotation", *(several if len(runs) > 1 else ["predicted"])]
    threshold = runs[0].recipe.evaluate.threshold
    note = f"Predicted: where the map is at least {threshold:g}"
    note += " (evidence: of its range)" if any(map_range(run) == "evidence" for run in runs) else ""
    note += "." if options.ids else f". Images from the best to the worst overlap{' of (A)' if len(runs) > 1 else ''}, evenly spaced."
    return grid(rows, titles, note=note)


def predicted(run: Run, split: str, ids: Sequence[str], rois: np.ndarray) -> Masks:
    """The first map of the run as masks at the size of `rois` (N, H, W): the raw map in [0, 1], or the min-max map of evidence, cut at
    the recipe's `evaluate.threshold` (SPN report: 0.5)."""
    look = attention(run, split)
    raw = of_images(look.maps[map_names(run, split)[0]], look.ids, ids)
    large = upsample(raw, (rois.shape[1], rois.shape[2]))  # (N, H, W)
    found = _unit(large, map_range(run)) >= run.recipe.evaluate.threshold
    inside = rois >= 0.5
    union = (found | inside).sum((1, 2))
    return Masks(found, np.where(union > 0, (found & inside).sum((1, 2)) / np.maximum(union, 1), np.nan))


def _unit(maps: np.ndarray, kind: Range) -> np.ndarray:
    if kind == "unit":
        return maps
    low, high = maps.min((1, 2), keepdims=True), maps.max((1, 2), keepdims=True)
    result: np.ndarray = (maps - low) / np.maximum(high - low, 1e-12)
    return result


def _white(mask: np.ndarray) -> np.ndarray:
    """White on black, in a grey frame, without which a mask of the whole image (001-26) would be white on the white page."""
    picture = np.full((mask.shape[0] + 2 * FRAME, mask.shape[1] + 2 * FRAME, 3), GREY, np.uint8)
    picture[FRAME:-FRAME, FRAME:-FRAME] = np.where(mask, 255, 0)[..., None]
    return picture


def _overlap(value: float) -> str:
    return "both empty" if np.isnan(value) else f"Jaccard {value:.2f}"
