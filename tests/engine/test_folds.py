"""Cross-validation: each image is held out once, by a run that has not seen it, and the scores are those of all answers together."""

from __future__ import annotations

import json

import numpy as np
import pytest

from sightline.engine.folds import FILE, fold_scores, folds_of, train_folds
from sightline.engine.run import Run
from sightline.errors import UserError
from sightline.metrics.scores.thresholds import decided

SETTINGS = {"train.epochs": 1, "data.options": {"size": 64, "train": 24, "val": 6, "test": 4}, "data.split.val": 0.2}


@pytest.fixture(scope="module")
def made(tmp_path_factory, tiny_recipes):
    folder = tmp_path_factory.mktemp("folds") / "three"
    train_folds(tiny_recipes(SETTINGS), folder, 3, say=lambda line: None)
    return folder


def runs_of(folder):
    return [Run(place) for place in folds_of(folder)]


def test_every_image_is_held_out_once_and_never_learnt_from(made) -> None:
    held_out: list[str] = []
    for run in runs_of(made):
        of = {name: {row["id"] for row in run.split_table if row["split"] == name} for name in ("train", "val", "held_out")}
        assert all(of.values())
        assert not of["held_out"] & (of["train"] | of["val"])
        held_out += sorted(of["held_out"])
    assert len(held_out) == len(set(held_out)) == 30, "the owner's training and validation images"


def test_the_scores_are_those_of_all_answers_together(made) -> None:
    runs, found = runs_of(made), fold_scores(made)
    said = [run.predictions("held_out") for run in runs]
    right = np.concatenate([one.probabilities.argmax(1) == one.labels for one in said])
    assert found.scores.n == 30
    assert found.scores.accuracy.value == pytest.approx(right.mean())
    assert [one.n for one in found.of_fold] == [len(one.ids) for one in said]
    epg = [one.first_map.epg.value * one.first_map.n for one in found.of_fold]
    assert found.scores.first_map.epg.value == pytest.approx(sum(epg) / sum(one.first_map.n for one in found.of_fold))


def test_each_fold_decides_at_its_own_threshold(made) -> None:
    runs, found = runs_of(made), fold_scores(made)
    hits = positives = 0
    for run in runs:
        one = run.predictions("held_out")
        chosen = decided(one.probabilities, run.decision.threshold)
        hits, positives = hits + int(((chosen == 1) & (one.labels == 1)).sum()), positives + int((one.labels == 1).sum())
    assert found.scores.classification.at_threshold.sensitivity.value == pytest.approx(hits / positives)


def test_it_goes_on_where_it_ended(made, tiny_recipes) -> None:
    before = (made / FILE).read_text(encoding="utf-8")
    (made / FILE).unlink()
    assert folds_of(made) == [], "not whole"
    train_folds(tiny_recipes(SETTINGS), made, 3, resume=True, say=lambda line: None)
    assert json.loads((made / FILE).read_text(encoding="utf-8")) == json.loads(before)


def test_a_folder_that_is_there_is_not_written_into(made, tiny_recipes) -> None:
    with pytest.raises(UserError, match="exists already"):
        train_folds(tiny_recipes(SETTINGS), made, 3, say=lambda line: None)


def test_a_folder_of_folds_predicts_as_an_ensemble(made, pictures_of_noise) -> None:
    from sightline.face.predictions import predict

    together, alone = predict(made, pictures_of_noise), [predict(run, pictures_of_noise) for run in runs_of(made)]
    mean = np.mean([one[0].probabilities["melanoma"] for one in alone])
    assert together[0].probabilities["melanoma"] == pytest.approx(mean)
    assert together[0].spread is not None


@pytest.fixture
def pictures_of_noise(tmp_path):
    from PIL import Image

    Image.fromarray(np.random.default_rng(0).integers(0, 256, (40, 40, 3), dtype=np.uint8)).save(tmp_path / "a.png")
    return tmp_path


def test_folds_come_in_their_order_and_a_copy_of_one_is_none(tmp_path) -> None:
    for name in ("fold-10", "fold-2", "fold-1-old", "fold-", "fold-1"):
        (tmp_path / name).mkdir()
    assert folds_of(tmp_path) == []
    (tmp_path / FILE).write_text("{}", encoding="utf-8")
    assert [path.name for path in folds_of(tmp_path)] == ["fold-1", "fold-2", "fold-10"]
