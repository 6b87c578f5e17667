"""What a row of a panel shows of one image: the picture, the annotation, and each run's attention with its prediction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
from PIL import Image
from scipy.ndimage import gaussian_filter

from sightline import catalog
from sightline.engine.run import Run, Sample
from sightline.explain.overlay import Range, contour, grid_words, shown

SIDE = 320  # pixels of a cell: outlines and notes are drawn at this size, whatever the network sees


@dataclass(frozen=True)
class Cell:
    """One picture of a panel.

    Attributes:
        picture: (H, W, 3) uint8.
        caption: the line below it.
        right: whether the prediction in the caption is right; None: it holds no prediction.
        alt: the picture in words.
    """

    picture: np.ndarray
    caption: str
    right: bool | None
    alt: str


@dataclass(frozen=True)
class Column:
    """The attention of one run under one of its maps."""

    run: Run
    map: str
    title: str


def map_names(run: Run, split: str) -> list[str]:
    """The maps that the run left for `split`; none for a source without maps."""
    attention = run.attention(split)
    return [] if attention is None else list(attention.maps)


def map_range(run: Run) -> Range:
    """The scale of the run's maps."""
    return cast(Range, catalog.find("attention", run.recipe.attention.name).range)


def class_specific(run: Run) -> bool:
    """Whether the run's maps explain one class; a gate or a decoder has one map for all."""
    return bool(catalog.find("attention", run.recipe.attention.name).class_specific)


def names(runs: Sequence[Run]) -> list[str]:
    """A name for each run; where folders share a name, the folder above tells them apart."""
    plain = [run.name for run in runs]
    return [name if plain.count(name) == 1 else f"{run.path.resolve().parent.name}/{name}" for run, name in zip(runs, plain, strict=True)]


def of_probabilities(runs: Sequence[Run]) -> str:
    """The sentence that stands once beside the probabilities of these runs; empty where none keeps a calibration."""
    kept = [run.decision.calibration for run in runs]
    without = [name for name, one in zip(names(runs), kept, strict=True) if one is None]
    if len(without) == len(runs):
        return ""
    if without:
        return f"Probabilities are calibrated, except those of {' and '.join(without)}, where no calibration is kept."
    brief = {one.brief for one in kept if one}
    return f"Probabilities are calibrated ({brief.pop() if len(brief) == 1 else 'each run by its own calibration'})."


def columns(runs: Sequence[Run], split: str, every: bool = False) -> list[Column]:
    """A column for the first map of each run, or for all of its maps if `every`. A run without maps has a column for its predictions."""
    found = []
    for run, name in zip(runs, names(runs), strict=True):
        maps = map_names(run, split) or [""]
        chosen = maps if every else maps[:1]
        found += [Column(run, m, f"{name}: {m}" if len(chosen) > 1 and m else name) for m in chosen]
    return found


def grids(shown_columns: Sequence[Column], split: str) -> str:
    """The sentence that says how coarse the maps are; empty where there are none."""
    found: dict[str, list[str]] = {}
    for column in shown_columns:
        attention = column.run.attention(split)
        if attention is not None and column.map:
            side = column.run.recipe.data.image_size
            words = grid_words(attention.said[column.map].shape, side, side, "pixels of what the network sees")
            found.setdefault(words, []).append(column.title)
    if len(found) == 1:
        return f"Maps have {next(iter(found))}."
    return " ".join(f"The maps of {' and '.join(titles)} have {words}." for words, titles in found.items())


def rows(
    shown_columns: Sequence[Column], split: str, ids: Sequence[str], cmap: str = "default", *, stretch: bool = False
) -> list[list[Cell]]:
    """The cells of each image: picture, annotation, then one per column. `stretch`: see `overlay.display`."""
    run = shown_columns[0].run
    labels = dict(zip(run.predictions(split).ids, run.predictions(split).labels.tolist(), strict=True))
    answers = [_Answers(column, split) for column in shown_columns]
    found = []
    for sample in run.pictures(split, ids):
        label = run.classes[labels[sample.id]]
        row, large, roi = _given(sample, label)
        row += [answer.cell(large, roi, sample.id, label, cmap, stretch) for answer in answers]
        found.append(row)
    return found


