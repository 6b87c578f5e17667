"""A small run with random weights behind a server, and pictures to send."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from PIL import Image
from small_run import small_run

import sightline as sl
from sightline.engine.run import Run
from sightline.engine.train import train

testclient = pytest.importorskip("fastapi.testclient")
HERE = "http://127.0.0.1"


@pytest.fixture(scope="session")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return small_run(tmp_path_factory.mktemp("serve") / "small", 1)


@pytest.fixture(scope="session")
def client(run: Run) -> Iterator[object]:
    with testclient.TestClient(sl.serve(run), base_url=HERE) as found:
        yield found


@pytest.fixture
def clients(run: Run) -> Callable[..., object]:
    """A server with settings of its own."""
    return lambda **settings: testclient.TestClient(sl.serve(run, **settings), base_url=HERE)


def encoded(pixels: np.ndarray, kind: str = "PNG") -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, kind)
    return buffer.getvalue()


@pytest.fixture(scope="session")
def pictures() -> list[bytes]:
    """Four pictures of different sizes."""
    rng = np.random.default_rng(0)
    return [encoded(rng.integers(0, 256, (40 + i, 50 - i, 3), dtype=np.uint8)) for i in range(4)]


@pytest.fixture(scope="session")
def findings_run(tmp_path_factory: pytest.TempPathFactory, tiny_recipes) -> Run:
    """A run whose images can have several findings."""
    options = {"size": 64, "train": 16, "val": 12, "test": 8}
    data = {"name": "phantom_findings", "image_size": 32, "options": options}
    settings = {"losses.guidance": [{"name": "energy", "classes": "all"}], "evaluate.bootstrap": 10, "train.epochs": 1}
    found = train(tiny_recipes(settings, data=data), tmp_path_factory.mktemp("several") / "run", say=lambda line: None)
    sl.evaluate(found, ["val"])
    return found
