"""A classifier from a Hugging Face folder, on this machine or on the hub."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from pydantic import Field

from sightline.attention.classifier import GuidedClassifier, build
from sightline.engine.files import sha256
from sightline.engine.read_files import read_json
from sightline.engine.saving import load_weights, scratch
from sightline.engine.soundness import unsound
from sightline.errors import UserError
from sightline.recipe import recipe_from
from sightline.results import Result

CONFIG, WEIGHTS, CARD = "config.json", "model.safetensors", "README.md"
HUB = "hf://"
_AGAIN = "Export the run again, or download the folder again."


class HubConfig(Result):
    """`config.json`: what is needed to build the network, and to use it."""

    classes: list[str] = Field(min_length=1)
    recipe: dict[str, Any]
    preprocessing: dict[str, Any]
    weights_sha256: str


def is_hub_folder(place: str | Path) -> bool:
    """Whether `place` is on the hub, or is a folder as `export_run` writes it."""
    if str(place).startswith(HUB):
        return True
    return (Path(place) / CONFIG).is_file() and not (Path(place) / "config.yaml").is_file()


def load_hub(place: str | Path) -> GuidedClassifier:
    """The classifier, in evaluation mode, on the CPU. Only `hf://owner/name` is fetched over the network.

    Raises:
        UserError: the folder cannot be fetched, is damaged, or was not written by sightline.
    """
    folder = fetched(str(place)) if str(place).startswith(HUB) else Path(place)
    config = read_json(folder / CONFIG, HubConfig, "Give a folder that `sightline.export` wrote.")
    weights = folder / WEIGHTS
    if not weights.is_file() or sha256(weights) != config.weights_sha256:
        raise UserError(weights, f"is missing or damaged (its hash does not match {CONFIG})", _AGAIN)
    return restored(config, weights)


def restored(config: HubConfig, weights: Path) -> GuidedClassifier:
    """The classifier that a configuration describes, filled with these weights.

    Raises:
        UserError: the weights are of another network, or of no use.
    """
    recipe = recipe_from(config.recipe, where=CONFIG)
    with torch.random.fork_rng(devices=[]):
        classifier = build(scratch(recipe), len(config.classes))
    load_weights(weights, classifier)
    if why := unsound(classifier, recipe.data.image_size):
        raise UserError(weights, why, _AGAIN)
    classifier.class_names, classifier.prepared = tuple(config.classes), recipe.data
    return classifier.eval()


def fetched(address: str) -> Path:
    """The folder on this machine that holds the repository `hf://owner/name`.

    Raises:
        UserError: no such repository, or no connection.
    """
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

    name = address.removeprefix(HUB)
    if name.count("/") != 1 or not all(name.split("/")):
        raise UserError(address, "is not an address on the hub", "Write it as hf://owner/name.")
    try:
        return Path(snapshot_download(name, allow_patterns=[CONFIG, WEIGHTS]))
    except (HfHubHTTPError, HFValidationError, LocalEntryNotFoundError, OSError) as error:
        lines = str(error).strip().splitlines() or [type(error).__name__]
        reason = f"cannot be fetched ({lines[0].rstrip('.')})"
        raise UserError(address, reason, "Check the name, the connection and, for a private repository, `hf auth login`.") from None
