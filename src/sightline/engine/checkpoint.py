"""`last.ckpt`: what a training needs to go on, hashed, and read without running any code that it might hold."""

from __future__ import annotations

import contextlib
import hashlib
import io
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from lightning.fabric.plugins import CheckpointIO

from sightline.engine.files import sha256, write_text, write_whole
from sightline.engine.saving import read_weights
from sightline.errors import UserError

LAST, BEST = "last.ckpt", "best.safetensors"
PARTS = ("pytorch-lightning_version", "epoch", "global_step", "loops", "callbacks", "state_dict", "optimizer_states", "schedule", "best")


class Checkpoints(CheckpointIO):
    """Writes checkpoints beside where they will lie, whole or not at all, with their hash in a file `<name>.sha256`.

    Lightning's own way goes through the temporary folder, which may be small or full, and reads pickles that run code.
    """

    def save_checkpoint(self, checkpoint: dict[str, Any], path: str | Path, storage_options: Any = None) -> None:
        """Writes the checkpoint. While it takes its place, its hash and that of the one before are both good."""
        path = Path(path)
        before = _hashes(path)

        content = io.BytesIO()
        torch.save(checkpoint, content)  # in memory first: of a full disk, torch says something about unexpected positions
        own = hashlib.sha256(content.getbuffer()).hexdigest()

        def write(partial: Path) -> None:
            partial.write_bytes(content.getbuffer())
            _seal(path, [own, *before[:1]])

        write_whole(path, write)
        _seal(path, [own])

    def load_checkpoint(self, path: str | Path, map_location: Any = None, weights_only: bool | None = None) -> dict[str, Any]:
        """Tensors and plain values, whatever is asked for; see `read_checkpoint`."""
        return read_checkpoint(Path(path))

    def remove_checkpoint(self, path: str | Path) -> None:
        """Removes checkpoint and hash."""
        for file in (Path(path), _hash_of(Path(path))):
            file.unlink(missing_ok=True)


def read_checkpoint(path: Path) -> dict[str, Any]:
    """The checkpoint, on the CPU. One that has no hash beside it, as earlier versions left them, is read all the same.

    Raises:
        UserError: it is damaged, or holds more than tensors and plain values.
    """
    hashes = _hashes(path)
    if not path.is_file():
        raise UserError(path, "is not a file", what_is_left(path.parent))
    if hashes and sha256(path) not in hashes:
        raise UserError(path, f"is damaged (its hash does not match {_hash_of(path).name})", what_is_left(path.parent))
    try:
        with warnings.catch_warnings(action="ignore"):
            checkpoint = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # of garbage, torch.load raises nearly every kind
        reason = f"is damaged, or holds more than tensors and plain values ({type(error).__name__})"
        raise UserError(path, reason, what_is_left(path.parent)) from None
    if not isinstance(checkpoint, dict):
        raise UserError(path, "is not a checkpoint", what_is_left(path.parent))
    return checkpoint


def check_resumable(folder: Path) -> None:
    """Refuses to go on from files of which some are damaged, before the training has cost anything.

    Raises:
        UserError: `last.ckpt`, or the weights of the best epoch so far that belong to it.
    """
    last, best = folder / LAST, folder / BEST
    if last.exists():
        if any(part not in read_checkpoint(last) for part in PARTS):
            raise UserError(last, "is not a checkpoint of a training", what_is_left(folder))
        again = "Train again into another `folder=...`: the same settings give the same weights."
        if not best.is_file():
            raise UserError(best, "is missing", again)
        read_weights(best, again)


def what_is_left(folder: Path) -> str:
    """What can still be done in a folder whose training cannot go on."""
    best = folder / BEST
    if best.is_file():
        with contextlib.suppress(UserError):
            read_weights(best, "")
            start = f"`train.start={str(best)!r}` and another `folder=...` start from it"
            return f"The best epoch so far is undamaged: {start}. Or train from the beginning."
    return "No complete epoch was kept: train again into another `folder=...`, or remove this folder."


def _hash_of(path: Path) -> Path:
    return path.with_name(f"{path.name}.sha256")


def _hashes(path: Path) -> list[str]:
    """Hashes that the file may have; none where nobody wrote one down."""
    try:
        return [line.split()[0] for line in _hash_of(path).read_text("ascii", "replace").splitlines() if line.strip()] or ["none"]
    except FileNotFoundError:
        return []


def _seal(path: Path, hashes: Sequence[str]) -> None:
    """In the format that `sha256sum -c` checks."""
    write_text(_hash_of(path), "".join(f"{value}  {path.name}\n" for value in hashes))
