"""Shared by all tests: one thread (the suite runs in parallel), fixed seeds, and where the real images are."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import torch

torch.set_num_threads(1)


@pytest.fixture(autouse=True)
def _seeded() -> None:
    torch.manual_seed(0)


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder with `isic2017/` and `busi/`, named by SIGHTLINE_DATA."""
    folder = os.environ.get("SIGHTLINE_DATA")
    if not folder or not Path(folder).is_dir():
        pytest.skip("real images: set SIGHTLINE_DATA to the folder that holds isic2017/ and busi/")
    return Path(folder)
