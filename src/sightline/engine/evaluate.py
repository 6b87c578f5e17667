"""How good a run is, and where it looks."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from filelock import FileLock

from sightline.attention.classifier import GuidedClassifier
from sightline.data.dataset import ImageDataset
from sightline.data.loader import eval_loader
from sightline.engine.files import read_table, write_json, write_table, write_whole
from sightline.engine.pointing import pointing
from sightline.engine.run import Attention, Predictions, Run
from sightline.engine.thresholds import at_thresholds, chosen_thresholds
from sightline.errors import UserError, nearest
from sightline.metrics.classification import classification
from sightline.metrics.evaluate import localisation
from sightline.metrics.groups import group_accuracy, group_names
from sightline.metrics.masks import mask_scores
from sightline.recipe import Recipe


@dataclass(frozen=True)
class Observed:
    """Everything that a classifier said of a data set: predictions, maps, the ROI maps (N, H, W) uint8 they are judged against, and which
    of the maps can be read as masks, since they lie in [0, 1] by themselves."""

    predictions: Predictions
    attention: Attention | None
    rois: np.ndarray
    masks: tuple[str, ...] = ()


@torch.no_grad()
def observe(classifier: GuidedClassifier, dataset: ImageDataset, recipe: Recipe, device: str = "cpu") -> Observed:
    """Runs the classifier once over every image, in evaluation mode, and restores its mode."""
    training = classifier.training
    classifier.eval().to(device).to(memory_format=torch.channels_last)
    ids: list[str] = []
    labels, probabilities, known, explained, rois = [], [], [], [], []
    maps: dict[str, list[np.ndarray]] = {}
    said: dict[str, list[np.ndarray]] = {}
    for batch in eval_loader(dataset, batch_size=recipe.train.batch_size, workers=recipe.train.workers):
        target = batch.labels.to(device) if recipe.evaluate.explain == "label" else None
        look = classifier.look(batch.images.to(device), target, every=classifier.source.class_specific)
        answer = look.logits.argmax(1)
        ids += batch.ids
        labels.append(batch.labels.numpy())
        probabilities.append(look.logits.double().softmax(1).cpu().numpy())
        explained.append((target if target is not None else answer).cpu().numpy())
        known.append(batch.known.numpy())
        rois.append((batch.roi[:, 0] * 255).round().to(torch.uint8).numpy())
        for name, value in look.maps.items():
            maps.setdefault(name, []).append(value[:, 0].float().cpu().numpy())
            own = look.every[name][torch.arange(len(answer)), answer] if name in look.every else value[:, 0]  # (B, h, w)
            said.setdefault(name, []).append(own.float().cpu().numpy())
    classifier.train(training)
    predictions = Predictions(ids, np.concatenate(labels), np.concatenate(probabilities))
    judged, shown = ({k: np.concatenate(v) for k, v in found.items()} for found in (maps, said))
    attention = Attention(ids, np.concatenate(known), np.concatenate(explained), judged, shown)
    masks = tuple(maps) if classifier.source.range == "unit" else ()
    return Observed(predictions, attention if maps else None, np.concatenate(rois), masks)


def score(observed: Observed, dataset: ImageDataset, recipe: Recipe, thresholds: dict[str, Any] | None = None) -> dict[str, Any]:
    """The numbers of one split: classification, localisation per map, groups; each with its interval.

    Args:
        thresholds: chosen on other images; what they reach here is added as `at_threshold`.
    """
    settings, said = recipe.evaluate, observed.predictions
    sampling: dict[str, Any] = {"bootstrap": settings.bootstrap, "confidence": settings.confidence, "seed": 0}
    by_id = {record.id: record for record in dataset.records}
    records = [by_id[i] for i in said.ids]
    patients = [r.group or r.id for r in records]
    several = len(set(patients)) < len(patients)
    groups = np.unique(patients, return_inverse=True)[1] if several else None
    result: dict[str, Any] = {"n": len(said.ids), "classes": list(dataset.classes)}
    result["classification"] = classification(said.labels, said.probabilities, dataset.classes, groups=groups, **sampling)
    if observed.attention is not None:
        result["localisation"] = {
            name: localisation(
                values,
                observed.rois,
                observed.attention.known,
                threshold=settings.threshold,
                shuffles=settings.shuffles,
                groups=groups,
                **sampling,
            )
            for name, values in observed.attention.maps.items()
        }
        for name in observed.masks:
            known = observed.attention.known
            found = mask_scores(observed.attention.maps[name], observed.rois, known, groups=groups, **sampling)
            result.setdefault("masks", {})[name] = found
        if settings.point_into:
            maps = observed.attention.maps
            result["pointing"] = pointing(maps, records, dataset.data, settings.point_into, groups=groups, **sampling)
    if thresholds:
        decision, overlap = at_thresholds(thresholds, said, observed.attention, observed.rois, groups=groups, **sampling)
        if decision is not None:
            result["classification"]["at_threshold"] = decision
        for name, found in overlap.items():
            result["localisation"][name]["at_threshold"] = found
    names = group_names([r.label for r in records], [r.tags for r in records])
    if names is not None:
        result["groups"] = group_accuracy(said.labels, said.probabilities.argmax(1), names, clusters=groups, **sampling)
    return result


def evaluate(run: Run, splits: Sequence[str] | None = None, device: str = "cpu") -> dict[str, Any]:
    """Scores a finished run on the named splits (default: the recipe's) and writes scores, predictions and maps into its folder.

    Validation images come first: on them thresholds are chosen, and kept in `thresholds.json`, for the other splits, now and later.

    Returns:
        split name -> scores, of the splits asked for.

    Raises:
        UserError: the run has no such split.
    """
    available = [s for s in run.datasets if s != "train"]
    wanted = list(splits) if splits else [s for s in run.recipe.evaluate.splits if s in available]
    for name in wanted:
        if name not in run.datasets:
            raise UserError(f"--split {name}", f"{run.path} has no such split", nearest(name, run.datasets))
    classifier = run.classifier(device)
    results = {}
    for name in sorted(wanted, key=lambda split: split != "val"):
        observed = observe(classifier, run.datasets[name], run.recipe, device)
        if name == "val":
            write_json(run.path / "thresholds.json", chosen_thresholds(observed.predictions, observed.attention, observed.rois))
        results[name] = score(observed, run.datasets[name], run.recipe, None if name == "val" else run.thresholds)
        with FileLock(run.path / ".scores.lock"):  # whoever scores another split at the same time adds to the same files
            _write(run, name, observed)
            write_json(run.path / "metrics.json", run.metrics | {name: results[name]})
    return {name: run.metrics[name] for name in wanted}


def _write(run: Run, split: str, observed: Observed) -> None:
    said = observed.predictions
    path = run.path / "predictions.csv"
    rows: list[dict[str, Any]] = [r for r in read_table(path) if r["split"] != split] if path.is_file() else []
    for i, image in enumerate(said.ids):
        probabilities = {f"p:{c}": f"{p:.9g}" for c, p in zip(run.classes, said.probabilities[i], strict=True)}
        names = {"label": run.classes[said.labels[i]], "predicted": run.classes[said.probabilities[i].argmax()]}
        rows.append({"split": split, "id": image} | names | probabilities)
    write_table(path, rows, ["split", "id", "label", "predicted", *(f"p:{c}" for c in run.classes)])
    if (attention := observed.attention) is not None:
        arrays: dict[str, Any] = {"ids": np.array(attention.ids), "known": attention.known, "explained": attention.explained}
        for kind, maps in (("map", attention.maps), ("said", attention.said)):
            arrays |= {f"{kind}:{name}": values.astype(np.float32) for name, values in maps.items()}

        def save(partial: Any) -> None:
            with partial.open("wb") as file:
                np.savez_compressed(file, **arrays)

        write_whole(run.path / "attention" / f"{split}.npz", save)


def summary(metrics: dict[str, Any]) -> dict[str, Any]:
    """The few numbers of one split that fit on a line: accuracy, balanced accuracy, AUC, and of the first map EPG and ROI area."""
    scores = metrics["classification"]
    line = {k: scores[k]["value"] for k in ("accuracy", "balanced_accuracy", "auc")}
    first = next(iter(metrics.get("localisation", {}).values()), None)
    value = (lambda k: first[k]["value"]) if first else (lambda k: None)
    return json.loads(json.dumps(line | {"epg": value("epg"), "roi_area": value("roi_area")}))
