"""Runs of every attention source on a tiny network, with random weights."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
import torch
from small_run import small_run

from sightline.attention.classifier import GuidedClassifier, build
from sightline.engine.run import Run
from sightline.recipe import load_recipe

TINY = {"data.image_size": 32, "backbone.name": "test_resnet", "backbone.stride": 8, "losses.guidance": []}


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A finished run of the source `cam`, with scores of its validation images."""
    return small_run(tmp_path_factory.mktemp("export") / "finished", 1)


@pytest.fixture(scope="session")
def classifier() -> Callable[..., GuidedClassifier]:
    """A classifier of a source, by its name; the settings are those of `load_recipe`."""

    def made(source: str, settings: Mapping[str, object] | None = None) -> GuidedClassifier:
        torch.manual_seed(1)
        return build(load_recipe("energy", TINY | {"attention": {"name": source}} | dict(settings or {})), 3).eval()

    return made


@pytest.fixture
def nowhere(tmp_path: Path) -> Path:
    """A folder in which nothing may be left behind."""
    folder = tmp_path / "nowhere"
    folder.mkdir()
    return folder