def guiding(run: Run, ids: Sequence[str]) -> list[list[Cell]]:
    """Training images, each beside the region that guided the training: after `data.roi`."""
    labels = {row["id"]: row["label"] for row in run.split_table}
    return [_given(sample, labels[sample.id])[0] for sample in run.pictures("train", ids)]


def _given(sample: Sample, label: str) -> tuple[list[Cell], np.ndarray, np.ndarray | None]:
    """The cells of picture and annotation, and both enlarged."""
    large = _enlarged(sample.image)
    roi = None if sample.roi is None else _enlarged_map(sample.roi, large.shape[:2])
    picture = Cell(large, label, None, f"Image {sample.id}, labelled {label}.")
    return [picture, _annotation(large, roi, sample.id)], large, roi


class _Answers:
    """What one column says of each image."""

    def __init__(self, column: Column, split: str) -> None:
        self.column, self.said, self.attention = column, column.run.predictions(split), column.run.attention(split)
        self.decision = column.run.decision
        self.place = {name: i for i, name in enumerate(self.said.ids)}
        self.seen = {name: i for i, name in enumerate(self.attention.ids)} if self.attention else {}

    def cell(self, large: np.ndarray, roi: np.ndarray | None, id: str, label: str, cmap: str, stretch: bool) -> Cell:
        probabilities = self.said.probabilities[self.place[id]]
        chosen = int(self.decision(probabilities))
        predicted, probability = self.column.run.classes[chosen], float(self.decision.shown(probabilities)[chosen])
        caption = f"{predicted} {probability:.2f} {'✓' if predicted == label else '✗'}"
        picture, where = large, "This run has no attention map."
        if self.attention is not None:
            raw = self.attention.said[self.column.map][self.seen[id]]
            picture = shown(large, raw, map_range(self.column.run), roi=roi, cmap=cmap, stretch=stretch)
            of = self.column.run.classes[self.attention.decided[self.seen[id]]]
            whose = f" for {of}" if class_specific(self.column.run) else ""
            where = f"Attention map {self.column.map}{whose} over the image."
        alt = f"{self.column.title}: predicted {predicted}, probability {probability:.2f}, labelled {label}. {where}"
        return Cell(picture, caption, predicted == label, alt)


def _annotation(large: np.ndarray, roi: np.ndarray | None, id: str) -> Cell:
    if roi is None:
        return Cell(large, "not annotated", None, f"Image {id} has no annotation.")
    if roi.max() <= 0:
        return Cell(large, "nothing marked", None, f"The expert marked nothing in image {id}.")
    dimmed = large * (0.45 + 0.55 * roi[..., None] / roi.max())
    picture = contour(dimmed.astype(np.uint8), roi)
    return Cell(picture, f"{roi.mean():.0%} of the image", None, f"The annotated region of image {id}, {roi.mean():.0%} of its area.")


def _enlarged(image: np.ndarray) -> np.ndarray:
    """(H, W, 3) uint8, the longer side `SIDE`."""
    height, width = image.shape[:2]
    factor = SIDE / max(height, width)
    return np.asarray(Image.fromarray(image).resize((round(width * factor), round(height * factor)), Image.Resampling.BICUBIC))


def _enlarged_map(roi: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """(h, w) -> (H, W) float32 in [0, 1]; smoothed by half a pixel of the small map, so that outlines have no stairs."""
    large = Image.fromarray(np.asarray(roi, np.float32)).resize(size[::-1], Image.Resampling.BICUBIC)
    result: np.ndarray = np.clip(gaussian_filter(np.asarray(large), max(0.0, size[0] / roi.shape[0] / 2)), 0, 1)
    return result
