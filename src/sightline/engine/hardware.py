"""What this machine has to have for a training, asked before anything is written."""

from __future__ import annotations

import torch

from sightline.config import Train
from sightline.errors import UserError


def check_hardware(settings: Train) -> None:
    """Refuses a training that cannot be carried out here.

    Raises:
        UserError: no such accelerator, fewer of them than processes, or a precision that it lacks.
    """
    wanted, gpus, mps = (
        settings.accelerator,
        torch.cuda.device_count() if torch.cuda.is_available() else 0,
        torch.backends.mps.is_available(),
    )
    where = f"train.accelerator={wanted}"
    if wanted == "gpu" and not (gpus or mps):
        raise UserError(
            where, "PyTorch finds no GPU on this machine", "Set train.accelerator=auto, or install a PyTorch that fits your GPU."
        )
    if wanted == "mps" and not mps:
        raise UserError(where, "this machine has no Metal GPU that PyTorch can use", "Set train.accelerator=auto.")
    kind = wanted if wanted in ("cpu", "mps") else "gpu" if gpus else "mps" if mps else "cpu"
    if settings.precision == "16" and kind == "cpu":
        raise UserError("train.precision=16", "needs a GPU, and the training would run on the CPU", "Set train.precision to 32 or bf16.")
    there = {"gpu": gpus, "mps": 1}.get(kind)
    if there is not None and settings.devices > there:
        raise UserError(f"train.devices={settings.devices}", f"this machine has {there} GPU", f"Set train.devices={there}.")
