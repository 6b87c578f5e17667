"""A small package of somebody else, installed as any is: its plug-ins keep their contracts, and a training names one of each kind."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

PACKAGE = Path(__file__).parent / "example_package"
BUILD = "import sys; from setuptools import build_meta; print(build_meta.build_wheel(sys.argv[1]))"
CHECK = """
import sys
from pathlib import Path
from sightline import catalog, testing
import sightline_example as example

assert Path(example.__file__).parent == Path(sys.argv[2])
testing.check_guidance_loss(example.Cosine)
testing.check_behaviour_loss(example.Darkened)
testing.check_classification_loss(example.Brier)
testing.check_weighting(example.Equal)
testing.check_attention_source(example.AbsoluteGradCam)
testing.check_backbone(example.TwoBlocks)
testing.check_reader(example.read, Path(sys.argv[1]))
testing.check_figure(example.class_names)
for room, ours in catalog.PLACES.items():
    (theirs,) = set(catalog.places(room)) - set(ours)
    assert catalog.origin(room, theirs) == "sightline-example 0.1"
"""
VERBS = """
import sys
from sightline.cli import main

train = ["train", "theirs.yaml", "--root", sys.argv[1], "--name", "a", "--runs", "runs"]
for verb in (train, ["figure", "class-names", "--run", "runs/a", "--out", "figures"]):
    sys.argv = ["sightline", *verb]
    try:
        main()
    except SystemExit as end:
        if end.code:
            raise
"""
RECIPE = """
name: theirs
data: {name: bright, image_size: 32}
backbone: {name: two_blocks}
attention: {name: absolute, order: second}
losses:
  classification: {name: brier}
  guidance: [{name: cosine, power: 2, over: batch, weight: 0.5}]
  behaviour: [{name: darkened, bn: frozen}]
weighting: {name: equal}
train: {epochs: 1, batch_size: 4, workers: 0}
evaluate: {bootstrap: 20}
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package built as a wheel, and the wheel unpacked, which is what installing it does."""
    source, folder = tmp_path_factory.mktemp("source") / "package", tmp_path_factory.mktemp("site")
    shutil.copytree(PACKAGE, source, ignore=shutil.ignore_patterns("__pycache__"))
    subprocess.run([sys.executable, "-c", BUILD, str(source.parent)], cwd=source, check=True, capture_output=True)
    (wheel,) = source.parent.glob("*.whl")
    zipfile.ZipFile(wheel).extractall(folder)
    return folder


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Bright squares on the left, or on the right, of noise; each with its mask."""
    root, random = tmp_path_factory.mktemp("pictures"), np.random.default_rng(0)
    for side, x in (("left", 4), ("right", 18)):
        (root / side).mkdir()
        for n in range(12):
            image, mask = random.integers(0, 120, (32, 32, 3), dtype=np.uint8), np.zeros((32, 32), np.uint8)
            mask[n : n + 10, x : x + 10] = 255
            image[mask > 0] = 200 + n
            Image.fromarray(image).save(root / side / f"{n:02}.png")
            Image.fromarray(mask).save(root / side / f"{n:02}.mask.png")
    return root


def run(site: Path, *command: str, cwd: Path) -> str:
    paths = os.pathsep.join([str(site), os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep)
    environment = os.environ | {"PYTHONPATH": paths, "OMP_NUM_THREADS": "1"}
    done = subprocess.run([sys.executable, *command], cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_its_plugins_keep_their_contracts(site: Path, pictures: Path, tmp_path: Path) -> None:
    run(site, "-c", CHECK, str(pictures), str(site), cwd=tmp_path)


def test_a_training_names_one_of_each_kind_and_is_described_in_their_words(site: Path, pictures: Path, tmp_path: Path) -> None:
    (tmp_path / "theirs.yaml").write_text(RECIPE, encoding="utf-8")
    run(site, "-c", VERBS, str(pictures), cwd=tmp_path)
    plugins = json.loads((tmp_path / "runs/a/environment.json").read_text(encoding="utf-8"))["plugins"]
    assert len(plugins) == 7  # all but the figure
    assert set(plugins.values()) == {"sightline-example 0.1"}
    assert set(json.loads((tmp_path / "runs/a/metrics.json").read_text(encoding="utf-8"))) >= {"val", "test"}
    report = (tmp_path / "runs/a/report.html").read_text(encoding="utf-8")
    for words in ("map in the direction of the annotated region", "features weighted by the absolute gradient", "all losses alike"):
        assert words in report
    assert (tmp_path / "figures/class-names.png").stat().st_size > 0
