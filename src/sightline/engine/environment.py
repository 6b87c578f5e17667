"""What a run was made with. Nothing in it names a person or a machine."""

from __future__ import annotations

import platform
from importlib.metadata import version
from typing import Any

import torch


def environment() -> dict[str, Any]:
    """Versions, processor and accelerator."""
    packages = ("sightline", "torch", "torchvision", "timm", "lightning", "numpy", "scikit-learn")
    return {
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "threads": torch.get_num_threads(),
        "accelerator": torch.cuda.get_device_name() if torch.cuda.is_available() else "none",
        "packages": {name: version(name) for name in packages},
    }
