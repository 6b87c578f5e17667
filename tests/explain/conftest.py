from __future__ import annotations

import pytest
import torch
from invented_run import guided, label_only

from sightline.attention.classifier import build

__all__ = ["guided", "label_only"]


@pytest.fixture
def classifier(tiny_recipe):
    """With batch norm and a head with dropout, so that the mode matters."""
    return build(tiny_recipe({"head.dropout": 0.5}), 3).eval()


@pytest.fixture
def images():
    return torch.rand(2, 3, 32, 32)
