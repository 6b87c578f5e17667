"""Images of a data set with what was marked in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from matplotlib.figure import Figure

from sightline.data.dataset import ImageDataset
from sightline.data.reading import read
from sightline.engine.run import Run
from sightline.errors import UserError, nearest
from sightline.explain.figure.grid import grid
from sightline.explain.figure.grids import enlarged
from sightline.explain.figure.kind import Options, asked, kind
from sightline.explain.overlay import contour
from sightline.explain.run_pictures import Cell
from sightline.types import Record

RED = (220, 20, 30)


@kind("SPN report, fig. 3, 4; Figueroa 2022, fig. 2", runs=(1, 1), takes="split images ids")
def samples(runs: Sequence[Run], options: Options) -> Figure:
    """Images of each class of a data set, with their masks below; boxes are drawn in red on the images.

    Annotated ones first, in the order of the data set; images: per class.
    """
    (run,) = runs
    dataset = _dataset(run, options.split or "train")
    ids = asked([r.id for r in dataset.records], options, f"in split {options.split or 'train'!r}")
    count = options.images or 4
    rows: list[list[Cell | None]] = []
    sides: list[str] = []
    boxes = {mark.kind for r in dataset.records for mark in r.annotations} <= {"box", "nothing"}
    for name in run.classes:
        members = [i for i, r in enumerate(dataset.records) if r.label == name and (not ids or r.id in ids)]
        if not ids:
            members = sorted(members, key=lambda i: not dataset.records[i].annotations)[:count]
        if members:
            pictures = [dataset.picture(i) for i in members]
            if boxes:
                rows.append([_outlined(image, roi, dataset.records[i], RED) for i, (image, roi) in zip(members, pictures, strict=True)])
                sides.append(name)
                continue
            rows.append([Cell(image, "", None, f"An image of class {name}.") for image, _ in pictures])
            rows.append([_mask(roi) for _, roi in pictures])
            sides += [name, ""]
    wide = max(map(len, rows))
    return grid([row + [None] * (wide - len(row)) for row in rows], [], sides=sides)


@kind("Yan 2020, fig. 2.4", runs=(1, 1), takes="split images")
def regions(runs: Sequence[Run], options: Options) -> Figure:
    """Named regions of a data set (dermoscopic features, organs), each on images that have it.

    Images: per region, the first ones of the split.
    """
    (run,) = runs
    split = options.split or "train"
    dataset = _dataset(run, split)
    found = sorted({name for r in dataset.records for name in r.regions})
    if not found:
        reason = f"the data set {run.recipe.data.name!r} names no regions in its split {split!r}"
        raise UserError(run.path, reason, "Give a run on a data set that does, such as isic2017, or draw samples.")
    count = options.images or 4
    rows: list[list[Cell | None]] = []
    for name in found:
        having = [replace(r, annotations=r.regions[name]) for r in dataset.records if _marked(r, name)][:count]
        own = _still(run, having)
        row: list[Cell | None] = [_outlined(*own.picture(i), record) for i, record in enumerate(having)]
        rows.append(row + [None] * (count - len(row)))
    kept = [(row, name) for row, name in zip(rows, found, strict=True) if row[0] is not None]
    return grid([row for row, _ in kept], [], sides=[name.replace("_", " ") for _, name in kept], note="White outline: the region.")


@kind("Yan 2020, fig. 3.4", runs=(1, 1), takes="images ids")
def pseudo_masks(runs: Sequence[Run], options: Options) -> Figure:
    """Training images beside the pseudo masks that took the place of annotations."""
    (run,) = runs
    if run.recipe.data.roi.pseudo is None:
        remedy = "Draw masks with `sightline pseudo-mask`, and train with `data.roi.pseudo=FOLDER`."
        raise UserError(run.path, "was not trained on pseudo masks", remedy)
    dataset = _dataset(run, "train")
    drawn = [r.id for r in dataset.records if any(a.author == "pseudo-mask" for a in r.annotations)]
    ids = asked(drawn, options, "among the images with a pseudo mask") or drawn[: options.images or 4]
    before = {r.id: r for r in read(run.recipe.data).records}
    given = _still(run, [before[i] for i in ids])
    place = {r.id: i for i, r in enumerate(dataset.records)}
    rows: list[list[Cell | None]] = []
    for n, id in enumerate(ids):
        image, roi = dataset.picture(place[id])
        rows.append([Cell(image, before[id].label, None, f"Image {id}."), _mask(roi), _mask(given.picture(n)[1])])
    expert = any(row[2] and row[2].caption != "not annotated" for row in rows)
    titles = ["image", "pseudo mask", "expert"] if expert else ["image", "pseudo mask"]
    note = f"{len(drawn)} of {len(dataset)} training images are guided by a pseudo mask."
    return grid([row[: len(titles)] for row in rows], titles, note=note)


def _marked(record: Record, name: str) -> bool:
    return any(mark.kind != "nothing" for mark in record.regions.get(name, ()))


def _dataset(run: Run, split: str) -> ImageDataset:
    if split not in run.datasets:
        raise UserError(f"split {split!r}", f"{run.path} has no such split", nearest(split, run.datasets))
    return run.datasets[split]


def _still(run: Run, records: Sequence[Record]) -> ImageDataset:
    """These records as the run's network would see them, with their annotations as they are."""
    labelled = [replace(r, label=run.classes[0]) for r in records]  # the class is not asked for
    return ImageDataset(labelled, run.classes, run.recipe.data.model_copy(update={"cache": False}), train=False)


def _mask(roi: np.ndarray | None) -> Cell:
    """White on black; grey where nobody marked anything."""
    if roi is None:
        return Cell(np.full((64, 64, 3), 225, np.uint8), "not annotated", None, "No annotation.")
    picture = np.repeat((roi * 255).round().astype(np.uint8)[..., None], 3, axis=2)
    return Cell(picture, "" if roi.max() > 0 else "nothing marked", None, "The marked region in white.")


def _outlined(image: np.ndarray, roi: np.ndarray | None, record: Record, colour: tuple[int, int, int] = (255, 255, 255)) -> Cell:
    large = enlarged(image)
    if roi is None:
        return Cell(large, "", None, f"Image {record.id}.")
    side = np.linspace(0, len(roi) - 1, len(large)).round().astype(int)
    return Cell(contour(large, roi[np.ix_(side, side)], colour), "", None, f"A region of image {record.id}.")
