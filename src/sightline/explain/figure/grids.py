"""Images in rows, and beside each where the runs look."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from matplotlib.figure import Figure
from PIL import Image

from sightline.attention.gradcam import grad_cam
from sightline.engine.run import Run
from sightline.errors import UserError, nearest
from sightline.explain.choose import choose, evenly_ranked
from sightline.explain.figure.grid import ColourBar, bar_of, grid
from sightline.explain.figure.kind import Options, asked, attention, kind, of_images, same_images, truth
from sightline.explain.overlay import contour, overlay, shown
from sightline.explain.run_pictures import SIDE, Cell, columns, map_names, map_range, names, of_probabilities, rows

OUTLINE = "White outline: the annotation."
HARDEST = "The images were picked because the runs err, disagree or are unsure there; they are not typical."


@kind("Figueroa 2022, fig. 6", runs=(1, 1), takes="split images ids label colours")
def positives(runs: Sequence[Run], options: Options) -> Figure:
    """Positives that a run recognised: image, annotation, attention.

    Those of the class asked for (default: the last), from the surest to the least sure, evenly spaced.
    """
    (run,) = runs
    split = same_images(runs, options)
    attention(run, split)
    label = run.classes[-1] if options.label is None else options.label
    if label not in run.classes:
        raise UserError(f"class {label!r}", f"{run.path} has no such class", nearest(label, run.classes))
    said, c = run.predictions(split), run.classes.index(label)
    right = np.flatnonzero((said.labels == c) & (run.decision(said.probabilities) == c))
    if not len(right):
        reason = f"recognised no image of class {label!r} in split {split!r}"
        raise UserError(run.path, reason, "Draw attention-grid, which shows errors too, or give another `label=...`.")
    known = [said.ids[i] for i in right]
    ids = asked(known, options, f"among the images of class {label!r} that {run.path} recognised")
    ids = ids or [known[i] for i in evenly_ranked(said.probabilities[right, c], options.images or 4)]
    shown_columns = columns(runs, split, every=True)
    titles = ["image", "annotation", *(_of(c.map, len(shown_columns)) for c in shown_columns)]
    note = f"{OUTLINE} {len(right)} of {int((said.labels == c).sum())} images of class {label} were recognised"
    note += "." if options.ids else "; shown are some of them, from the surest to the least sure."
    return grid(rows(shown_columns, split, ids, options.scheme), titles, bar=_bar(runs, options), note=_noted(note, runs))


def _of(name: str, maps: int) -> str:
    return f"attention ({name})" if maps > 1 else "attention"


@kind("Figueroa 2022, fig. 7; Yan 2020, fig. 3.3, 3.5", takes="split images ids colours stretch")
def attention_grid(runs: Sequence[Run], options: Options) -> Figure:
    """Several runs on the same images: a column for each map of each run."""
    split = same_images(runs, options)
    for run in runs:
        attention(run, split)
    ids = asked(runs[0].predictions(split).ids, options, f"in split {split!r}") or choose(runs, split, options.images or 4)
    found = columns(runs, split, every=True)
    note = OUTLINE if options.ids else f"{OUTLINE} {HARDEST}"
    titles = ["image", "annotation", *(c.title for c in found)]
    return grid(rows(found, split, ids, options.scheme, stretch=options.stretch), titles, bar=_bar(runs, options), note=_noted(note, runs))


@kind("Zhu 2022, table 3", takes="split images ids colours stretch")
def class_maps(runs: Sequence[Run], options: Options) -> Figure:
    """Annotation and the labelled class's map of several runs, some images of each class.

    Psi is painted like the maps, so that both can be compared; images: per class.
    """
    split = same_images(runs, options)
    looks = [attention(run, split) for run in runs]
    for run in runs:
        if run.recipe.evaluate.explain != "label":
            remedy = "Evaluate it with evaluate.explain=label."
            raise UserError(run.path, "kept the maps of the predicted classes, not of the labelled ones", remedy)
    labels = truth(runs[0].predictions(split))
    ids = asked(list(labels), options, f"in split {split!r}") or _per_class(runs, split, labels, options.images or 1)
    sides = [runs[0].classes[labels[i]] for i in ids]
    cells: list[list[Cell | None]] = []
    for sample in runs[0].pictures(split, ids):
        cells.append([Cell(enlarged(sample.image), "", None, f"Image {sample.id}."), _psi(sample.image, sample.roi, options)])
    for run, look in zip(runs, looks, strict=True):
        maps = of_images(look.maps[map_names(run, split)[0]], look.ids, ids)
        for row, raw, id in zip(cells, maps, ids, strict=True):
            image = row[0]
            assert image is not None
            probability = _shown(run, split, [id])[0, labels[id]]
            picture = shown(image.picture, raw, map_range(run), cmap=options.scheme, stretch=options.stretch)
            row.append(Cell(picture, f"probability {probability:.2f}", None, f"Map of {run.name} on image {id}."))
    order = np.argsort([labels[i] for i in ids], kind="stable")
    titles = ["image", "annotation", *names(runs)]
    note = "Maps of the labelled class, with the probability that the run gives it."
    note += "" if options.ids else " Of each class, annotated images, from the surest to the least sure."
    return grid([cells[i] for i in order], titles, sides=[sides[i] for i in order], bar=_bar(runs, options), note=_noted(note, runs))


def _per_class(runs: Sequence[Run], split: str, labels: dict[str, int], n: int) -> list[str]:
    """Of each class, annotated images, evenly spaced by the mean probability that the runs give it."""
    look = attention(runs[0], split)
    marked = {i for i, known in zip(look.ids, look.known, strict=True) if known}
    found = []
    for c in sorted(set(labels.values())):
        members = [i for i in labels if labels[i] == c and i in marked] or [i for i in labels if labels[i] == c]
        sure = [_shown(run, split, members)[:, c] for run in runs]
        found += [members[i] for i in evenly_ranked(np.mean(sure, axis=0), n)]
    return found


def _shown(run: Run, split: str, ids: Sequence[str]) -> np.ndarray:
    """Probabilities (N, C) of these images, as people are shown them."""
    said = run.predictions(split)
    return run.decision.shown(of_images(said.probabilities, said.ids, ids))


def _noted(note: str, runs: Sequence[Run]) -> str:
    """The note, and how the probabilities of the captions are calibrated."""
    return f"{note} {of_probabilities(runs)}".strip()


def _psi(image: np.ndarray, roi: np.ndarray | None, options: Options) -> Cell:
    large = enlarged(image)
    if roi is None:
        return Cell(large, "not annotated", None, "No annotation.")
    soft = np.asarray(Image.fromarray(roi.astype(np.float32)).resize(large.shape[1::-1], Image.Resampling.BILINEAR))
    return Cell(overlay(large, np.clip(soft, 0, 1), cmap=options.scheme), "", None, "The annotation.")


@kind("SPN report, fig. 6, 8", runs=(2, 2), takes="split images ids colours")
def saliency(runs: Sequence[Run], options: Options) -> Figure:
    """Saliency of run (A) against run (B): Grad-CAM on the last feature map of both, whatever their own attention is."""
    split = same_images(runs, options)
    ids = asked(runs[0].predictions(split).ids, options, f"in split {split!r}") or choose(runs, split, options.images or 4)
    samples = runs[0].pictures(split, ids)
    cells: list[list[Cell | None]] = [[Cell(enlarged(s.image), "", None, f"Image {s.id}.")] for s in samples]
    labels = truth(runs[0].predictions(split))
    for run in runs:
        maps, answers = grad_cams(run, split, ids)
        for row, sample, raw, (predicted, probability) in zip(cells, samples, maps, answers, strict=True):
            image = row[0]
            assert image is not None
            picture = shown(image.picture, raw, "evidence", cmap=options.scheme)
            if sample.roi is not None:
                roi = Image.fromarray(sample.roi.astype(np.float32)).resize((SIDE, SIDE), Image.Resampling.BILINEAR)
                picture = contour(picture, np.asarray(roi))
            right = predicted == run.classes[labels[sample.id]]
            row.append(Cell(picture, f"{predicted} {probability:.2f} {'✓' if right else '✗'}", right, f"Grad-CAM of {run.name}."))
    cells = [[Cell(c.picture, runs[0].classes[labels[i]], None, c.alt), *rest] for (c, *rest), i in zip(cells, ids, strict=True) if c]
    titles = ["image", *(f"({letter}) {name}" for letter, name in zip("AB", names(runs), strict=True))]
    note = f"Grad-CAM of the predicted class on the last feature map. {OUTLINE}" + ("" if options.ids else f" {HARDEST}")
    bar = bar_of(options.scheme, "positive evidence, share of the highest in each map")
    return grid(cells, titles, bar=bar, note=_noted(note, runs))


def grad_cams(run: Run, split: str, ids: Sequence[str]) -> tuple[np.ndarray, list[tuple[str, float]]]:
    """Grad-CAM of the predicted class on the last features, raw (N, h, w), and each image's answer with its probability."""
    classifier = run.classifier()
    source, backbone = classifier.source, classifier.backbone
    if source.looks_again:
        raise UserError(run.path, "decides by a second network, whose features this figure does not show", "Draw attention-grid.")
    layer = backbone.score_layer()
    taps = dict.fromkeys([*source.logit_taps, *([] if layer == "last" else [layer])])
    dataset = run.datasets[split]
    place = {record.id: i for i, record in enumerate(dataset.records)}
    features = backbone(torch.stack([dataset[place[i]].image for i in ids]).to(run.device), list(taps))
    logits = source.logits(features, classifier.head)  # (N, C)
    probabilities = logits.detach().cpu().double().softmax(1).numpy()
    decided, shown_ones, row = run.decision(probabilities), run.decision.shown(probabilities), np.arange(len(ids))
    maps = grad_cam(features.taps.get(layer, features.last), logits[row, decided], second_order=False)
    answers = [(run.classes[c], p) for c, p in zip(decided.tolist(), shown_ones[row, decided].tolist(), strict=True)]
    return maps[:, 0].detach().cpu().numpy(), answers


def enlarged(image: np.ndarray) -> np.ndarray:
    """(H, W, 3) uint8 at the size at which outlines and notes are drawn."""
    return np.asarray(Image.fromarray(image).resize((SIDE, SIDE), Image.Resampling.BICUBIC))


def _bar(runs: Sequence[Run], options: Options) -> ColourBar:
    if options.stretch:
        return bar_of(options.scheme, "from the lowest to the highest value of each map")
    kinds = {map_range(run) for run in runs}
    words = "positive evidence, share of the highest in each map" if "evidence" in kinds else "attention"
    return bar_of(options.scheme, f"attention; or {words}" if len(kinds) > 1 else words)
