"""Trained weights as a file that can be trusted: no pickle, and hashed, so that a damaged file does not load."""

from __future__ import annotations

import json
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from sightline.attention.classifier import GuidedClassifier, build
from sightline.engine.files import sha256, write_json, write_whole
from sightline.errors import UserError
from sightline.recipe import Recipe, recipe_from


def save_weights(path: Path, module: nn.Module) -> None:
    """The module's state as safetensors."""
    state = {name: tensor.detach().cpu().contiguous().clone() for name, tensor in module.state_dict().items()}
    write_whole(path, lambda p: save_file(state, p))


def save_model(folder: Path, classifier: nn.Module, recipe: Recipe, classes: tuple[str, ...]) -> None:
    """`model.safetensors`, and `model.json` with what is needed to build the network again and the hash of the weights."""
    save_weights(folder / "model.safetensors", classifier)
    description = {
        "classes": list(classes),
        "image_size": recipe.data.image_size,
        "sha256": sha256(folder / "model.safetensors"),
        "recipe": recipe.model_dump(mode="json"),
    }
    write_json(folder / "model.json", description)


def load_model(folder: Path) -> GuidedClassifier:
    """The classifier of a run folder.

    Raises:
        UserError: the weights file is missing or damaged.
    """
    path = folder / "model.safetensors"
    description = json.loads((folder / "model.json").read_text())
    if not path.is_file() or sha256(path) != description["sha256"]:
        raise UserError(path, "is missing or damaged (its hash does not fit model.json)", "Copy the run folder again, or train again.")
    recipe = recipe_from(description["recipe"], where=folder / "model.json")
    with torch.random.fork_rng(devices=[]):
        classifier = build(scratch(recipe), len(description["classes"]))
    load_weights(path, classifier)
    return classifier


def scratch(recipe: Recipe) -> Recipe:
    """The recipe without pretrained weights, for a network that is filled afterwards."""
    return recipe.model_copy(update={"backbone": recipe.backbone.model_copy(update={"weights": "none"})})


def start_from(path: Path, classifier: GuidedClassifier) -> None:
    """Fills the classifier with the weights of another training: a run folder, or a safetensors file of a whole classifier.

    Where that one had other classes, the last layer is left as it is (001-28: decoder and backbone learn on a related data set first).

    Raises:
        UserError: no finished run, not a safetensors file, or another network.
    """
    file = path / "model.safetensors" if path.is_dir() else path
    if not file.is_file():
        raise UserError(path, "holds no trained classifier", "Give a finished run folder, or a .safetensors file that sightline wrote.")
    state, own = _state(file), classifier.state_dict()
    last = [f"head.linear.{name}" for name in ("weight", "bias")]
    if any(name in state and name in own and len(state[name]) != len(own[name]) for name in last):
        state |= {name: own[name] for name in last}
    _fill(classifier, state, file)


def load_weights(path: Path, module: nn.Module) -> None:
    """Fills the module with a safetensors file.

    Raises:
        UserError: not a safetensors file, or of another network.
    """
    _fill(module, _state(path), path)


def _state(path: Path) -> dict[str, Tensor]:
    try:
        return load_file(path)
    except (OSError, SafetensorError) as error:
        raise UserError(path, f"cannot be read as safetensors ({error})", "Give a file that sightline wrote.") from None


def _fill(module: nn.Module, state: dict[str, Tensor], path: Path) -> None:
    try:
        module.load_state_dict(state)
    except RuntimeError:
        own = module.state_dict()
        fits = sum(name in own and own[name].shape == tensor.shape for name, tensor in state.items())
        reason = f"holds another network: {fits} of {len(own)} tensors fit"
        raise UserError(path, reason, "Give weights of the same backbone, head and attention source.") from None
