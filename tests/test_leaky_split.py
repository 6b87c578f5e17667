"""The benchmark of finding F1: its leaky list shares what it says and is refused; its table tells leaked images from others."""

from __future__ import annotations

import runpy
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from sightline.config import Data
from sightline.data.check import check
from sightline.data.reading import read
from sightline.engine.prepare import prepare
from sightline.metrics.comparisons.compare import Judged
from sightline.recipe import load_recipe
from sightline.types import Record

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"


@pytest.fixture(scope="module")
def leaky_split() -> dict[str, Any]:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(BENCHMARKS))
        return runpy.run_path(str(BENCHMARKS / "leaky_split.py"))


@pytest.fixture(scope="module")
def busi(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("busi")
    rng = np.random.default_rng(0)
    for label, n in (("benign", 24), ("malignant", 12)):
        folder = root / "Dataset_BUSI_with_GT" / label
        folder.mkdir(parents=True)
        for i in range(1, n + 1):
            Image.fromarray(rng.integers(0, 256, (20, 24, 3), np.uint8)).save(folder / f"{label} ({i}).png")
            Image.fromarray(np.eye(20, 24, dtype=np.uint8) * 255).save(folder / f"{label} ({i})_mask.png")
    return root


def test_as_many_images_of_each_class_are_exchanged_as_the_share_says(leaky_split):
    training = [Record(f"t{i}", Path(f"t{i}.png"), "ab"[i % 3 == 0]) for i in range(60)]
    held_out = [Record(f"v{i}", Path(f"v{i}.png"), "ab"[i % 2]) for i in range(24)]
    found = leaky_split["contaminated"](training, held_out, leaky_split["SHARE"], seed=0)
    assert Counter(r.label for r in found) == Counter(r.label for r in training)
    assert len({r.id for r in found}) == len(found)
    shared = [r for r in found if r.id.startswith("v")]
    assert Counter(r.label for r in shared) == {"a": 7, "b": 7}  # 27 of 46, of 12 each
    with pytest.raises(ValueError, match="cannot take the place"):
        leaky_split["contaminated"](training[:6], held_out, 1, seed=0)


def test_f1_the_leak_check_finds_every_exchanged_image_and_training_refuses_them(leaky_split, busi, tmp_path):
    folders = leaky_split["lists"](busi, tmp_path / "lists", 0.5, None)
    records = {arm: read(Data(name="folder", root=folder)).records for arm, folder in folders.items()}
    names = {
        arm: {split: {r.id.split("/")[-1] for r in own if r.split == split} for split in ("train", "val")} for arm, own in records.items()
    }
    assert names["clean"]["val"] == names["leaky"]["val"]
    assert len(names["clean"]["train"]) == len(names["leaky"]["train"])
    assert not names["clean"]["train"] & names["clean"]["val"]
    shared = names["leaky"]["train"] & names["leaky"]["val"]
    assert shared
    assert {Path(leak.b).name for leak in leaky_split["leaks"](folders["leaky"])} == shared
    assert leaky_split["leaks"](folders["clean"]) == []
    assert check(Data(name="folder", root=folders["leaky"])).leaks.number == len(shared)

    settings = {"data.name": "folder", "data.options": {}, "data.image_size": 16, "losses.guidance": []}
    clean, leaky = (settings | {"data.root": str(folders[arm])} for arm in ("clean", "leaky"))
    assert leaky_split["refusal"](clean) == ""
    assert f"{len(shared)} leaks between training and test images" in leaky_split["refusal"](leaky)
    assert prepare(load_recipe("spn", leaky | {"data.leaks": "ignore"})).warnings == []


def test_what_is_known_by_heart_counts_on_the_leaked_images_alone(leaky_split):
    rng = np.random.default_rng(0)
    labels, leaking = np.arange(60) % 2, np.arange(60) < 30
    ids = [str(i) for i in range(60)]

    def answers(wrong: np.ndarray) -> Judged:
        p = np.where(wrong, 1 - labels, labels) * 0.8 + 0.1
        return Judged(ids, labels, np.stack([1 - p, p], 1))

    errs = [rng.random(60) < 0.3 for _ in range(2)]
    found = leaky_split["differences"]([answers(e) for e in errs], [answers(e & ~leaking) for e in errs], leaking, None)
    for score in ("accuracy", "f1", "auc"):
        assert found["not in it", score, "difference"].per_seed == [0, 0]
        assert found["in the leaky list", score, "leaky"].value == 1
    assert found["in the leaky list", "accuracy", "difference"].per_seed == pytest.approx([e[:30].mean() for e in errs])
    assert found["all", "accuracy", "difference"].per_seed == pytest.approx([e[:30].mean() / 2 for e in errs])
    rows = leaky_split["table"](found, {"all": 60, "in the leaky list": 30, "not in it": 30})
    assert len(rows) == 2 + 9
    assert rows[-3].startswith("| not in it | 30 | accuracy |")
    assert rows[-3].endswith("; +0.000 +0.000 |")
