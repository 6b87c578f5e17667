"""The content of a Hugging Face folder of a run: weights, configuration and model card, without any path of this machine."""

from __future__ import annotations

import json
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

import torch

from sightline.engine.files import finite
from sightline.engine.run import Run
from sightline.engine.saving import scratch
from sightline.errors import UserError
from sightline.export.card import card
from sightline.export.hub import CARD, CONFIG, WEIGHTS, HubConfig, restored
from sightline.export.metadata import metadata
from sightline.recipe import Recipe


def hub_files(run: Run) -> dict[str, bytes]:
    """File name -> content, after a check that they give the same logits as the run.

    Raises:
        UserError: the run was not scored, is of one finding, or what was read back answers otherwise.
    """
    if run.finding is not None:
        reason = "is one finding of a network with several, whose weights a Hugging Face folder would hold"
        raise UserError(run.path, reason, "Export it as ONNX or torch.export.")
    classifier, weights = run.classifier(), run.path / WEIGHTS
    about = metadata(run, classifier, bool(classifier.map_names)) | {"library_name": "sightline", "recipe": portable(run.recipe)}
    about |= _decision(run)
    text = json.dumps(finite(about), indent=1) + "\n"
    again = restored(HubConfig.model_validate_json(text), weights)
    side = run.recipe.data.image_size
    images = torch.rand(2, classifier.image_channels, side, side, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        if not torch.equal(again(images), classifier(images)):
            raise UserError(run.path, "gives other logits once it is read back", "Report this as a defect, with the run's config.yaml.")
    return {WEIGHTS: weights.read_bytes(), CONFIG: text.encode(), CARD: card(run).encode("utf-8", "replace")}


def _decision(run: Run) -> dict[str, Any]:
    """The threshold of the softmax of the logits, which this classifier gives; and how these are calibrated, with the threshold then."""
    kept, by = run.decision.threshold, run.calibration
    if by is None:
        return {"threshold": kept}
    return {"threshold": kept, "calibrated": {"slope": by.slope, "intercept": by.intercept, "threshold": by.threshold(kept)}}


def portable(recipe: Recipe) -> dict[str, Any]:
    """The recipe as plain values, without the places of this machine, which mean nothing on another."""
    found: dict[str, Any] = _without_folders(scratch(recipe).model_dump(mode="json"))
    found["data"] |= {"root": None, "annotated": None, "reviews": None}
    found["data"]["roi"]["pseudo"] = None
    found["train"]["start"] = None
    return found


def _without_folders(value: Any) -> Any:
    """Of every absolute path in a tree, the name of the file."""
    if isinstance(value, dict):
        return {key: _without_folders(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_without_folders(one) for one in value]
    return name_alone(value) if isinstance(value, str) else value


def name_alone(text: str) -> str:
    r"""
    >>> name_alone("/home/me/masks"), name_alone("C:\\masks\\a.png"), name_alone("~/masks"), name_alone("energy")
    ('masks', 'a.png', 'masks', 'energy')
    """
    if PureWindowsPath(text).drive:
        return PureWindowsPath(text).name
    return PurePosixPath(text).name if text.startswith("~") or Path(text).is_absolute() else text
