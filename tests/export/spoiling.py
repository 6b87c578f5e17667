"""Exports that go wrong."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.torch_version import TorchVersion

from sightline.export import check, graphs

fits_onnx = pytest.mark.skipif(TorchVersion(torch.__version__) < graphs.OLDEST, reason="this PyTorch is too old for ONNX")


def spoilt(good: check.Answers, how: str) -> check.Answers:
    """Answers whose logits are wrong."""

    def bad(images: torch.Tensor) -> list[np.ndarray]:
        logits, *rest = good(images)
        return [{"moved": logits + 1e-3, "shape": logits[:, :1], "nan": logits * np.nan}[how], *rest]

    return bad
