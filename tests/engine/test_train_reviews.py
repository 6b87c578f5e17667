"""Reviews in a training: a place to avoid reaches the loss, and changed reviews are noticed when a run is gone on with."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from torch import Tensor

import sightline as sl
from sightline.data.sets.rle import text_of
from sightline.engine import module as training_module
from sightline.engine.prepare import prepare
from sightline.engine.run import Run
from sightline.engine.train import Stopped, train
from sightline.errors import UserError
from sightline.losses.avoid import Avoid
from sightline.recipe import Recipe

SIZE = 64
Make = Callable[..., Recipe]


def write(path: Path, ids: Sequence[str], **more: Any) -> Path:
    """Somebody found that the model looks wrongly at the upper half of these images."""
    upper = np.zeros((SIZE, SIZE), bool)
    upper[: SIZE // 2] = True
    given = {
        "image": "",
        "reviewer": "ana",
        "comment": "secret",
        "at": "2026-11-27T10:00:00Z",
        "map": "wrong",
        "size": [SIZE, SIZE],
        "looked": text_of(upper),
    }
    path.write_text("\n".join(json.dumps({**given, "id": id, **more}) for id in ids), encoding="utf-8")
    return path


def quiet(_: str) -> None:
    pass


AVOIDING = {"guidance": [{"name": "avoid", "weight": 1.0}]}


def test_a_place_to_avoid_reaches_the_loss_of_a_training(tiny_recipe: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings: dict[str, object] = {"train.epochs": 1, "attention.name": "cam", "data.augment": {}}
    recipe = tiny_recipe(settings, losses=AVOIDING)
    ids = [record.id for record in prepare(recipe).datasets["train"].records]
    reviewed = tiny_recipe(settings | {"data.reviews": str(write(tmp_path / "reviews.jsonl", ids))}, losses=AVOIDING)
    seen: dict[str, list[Tensor]] = {}

    def compare(self: Avoid, attention: Tensor, roi: Tensor, name: str) -> Tensor:
        seen.setdefault(name, []).append(roi.detach().clone())
        return own(self, attention, roi)

    own = Avoid.compare
    for name, one in (("plain", recipe), ("reviewed", reviewed)):
        monkeypatch.setattr(Avoid, "compare", lambda self, attention, roi, name=name: compare(self, attention, roi, name))
        said: list[str] = []
        run = train(one, folder=tmp_path / name, say=said.append)
        assert any("24 training and validation images reviewed by ana" in line for line in said) == (name == "reviewed")
    shares = {name: float(np.mean([float(roi.mean()) for roi in maps])) for name, maps in seen.items()}
    assert shares["reviewed"] > shares["plain"] + 0.25, "half of each image, except the lesion"
    assert run.recipe.data.reviews == tmp_path / "reviews.jsonl"
    losses = [Run(tmp_path / name).split_table for name in ("plain", "reviewed")]
    assert {row["id"] for row, other in zip(*losses, strict=True) if row["marks"] != other["marks"]} == set(ids)


def photos(root: Path) -> list[str]:
    ids = []
    for number, label in enumerate("ab"):
        for image in range(6):
            path = root / label / f"{label}{image}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            pixels = np.random.default_rng([number, image]).integers(0, 255, (SIZE, SIZE, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(path)
            ids.append(f"{label}/{path.name}")
    return ids


def test_images_without_annotation_can_have_a_place_to_avoid(tmp_path: Path) -> None:
    file = write(tmp_path / "reviews.jsonl", photos(tmp_path / "photos"))
    sets = sl.data("folder", tmp_path / "photos", image_size=32, reviews=str(file), split={"val": 0.34, "test": 0.34})
    batch = next(iter(sets.train.loader(batch_size=4)))
    assert (batch.known.any(), batch.avoid_known.all()) == (False, True)
    assert not any(sample.avoid_known for sample in sets.test)
    assert all(sample.avoid_known for sample in sets.val)


def test_changed_reviews_are_noticed_when_a_run_is_gone_on_with(tiny_recipe: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings: dict[str, object] = {"data.reviews": str(tmp_path / "reviews.jsonl"), "train.epochs": 2}
    ids = [record.id for record in prepare(tiny_recipe()).datasets["train"].records]
    write(tmp_path / "reviews.jsonl", ids[:1])
    step = training_module.Training.training_step

    def interrupted(self: Any, batch: Any, index: int) -> Any:
        if self.current_epoch == 1:
            raise KeyboardInterrupt
        return step(self, batch, index)

    with monkeypatch.context() as patched:
        patched.setattr(training_module.Training, "training_step", interrupted)
        with pytest.raises(Stopped, match="Stopped"):
            train(tiny_recipe(settings), folder=tmp_path / "run", say=quiet)
    write(tmp_path / "reviews.jsonl", ids[:2])
    with pytest.raises(UserError, match="1 image with other annotations"):
        train(tiny_recipe(settings), folder=tmp_path / "run", say=quiet, resume=True)
    write(tmp_path / "reviews.jsonl", ids[:1])
    run = train(tiny_recipe(settings), folder=tmp_path / "run", say=quiet, resume=True)
    write(tmp_path / "reviews.jsonl", ids)

    def avoiding(run: Run) -> int:
        return sum(any("reader 1" in (mark.author or "") for mark in record.avoid) for record in run.datasets["train"].records)

    assert avoiding(run) == 1, "a finished run keeps what it was trained with, whatever is said afterwards"
    kept = tmp_path / "run" / "training-reviews.jsonl"
    assert "ana" not in kept.read_text(encoding="utf-8")
    assert "secret" not in kept.read_text(encoding="utf-8")
    (tmp_path / "reviews.jsonl").unlink()
    assert avoiding(Run(tmp_path / "run")) == 1
    kept.write_text(kept.read_text(encoding="utf-8").replace('"wrong"', '"right"'), encoding="utf-8")
    again = Run(tmp_path / "run")
    assert len(again.datasets["matched"]) == 8, "test images do not need the reviews"
    with pytest.raises(UserError, match="with other annotations"):
        _ = again.datasets["train"]
