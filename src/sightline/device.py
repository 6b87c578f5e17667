"""On which device a network runs: one policy for every verb; and what this machine has to have for a training."""

from __future__ import annotations

import os
import re
from functools import cache

import torch
from torch import nn

from sightline.config import Train
from sightline.errors import UserError

AUTO = "auto"


def resolve(device: str = AUTO) -> str:
    """The name of a device that PyTorch has here.

    Args:
        device: `auto` (the first CUDA GPU, else a Metal GPU that can compute what is needed, else the CPU), or as PyTorch names it: `cpu`,
            `cuda`, `cuda:1`, `mps`; `meta` computes shapes alone.

    Raises:
        UserError: no such device on this machine.
    """
    if device == AUTO:
        return "cuda" if torch.cuda.is_available() else "mps" if metal_works() else "cpu"
    kind, _, number = device.partition(":")
    if not re.fullmatch(r"(cpu|cuda|mps|meta)(:\d+)?", device):
        raise UserError(f"device {device!r}", "is unknown", "Give auto, cpu, cuda, cuda:1 or mps.")
    there = {"cuda": torch.cuda.device_count() if torch.cuda.is_available() else 0, "mps": int(torch.backends.mps.is_available())}
    if kind in there and int(number or 0) >= there[kind]:
        found = f"there {'is' if there[kind] == 1 else 'are'} {there[kind]} on this machine" if there[kind] else "PyTorch finds none here"
        raise UserError(f"device {device!r}", found, "Give auto, which takes a GPU where there is one.")
    return device


def of_training(accelerator: str) -> str:
    """The device on which a training with this `train.accelerator` is scored."""
    return AUTO if accelerator == "gpu" else accelerator


@cache
def metal_works() -> bool:
    """Whether a Metal GPU is there and computes a convolution, its gradient and an interpolation, which early versions could not."""
    if not torch.backends.mps.is_available():
        return False
    try:
        images = torch.rand(1, 3, 8, 8, device="mps", requires_grad=True)
        large = torch.nn.functional.interpolate(torch.nn.functional.conv2d(images, images[:, :, :3, :3]), size=9, mode="bilinear")
        (gradient,) = torch.autograd.grad(large.sum(), images)
        return bool(gradient.isfinite().all())
    except (RuntimeError, NotImplementedError):
        return False


def cores(threads: int = 1) -> int:
    """Pieces of work with this number of threads that this machine can do at a time."""
    here = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, here // threads)


def device_of(network: nn.Module) -> torch.device:
    """Where its weights lie; the CPU if it has none."""
    first = next(network.parameters(), None)
    return torch.device("cpu") if first is None else first.device


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
    _, _, number = wanted.partition(":")
    if number:
        resolve(wanted)  # refuses what is not there
        if settings.devices > 1:
            raise UserError(f"train.devices={settings.devices}", f"is more than the one GPU {wanted}", "Set train.accelerator=gpu.")
    if wanted == "mps" and not mps:
        raise UserError(where, "this machine has no Metal GPU that PyTorch can use", "Set train.accelerator=auto.")
    kind = wanted if wanted in ("cpu", "mps") else "gpu" if gpus else "mps" if mps else "cpu"
    if settings.precision == "16" and kind == "cpu":
        raise UserError("train.precision=16", "needs a GPU, and the training would run on the CPU", "Set train.precision to 32 or bf16.")
    there = {"gpu": gpus, "mps": 1}.get(kind)
    if there is not None and settings.devices > there:
        raise UserError(f"train.devices={settings.devices}", f"this machine has {there} GPU", f"Set train.devices={there}.")
