"""Trained weights as a file that can be trusted: no pickle, and hashed, so that a damaged file does not load."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save
from torch import Tensor, nn

from sightline.attention.classifier import GuidedClassifier, build
from sightline.engine.files import sha256, write_json, write_whole
from sightline.engine.read_files import read_json
from sightline.engine.run_forms import Model
from sightline.engine.soundness import GENTLER, NotFinite, not_finite, unsound
from sightline.errors import UserError
from sightline.recipe import Recipe, recipe_from

SPLIT = "split.csv"
AGAIN = "Copy the run folder again, or train again."


def save_weights(path: Path, module: nn.Module, **facts: str) -> None:
    """The module's state as safetensors, with a digest of it, and facts about it, in the file's head."""
    state = {name: tensor.detach().cpu().contiguous().clone() for name, tensor in module.state_dict().items()}
    content = save(state, {"digest": digest(state), **facts})  # their own writer says of a full disk what no one can tell from a bug
    write_whole(path, lambda partial: partial.write_bytes(content))


def save_model(folder: Path, classifier: GuidedClassifier, recipe: Recipe, classes: tuple[str, ...], *, several: bool = False) -> None:
    """`model.safetensors`, and `model.json` with what is needed to build the network again; each knows the other's hash.

    Args:
        several: whether the classes are findings, of which an image can have several.

    Raises:
        NotFinite: the weights, or the answers that they give, are not finite; nothing is written.
    """
    if why := unsound(classifier, recipe.data.image_size):
        raise NotFinite(folder, f"the trained network {why}", GENTLER)
    description: dict[str, Any] = {"classes": list(classes), "image_size": recipe.data.image_size, "recipe": recipe.model_dump(mode="json")}
    if several:
        description["several"] = True  # only then, so that earlier versions' files keep their hash
    if (folder / SPLIT).is_file():
        description["split"] = sha256(folder / SPLIT)
    save_weights(folder / "model.safetensors", classifier, description=_hash(description))
    write_json(folder / "model.json", description | {"sha256": sha256(folder / "model.safetensors")})


def load_model(folder: Path) -> GuidedClassifier:
    """The classifier of a run folder.

    Raises:
        UserError: weights or description are missing, damaged or not of each other, or the weights are of no use, see `unsound`.
    """
    description = described(folder)
    recipe = recipe_from(description["recipe"], where=folder / "model.json")
    with torch.random.fork_rng(devices=[]):
        classifier = build(scratch(recipe), len(description["classes"]))
    path = folder / "model.safetensors"
    load_weights(path, classifier)
    if why := unsound(classifier, recipe.data.image_size):
        raise UserError(path, why, f"This network cannot be used. {GENTLER}")
    return classifier


def check_split(folder: Path) -> None:
    """Refuses a `split.csv` that is not the one that the run was trained with.

    Raises:
        UserError: it is missing or was changed, or the description of the run is damaged.
    """
    expected = _description(folder).get("split")  # earlier versions did not keep it
    path = folder / SPLIT
    if expected and not (path.is_file() and sha256(path) == expected):
        raise UserError(path, "is missing, or was changed after the training (its hash does not match model.json)", AGAIN)


def scratch(recipe: Recipe) -> Recipe:
    """The recipe without pretrained weights, for a network that is filled afterwards."""
    return recipe.model_copy(update={"backbone": recipe.backbone.model_copy(update={"weights": "none"})})


def start_from(path: Path, classifier: GuidedClassifier) -> None:
    """Fills the classifier with the weights of another training: a run folder, or a safetensors file of a whole classifier.

    Where that one had other classes, the last layer is left as it is (001-28: decoder and backbone learn on a related data set first).

    Raises:
        UserError: no finished run, not a safetensors file, damaged or not finite, or another network.
    """
    file = path / "model.safetensors" if path.is_dir() else path
    if not file.is_file():
        raise UserError(path, "holds no trained classifier", "Give a finished run folder, or a .safetensors file that sightline wrote.")
    if path.is_dir():
        described(path)
    state, own = read_weights(file), classifier.state_dict()
    if name := not_finite(state):
        raise UserError(file, f"holds weights that are not finite numbers (the first is {name})", "Start from another training.")
    last = [f"head.linear.{name}" for name in ("weight", "bias")]
    if any(name in state and name in own and len(state[name]) != len(own[name]) for name in last):
        state |= {name: own[name] for name in last}
    _fill(classifier, state, file)


def load_weights(path: Path, module: nn.Module) -> None:
    """Fills the module with a safetensors file.

    Raises:
        UserError: not a safetensors file, damaged, or of another network.
    """
    _fill(module, read_weights(path), path)


def read_weights(path: Path, remedy: str = "Give a file that sightline wrote.") -> dict[str, Tensor]:
    """The tensors of a safetensors file, compared with the digest in its head where there is one.

    Raises:
        UserError: not a safetensors file, or damaged.
    """
    try:
        with safe_open(path, "pt") as file:
            facts: dict[str, str] = file.metadata() or {}
        state = load_file(path)
    except (OSError, SafetensorError, ValueError) as error:
        raise UserError(path, f"cannot be read as safetensors ({error})", remedy) from None
    if facts.get("digest", digest(state)) != digest(state):
        raise UserError(path, "is damaged (its weights do not fit the digest in its head)", remedy)
    return state


def digest(state: dict[str, Tensor]) -> str:
    """SHA-256 of names, kinds, shapes and bytes of the tensors."""
    found = hashlib.sha256()
    for name in sorted(state):
        tensor = state[name]
        found.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}\n".encode())
        found.update(tensor.reshape(-1).view(torch.uint8).numpy().data)
    return found.hexdigest()


def _hash(description: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(description, sort_keys=True).encode()).hexdigest()


def _description(folder: Path) -> dict[str, Any]:
    """What `model.json` says.

    Raises:
        UserError: it is missing or damaged.
    """
    return read_json(folder / "model.json", Model, AGAIN).to_json()


def described(folder: Path) -> dict[str, Any]:
    """What `model.json` says, after a look whether it and the weights are of each other.

    Raises:
        UserError: either is missing or damaged.
    """
    path, found = folder / "model.safetensors", _description(folder)
    if not path.is_file() or sha256(path) != found.pop("sha256"):
        raise UserError(path, "is missing or damaged (its hash does not match model.json)", AGAIN)
    with safe_open(path, "pt") as weights:
        facts: dict[str, str] = weights.metadata() or {}
    if facts.get("description", _hash(found)) != _hash(found):
        raise UserError(folder / "model.json", "was changed after the training (it does not match the hash in model.safetensors)", AGAIN)
    return found


def _fill(module: nn.Module, state: dict[str, Tensor], path: Path) -> None:
    try:
        module.load_state_dict(state)
    except RuntimeError:
        own = module.state_dict()
        fits = sum(name in own and own[name].shape == tensor.shape for name, tensor in state.items())
        reason = f"holds another network: {fits} of {len(own)} tensors fit"
        raise UserError(path, reason, "Give weights of the same backbone, head and attention source.") from None
