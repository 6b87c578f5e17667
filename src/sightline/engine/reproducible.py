"""The environment of a run, and random numbers that depend only on seed, epoch and place. Nothing in it names a person or a machine."""

from __future__ import annotations

import hashlib
import platform
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

import torch

from sightline import catalog
from sightline.recipe import Recipe


def environment(recipe: Recipe | None = None) -> dict[str, Any]:
    """Date, versions, processor and accelerator; with a recipe, also `plugins`: whose its plug-ins are that sightline has not."""
    packages = ("sightline", "torch", "torchvision", "timm", "lightning", "numpy", "scipy")
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "threads": torch.get_num_threads(),
        "accelerator": torch.cuda.get_device_name() if torch.cuda.is_available() else "none",
        "packages": {name: version(name) for name in packages},
    } | ({} if recipe is None else {"plugins": _plugins(recipe)})


def _plugins(recipe: Recipe) -> dict[str, str]:
    """`room name` -> distribution and version."""
    named = {("data", recipe.data.name), ("backbone", recipe.backbone.name), *((room, plugin.name) for _, room, plugin in recipe.plugins())}
    found = {f"{room} {name}": whose for room, name in sorted(named) if (whose := catalog.origin(room, name)) is not None}
    for stage in recipe.stages:
        found |= _plugins(recipe.at_stage(stage))
    return found


def stable_seed(*parts: object) -> int:
    """A 63-bit seed from anything printable; equal on every machine and in every process."""
    digest = hashlib.sha256("/".join(map(str, parts)).encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 1


def seed_epoch(seed: int, epoch: int, rank: int = 0) -> None:
    """Sets torch's generators for one epoch, so that a resumed training draws what the uninterrupted one would have drawn."""
    torch.manual_seed(stable_seed("epoch", seed, epoch, rank))
