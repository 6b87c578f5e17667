"""Groups that count alike: by class and tag, in sampling and in the class loss, and refused where they would do nothing."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from sightline.config import Data
from sightline.data.dataset import ImageDataset
from sightline.data.loader import collate, train_loader
from sightline.data.sets.phantom import read
from sightline.data.strata import strata
from sightline.engine.train import objective, train
from sightline.errors import UserError
from sightline.losses.group_dro import GroupDRO
from sightline.recipe import load_recipe
from sightline.report import facts
from sightline.types import Record


def some(**changes: Any) -> ImageDataset:
    records = [record for record in read(size=32, train=40, val=2, test=2, correlation=0.9) if record.split == "train"]
    data = Data(**{"image_size": 16, "balance": "weighted_sampler", "balance_by": ("ruler",), "cache": False} | changes)
    return ImageDataset(records, ("nevus", "melanoma"), data, train=True)


def test_every_class_has_a_group_for_every_value_of_every_tag() -> None:
    tags = [{"ruler": True, "age": 30}, {"ruler": True, "age": 70}, {"ruler": False, "age": 30}, {"age": 71}]
    records = [Record(str(i), Path("x"), "b", tags=own) for i, own in enumerate(tags)]
    found = strata(records, [1, 1, 1, 1], ["a", "b"], ["ruler", "age=50"])
    groups = ["ruler=no, age=<50", "ruler=not known, age=>=50", "ruler=yes, age=<50", "ruler=yes, age=>=50"]
    assert sorted(found.names) == [f"b, {group}" for group in groups]
    assert len(set(found.member)) == 4
    with pytest.raises(UserError, match="no image has a known tag 'rulers'"):
        strata(records, [1] * 4, ["a", "b"], ["rulers"])


def test_a_weighted_epoch_shows_rare_groups_as_often_as_frequent_ones() -> None:
    dataset = some()
    given = Counter(dataset.balanced.member)
    assert len(given) == 4
    assert min(given.values()) <= 3 < 15 < max(given.values())
    shown: Counter[int] = Counter()
    for epoch in range(30):
        loader = train_loader(dataset, batch_size=8, balance="weighted_sampler", epoch=epoch)
        shown.update(dataset.balanced.member[key.index] for key in loader.sampler)  # type: ignore[attr-defined]
    assert all(abs(n / shown.total() - 0.25) < 0.05 for n in shown.values())
    assert Counter(some(balance_by=()).balanced.member) == Counter(dataset.labels)


def test_batches_carry_the_group_of_each_image_and_the_loss_has_a_share_for_each() -> None:
    dataset = some()
    batch = collate([dataset[i] for i in range(6)])
    assert batch.group.tolist() == dataset.balanced.member[:6]
    made = objective(load_recipe("group-dro"), dataset).classification
    assert isinstance(made, GroupDRO)
    assert made.share.tolist() == [0.25] * 4


def test_training_weighs_groups(tmp_path: Path) -> None:
    small = {"size": 32, "train": 24, "val": 4, "test": 4, "correlation": 0.75}
    settings = {"data.options": small, "data.image_size": 32, "train.epochs": 1, "train.batch_size": 8, "losses.classification.step": 1}
    settings |= {"backbone": {"name": "resnet10t"}, "evaluate.bootstrap": 10}
    run = train(load_recipe("group-dro", settings), tmp_path / "run")
    shares = {name: value for name, value in run.history[-1].items() if name.startswith("share/")}
    assert len(shares) == 4
    assert sum(shares.values()) == pytest.approx(1, abs=1e-4)
    assert max(shares.values()) > min(shares.values()) + 0.01
    assert "ruler" in facts.balance_words(run)


@pytest.mark.parametrize("balance", ["none", "class_weights"])
def test_groups_that_nothing_uses_are_refused(balance: str) -> None:
    recipe = load_recipe("label-only", {"data.balance_by": ["ruler"], "data.balance": balance})
    with pytest.raises(UserError, match=r"data.balance_by: does nothing with data.balance="):
        recipe.check()
    recipe.changed({"data.balance": "oversample"}).check()
    recipe.changed({"losses.classification.name": "group_dro"}).check()
