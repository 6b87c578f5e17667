"""Scoring of a run: its decisions and its maps."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from filelock import FileLock

from sightline.attention.classifier import GuidedClassifier
from sightline.attention.source import of_class
from sightline.config import Data, Evaluate
from sightline.data.dataset import ImageDataset
from sightline.data.divide import settled
from sightline.data.loader import eval_loader
from sightline.data.regions import region_mask
from sightline.device import device_of
from sightline.engine.by_tags import own_groups, score_groups
from sightline.engine.calibration import kept_sets, settings_of
from sightline.engine.decision import Decision, decision_of
from sightline.engine.files import write_json, write_table, write_whole
from sightline.engine.run import Attention, Predictions, Run
from sightline.engine.thresholds import at_thresholds, chosen_decision, chosen_thresholds
from sightline.engine.volumes import volume_scores
from sightline.errors import UserError, nearest
from sightline.metrics.confidence.bootstrap import Groups, chosen
from sightline.metrics.scores.calibration import calibration_scores
from sightline.metrics.scores.classification import classification
from sightline.metrics.scores.conformal import Sets, set_scores
from sightline.metrics.scores.groups import group_accuracy, group_names
from sightline.metrics.scores.localisation import pointing_share
from sightline.metrics.scores.map_scores import localisation
from sightline.metrics.scores.masks import mask_scores
from sightline.recipe import Recipe
from sightline.results import FORMAT, SplitScores
from sightline.results.groups import TagGroups
from sightline.results.scores import Pointing, Thresholds
from sightline.tag_groups import ByTag
from sightline.types import Record


@dataclass(frozen=True)
class Observed:
    """Everything that a classifier said of a data set: predictions, maps, the ROI maps (N, H, W) uint8 they are judged against, and which
    of the maps can be read as masks, since they lie in [0, 1] by themselves."""

    predictions: Predictions
    attention: Attention | None
    rois: np.ndarray
    masks: tuple[str, ...] = ()


Chosen = Callable[[Predictions], Decision]  # by which rule these answers become decisions


@torch.no_grad()
def observe(classifier: GuidedClassifier, dataset: ImageDataset, recipe: Recipe, decide: Chosen = lambda said: Decision()) -> Observed:
    """Runs the classifier once over every image, on its device and in evaluation mode, and restores its mode.

    Args:
        decide: the rule of the decisions, whose class's map is shown. It is chosen after the answers, since validation images choose it.
    """
    training, whose = classifier.training, recipe.evaluate.explain
    device = device_of(classifier)
    classifier.eval().to(memory_format=torch.channels_last)
    ids: list[str] = []
    labels, probabilities, known, rois = [], [], [], []
    maps: dict[str, list[np.ndarray]] = {}  # of the label's class, of the last, or of none
    every: dict[str, list[np.ndarray]] = {}  # (B, C, h, w) of two classes; of more, whose most probable one is decided for, (B, 1, h, w)
    for batch in eval_loader(dataset, batch_size=recipe.train.batch_size, workers=recipe.train.workers):
        target = batch.labels if whose != "last" else torch.full_like(batch.labels, classifier.classes - 1)
        look = classifier.look(batch.images.to(device), target.to(device), every=classifier.source.class_specific)
        ids += batch.ids
        labels.append(batch.labels.numpy())
        probabilities.append(look.logits.cpu().double().softmax(1).numpy())
        known.append(batch.known.numpy())
        rois.append((batch.roi[:, 0] * 255).round().to(torch.uint8).numpy())
        for name, value in look.maps.items():
            maps.setdefault(name, []).append(value[:, 0].float().cpu().numpy())
            if name in look.every:
                of_all = look.every[name] if classifier.classes == 2 else of_class(look.every[name], look.logits.argmax(1))
                every.setdefault(name, []).append(of_all.float().cpu().numpy())
    classifier.train(training)
    predictions = Predictions(ids, np.concatenate(labels), np.concatenate(probabilities))
    decided = decide(predictions)(predictions.probabilities)
    judged = {name: np.concatenate(values) for name, values in maps.items()}
    at, place = np.arange(len(ids)), decided if classifier.classes == 2 else np.zeros_like(decided)
    said = judged | {name: np.concatenate(values)[at, place] for name, values in every.items()}
    last = np.full_like(decided, classifier.classes - 1)
    explained = {"label": predictions.labels, "predicted": decided, "last": last}[whose]
    attention = Attention(ids, np.concatenate(known), explained, said if whose == "predicted" else judged, said, decided)
    masks = tuple(maps) if classifier.source.range == "unit" else ()
    return Observed(predictions, attention if maps else None, np.concatenate(rois), masks)


def score(
    observed: Observed,
    dataset: ImageDataset,
    recipe: Recipe,
    thresholds: Thresholds | None = None,
    sets: Sets | None = None,
    by: Sequence[ByTag] | None = None,
) -> SplitScores:
    """The numbers of one split: classification, calibration, localisation per map, groups; each with its interval.

    Args:
        thresholds: chosen on other images; what they reach here is added as `at_threshold`, and what their calibration reaches as `after`.
        sets: conformal sets of calibrated probabilities, to be scored.
        by: the groups that are scored; None: as the recipe says, with bins at the quartiles of these very images.
    """
    settings, said = recipe.evaluate, observed.predictions
    sampling: dict[str, Any] = {"bootstrap": settings.bootstrap, "confidence": settings.confidence, "seed": 0}
    by_id = {record.id: record for record in dataset.records}
    records = [by_id[i] for i in said.ids]
    patients = [r.group or r.id for r in records]
    several = len(set(patients)) < len(patients)
    groups = np.unique(patients, return_inverse=True)[1] if several else None
    good, looked = classification(said.labels, said.probabilities, dataset.classes, groups=groups, **sampling), observed.attention
    calibrated = thresholds.calibration(said.probabilities) if thresholds and thresholds.calibration else None
    found: dict[str, Any] = {
        "calibration": calibration_scores(said.labels, said.probabilities, calibrated, groups=groups, **sampling),
    }
    if sets is not None:
        shown = said.probabilities if calibrated is None else calibrated
        found["sets"] = set_scores(sets, shown, said.labels, groups=groups, **sampling)
    if looked is not None:
        found |= _of_maps(looked, observed, recipe, groups=groups, **sampling)
        if settings.point_into:
            found["pointing"] = pointing(
                looked.maps, records, dataset.data, settings.point_into, within=settings.point_within, groups=groups, **sampling
            )
    if thresholds:
        decision, overlap = at_thresholds(thresholds, said, looked, observed.rois, groups=groups, **sampling)
        good = good.but(at_threshold=decision) if decision else good
        for name, cut in overlap.items():
            found["localisation"][name] = found["localisation"][name].but(at_threshold=cut)
    found |= _of_parts(said, records, dataset.classes, settings, decision_of(thresholds), groups, sampling)
    if divided := settled(settings.by, records, "evaluate.by") if by is None else by:
        told = {"calibrated": calibrated, "patients": groups} | sampling
        found["by"] = _by_tags(observed, dataset, records, divided, settings, thresholds, **told)
    return SplitScores(n=len(said.ids), classes=list(dataset.classes), classification=good, **found, format=FORMAT)


def _of_parts(
    said: Predictions,
    records: Sequence[Record],
    classes: Sequence[str],
    settings: Evaluate,
    decision: Decision,
    groups: Groups | None,
    sampling: dict[str, Any],
) -> dict[str, Any]:
    """The accuracy beside artefacts and without them, and the scores of whole volumes, as far as there are any."""
    found: dict[str, Any] = {}
    names = group_names([r.label for r in records], [r.tags for r in records])
    if names is not None:
        found["groups"] = group_accuracy(said.labels, said.probabilities.argmax(1), names, clusters=groups, **sampling)
    if settings.pool != "none":
        found["volumes"] = volume_scores(said, records, classes, settings.pool, decision, **sampling)
    return found


def _by_tags(
    observed: Observed,
    dataset: ImageDataset,
    records: Sequence[Record],
    by: Sequence[ByTag],
    settings: Evaluate,
    thresholds: Thresholds | None,
    **told: Any,
) -> dict[str, TagGroups]:
    """The scores of groups, decided at the kept threshold."""
    said = observed.predictions
    decided = decision_of(thresholds)(said.probabilities)
    looked, rois = observed.attention, observed.rois
    return score_groups(said, looked, rois, records, by, settings, classes=dataset.classes, decided=decided, **told)


def _of_maps(looked: Attention, observed: Observed, recipe: Recipe, **sampling: Any) -> dict[str, Any]:
    """Where each map lies, and how good a mask it is if it can be read as one."""
    settings = {"threshold": recipe.evaluate.threshold, "shuffles": recipe.evaluate.shuffles} | sampling
    found: dict[str, Any] = {"localisation": {n: localisation(v, observed.rois, looked.known, **settings) for n, v in looked.maps.items()}}
    if observed.masks:
        found["masks"] = {n: mask_scores(looked.maps[n], observed.rois, looked.known, **sampling) for n in observed.masks}
    return found


def evaluate(
    run: Run, splits: Sequence[str] | None = None, coverage: float | None = None, by: Sequence[str] | None = None
) -> dict[str, SplitScores]:
    """Scores a finished run on the named splits (default: the recipe's) and writes scores, predictions and maps into its folder.

    Validation images come first: on them thresholds are chosen and the calibration is fitted, and both are kept in `thresholds.json`, for
    the other splits, now and later.

    Args:
        coverage: of conformal sets; None: as the recipe says.
        by: tags by which groups are scored, such as `sex` or `age=40,60`; None: as the recipe says.

    Returns:
        split name -> scores, of the splits asked for.

    Raises:
        UserError: the run has no such split, too few validation images for the coverage, or no images with the tag.
    """
    wanted = _wanted(run, splits)
    settings, divided = settings_of(run, coverage), own_groups(run, by)
    classifier = run.classifier()
    results = {}
    for name in sorted(wanted, key=lambda split: split != "val"):
        decide: Chosen = chosen_decision if name == "val" else lambda said: run.decision
        observed = observe(classifier, run.datasets[name], run.recipe, decide)
        if name == "val":
            chosen = chosen_thresholds(observed.predictions, observed.attention, observed.rois, settings.calibration)
            write_json(run.path / "thresholds.json", chosen.to_json())
        kept, sets = (None, None) if name == "val" else (run.thresholds, kept_sets(run, settings.coverage))
        results[name] = score(observed, run.datasets[name], run.recipe, kept, sets, divided)
        with FileLock(run.path / ".scores.lock"):  # whoever scores another split at the same time adds to the same files
            _write(run, name, observed)
            every = run.scores | {name: results[name]}
            write_json(run.path / "metrics.json", {split: scores.to_json() for split, scores in every.items()})
    return {name: results[name] for name in wanted}


def _wanted(run: Run, splits: Sequence[str] | None) -> list[str]:
    """The splits that are scored."""
    available = [s for s in run.datasets if s != "train"]
    wanted = list(splits) if splits else [s for s in run.recipe.evaluate.splits if s in available]
    for name in wanted:
        if name not in run.datasets:
            raise UserError(f"split {name!r}", f"{run.path} has no such split", nearest(name, run.datasets))
    return wanted


def _write(run: Run, split: str, observed: Observed) -> None:
    said = observed.predictions
    path = run.path / "predictions.csv"
    every = run.every_prediction() if path.is_file() else {}
    rows: list[dict[str, Any]] = []
    for name, one in (every | {split: said}).items():  # those of other splits, too, may have been decided at another threshold
        for i, decided in enumerate(run.decision(one.probabilities)):
            probabilities = {f"p:{c}": repr(float(p)) for c, p in zip(run.classes, one.probabilities[i], strict=True)}
            names = {"label": run.classes[one.labels[i]], "predicted": run.classes[decided]}
            rows.append({"split": name, "id": one.ids[i]} | names | probabilities)
    write_table(path, rows, ["split", "id", "label", "predicted", *(f"p:{c}" for c in run.classes)])
    if (attention := observed.attention) is not None:
        arrays: dict[str, Any] = {name: np.array(getattr(attention, name)) for name in ("ids", "known", "explained", "decided")}
        for kind, maps in (("map", attention.maps), ("said", attention.said)):
            arrays |= {f"{kind}:{name}": values.astype(np.float32) for name, values in maps.items()}

        def save(partial: Any) -> None:
            with partial.open("wb") as file:
                np.savez_compressed(file, **arrays)

        write_whole(run.attention_file(split), save)


def pointing(
    maps: Mapping[str, np.ndarray],
    records: Sequence[Record],
    data: Data,
    point_into: Mapping[str, Sequence[str]],
    *,
    within: int | None = None,
    groups: Groups | None = None,
    **sampling: Any,
) -> dict[str, dict[str, Pointing]]:
    """How often the maps of a class point into its regions (Zhu et al. 2022).

    Args:
        maps: name -> (N, h, w), of each image's own class.
        records: the N images.
        point_into: class -> names of regions, which are united.
        within: see `points_into`.
        groups: patient or lesion of each image.
        sampling: `bootstrap`, `confidence` and `seed` of the intervals.

    Returns:
        map name -> class -> share; images of the class whose region is unknown, or known to be absent, are left out.
    """
    found: dict[str, dict[str, Pointing]] = {name: {} for name in maps}
    for label, regions in point_into.items():
        masks = {i: region_mask(record, regions, data) for i, record in enumerate(records) if record.label == label}
        known = np.array([i for i, mask in masks.items() if mask is not None], dtype=int)
        drawn = np.array([masks[i] for i in known.tolist()], dtype=bool).reshape(-1, data.image_size, data.image_size)  # (n, S, S)
        for name, values in maps.items():
            share = pointing_share(values[known], drawn, within=within, groups=chosen(groups, known), **sampling)
            found[name][label] = share.but(left_out=len(masks) - share.n)
    return found
