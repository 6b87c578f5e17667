"""What arguments of the verbs mean as settings of a recipe."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sightline.errors import UserError
from sightline.paths import expanded
from sightline.recipe import Recipe

if TYPE_CHECKING:
    from sightline.cluster import Executor


def placed(recipe: Recipe, data: str | None, root: str | Path | None) -> dict[str, Any]:
    """Settings that bring a recipe to other data: their name, and the folder or file that holds them."""
    changed: dict[str, Any] = {}
    if data is not None and data != recipe.data.name:
        # the recipe's own task and reader options are those of its own data set
        changed |= {"data.name": data, "data.options": {}, "data.task": None}
    if root is not None:
        changed |= {"data.root": str(expanded(Path(root)).resolve())}
    return changed


def on_device(device: str) -> dict[str, Any]:
    """The setting of a training that brings it to a device; none for `auto`, which leaves it to the recipe.

    Raises:
        UserError: the device is unknown.
    """
    if device == "auto":
        return {}
    if not re.fullmatch(r"cpu|mps|cuda(:\d{1,3})?", device):
        raise UserError(f"device {device!r}", "is unknown", "Give auto, cpu, cuda, cuda:1 or mps.")
    return {"train.accelerator": "gpu" if device == "cuda" else device}


def in_study(device: str, executor: Executor) -> tuple[dict[str, Any], int | None]:
    """The setting of all trainings of a study, and the number of the GPU if one of several is named, which all of them share.

    Raises:
        UserError: the device is unknown, or one of this machine for trainings on others.
    """
    settings = on_device(device)
    _, _, number = device.partition(":")
    if not number:
        return settings, None
    if executor == "ray":
        reason = "names one GPU of this machine, and a Ray cluster gives each training one of its own"
        raise UserError(f"`device={device!r}`", reason, "Give `device='cuda'`.")
    from sightline.device import resolve

    resolve(device)
    return {"train.accelerator": "gpu"}, int(number)


def check_folder_name(where: str, name: str, remedy: str) -> None:
    """Refuses what is not the name of a folder within another.

    Raises:
        UserError: it is none.
    """
    if name in ("", ".", "..") or len(os.fsencode(name)) > 200 or any(c in "/\\" or not c.isprintable() for c in name):
        raise UserError(where, f"{name!r} is not the name of a folder", remedy)
