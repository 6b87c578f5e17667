"""A run on pictures in a folder, whose names, labels and tags hold what a browser would take for a script."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from fastapi.testclient import TestClient
from invented_run import invent
from PIL import Image

from sightline.attention.classifier import build
from sightline.engine.run import Run
from sightline.engine.saving import save_model
from sightline.review.app import app
from sightline.review.cases import Cases
from sightline.review.desk import Desk
from sightline.review.store import Store

SCRIPT = "<script>alert(1)</script>"
PORT, TOKEN = 8999, "a-token"
HOST = {"host": f"127.0.0.1:{PORT}"}
HERE = HOST | {"origin": f"http://127.0.0.1:{PORT}"}
SIZE = (30, 48)  # (H, W)


def folder_of_pictures(folder: Path) -> Path:
    """Eight pictures of each of three splits, with boxes."""
    rng = np.random.default_rng(0)
    rows = []
    for split in ("train", "val", "test"):
        for i in range(8):
            name = f"{split}/{i}-<img src=x onerror=alert(1)>.png" if i == 0 else f"{split}/{i}.png"
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(rng.integers(0, 255, (*SIZE, 3), np.uint8)).save(folder / name)
            label = SCRIPT if i % 2 else "benign"
            rows.append(
                {
                    "image": name,
                    "label": label,
                    "split": split,
                    "group": f"{split} {i // 2}",
                    "box": "8 6 30 20",
                    "tag:site": SCRIPT if i < 3 else "arm",
                }
            )
    with (folder / "t.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return folder / "t.csv"


@pytest.fixture(scope="session")
def own_run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("review")
    table = folder_of_pictures(folder / "data")
    settings = {"data.name": "table", "data.root": str(table), "data.options": {}, "evaluate.bootstrap": 10, "data.kind": None}
    return invent(folder / "run", "energy", settings=settings, splits=("val", "test"))


@pytest.fixture(scope="session")
def answering_run(own_run: Run) -> Run:
    """The same with the weights of a network that has learnt nothing, so that it can be asked about further images."""
    settings = {"data.name": "table", "data.root": str(own_run.recipe.data.root), "data.options": {}, "evaluate.bootstrap": 10}
    settings |= {"data.kind": None, "backbone.name": "test_resnet", "backbone.stride": None, "backbone.weights": "none"}
    found = invent(own_run.path.parent / "answering", "energy", settings=settings, splits=("val", "test"))
    torch.manual_seed(0)
    save_model(found.path, build(found.recipe, 2), found.recipe, found.classes)
    return Run(found.path)


@pytest.fixture(scope="session")
def own_cases(own_run: Run) -> Cases:
    return Cases(own_run)


@pytest.fixture
def desk(own_cases: Cases, tmp_path: Path) -> Desk:
    return Desk(own_cases, Store(tmp_path / "reviews.sqlite", own_cases.model))


@pytest.fixture
def browser(desk: Desk) -> Iterator[TestClient]:
    """A browser after the first visit."""
    with TestClient(app(desk, PORT, TOKEN), base_url=f"http://127.0.0.1:{PORT}") as client:
        assert client.get(f"/?token={TOKEN}").status_code == 200
        yield client
