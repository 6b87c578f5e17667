"""The verbs as functions: what they take, what they give, and what they refuse in words."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn
from untrained_run import untrained

import sightline as sl
from sightline.engine.run import Run
from sightline.face.data_sets import DataSets

SMALL = {"size": 64, "train": 12, "val": 8, "test": 8}


@pytest.fixture(scope="module")
def sets() -> DataSets:
    return sl.data("phantom", image_size=32, options=SMALL)


@pytest.fixture(scope="module")
def classifier() -> sl.GuidedClassifier:
    torch.manual_seed(0)
    layers = nn.Sequential(nn.Conv2d(3, 8, 3, 4), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, 2))
    return sl.wrap(layers, "1", source="cam", image_size=32)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, tiny_recipes) -> Run:  # type: ignore[no-untyped-def]
    return untrained(tmp_path_factory.mktemp("face") / "run", tiny_recipes({"evaluate.bootstrap": 10}))


def test_every_name_of_the_face_is_there_and_has_a_docstring() -> None:
    for name in sl.__all__:
        assert (getattr(sl, name).__doc__ or "").strip(), name
    for room in (sl.losses, sl.attention, sl.metrics):
        assert all(getattr(room, name).__doc__ for name in dir(room) if not name.startswith("_"))
    with pytest.raises(AttributeError, match="no attribute 'Enrgy'"):
        _ = sl.losses.Enrgy
    with pytest.raises(AttributeError, match="no attribute 'trian'"):
        _ = sl.trian


def test_the_version_is_told() -> None:
    assert sl.__version__ == version("sightline")


def test_packages_that_are_verbs_stay_packages(sets: DataSets) -> None:
    from sightline.audit import covers
    from sightline.data import reading

    assert (reading.__name__, covers.__name__) == ("sightline.data.reading", "sightline.audit.covers")
    assert len(sets) == 5


def test_data_are_read_divided_and_refused_in_words(sets: DataSets, tmp_path: Path) -> None:
    assert sets.classes == ("nevus", "melanoma")
    assert len(sets.train) == 12
    assert sets["flipped"].classes == sets.classes
    with pytest.raises(sl.UserError, match=r"split 'tset'.*Known: flipped, matched"):
        _ = sets["tset"]
    with pytest.raises(sl.UserError, match='Did you mean "image_size"'):
        sl.data("phantom", image_sise=32)
    with pytest.raises(sl.UserError, match="nowhere"):
        sl.data("folder", root=tmp_path / "nowhere")


def test_a_check_lists_what_a_training_would_refuse(tmp_path: Path) -> None:
    found = sl.check("phantom", image_size=32, options=SMALL)
    assert found.problems.number == 0
    assert found.shortcuts.images == 12
    (tmp_path / "t.csv").write_text("image,label\ngone.png,cat\n")
    assert "gone.png does not exist" in sl.check("table", root=tmp_path / "t.csv").problems.all[0]


def test_a_loader_gives_the_same_batches_for_the_same_seed_and_epoch(sets: DataSets) -> None:
    def ids(**options: int) -> list[str]:
        return [name for batch in sets.train.loader(batch_size=4, **options) for name in batch.ids]

    assert ids(seed=1) == ids(seed=1) != ids(seed=2)
    assert ids(seed=1, epoch=1) != ids(seed=1)
    assert [name for batch in sets.val.loader(batch_size=3) for name in batch.ids] == [record.id for record in sets.val.records]


def test_a_classifier_is_scored_as_a_run_is(run: Run) -> None:
    scores = sl.evaluate(run, ["matched"])["matched"]
    again = sl.evaluate(run.classifier(), run.datasets["matched"], bootstrap=10)
    assert again.classification.auc == scores.classification.auc
    assert again.localisation["cam"].epg == scores.localisation["cam"].epg
    assert run.scores["matched"] == scores
    with pytest.raises(sl.UserError, match="a classifier is scored on images"):
        sl.evaluate(run.classifier())  # type: ignore[call-overload]
    other = sl.build(run.recipe, classes=3)
    with pytest.raises(sl.UserError, match="answers for 3 classes, the data have 2"):
        sl.evaluate(other, run.datasets["matched"])


def test_a_picture_may_come_in_any_form(classifier: sl.GuidedClassifier, tmp_path: Path) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (40, 30, 3), np.uint8)
    path = tmp_path / "a.png"
    Image.fromarray(pixels).save(path)
    forms = [path, str(path), pixels, torch.from_numpy(pixels).permute(2, 0, 1) / 255, Image.fromarray(pixels)]
    found = [sl.explain(classifier, form, image_size=32) for form in forms]
    for one in found[1:]:
        assert one.probabilities == found[0].probabilities
        assert np.array_equal(one.maps["cam"], found[0].maps["cam"])
    assert sum(found[0].probabilities.values()) == pytest.approx(1)
    assert np.asarray(Image.open(found[0].save(tmp_path / "map.png"))).shape == pixels.shape
    assert set(sl.explain(classifier, pixels, "all", image_size=32, classes=["a", "b"]).maps) == {"cam:a", "cam:b"}
    for wrong, why in ((pixels[..., 0], r"an array \(40, 30\)"), (torch.zeros(1, 3, 8, 8), r"a tensor \(1, 3, 8, 8\)")):
        with pytest.raises(sl.UserError, match=why):
            sl.explain(classifier, wrong)
    with pytest.raises(sl.UserError, match='Did you mean "cam"'):
        found[0].save(tmp_path / "b.png", map="cma")


def test_an_audit_of_a_classifier_and_of_a_run(classifier: sl.GuidedClassifier, run: Run, sets: DataSets) -> None:
    found = sl.audit(classifier, sets["matched"], seconds=1, images=6, bootstrap=10)
    assert found.verdict
    assert found.facts.images == 6
    assert sl.audit(run, "matched", seconds=1, images=6).answers.keys() >= {"Does it look at the region?"}
    with pytest.raises(sl.UserError, match="a classifier is audited on images"):
        sl.audit(classifier)
    with pytest.raises(sl.UserError, match="a run is audited on a split of its own"):
        sl.audit(run, sets["matched"])


def test_a_comparison_needs_two_runs_and_writes_only_where_it_is_told(run: Run) -> None:
    before = sorted(run.path.rglob("*"))
    found = sl.compare(run, run.path, split="matched")
    assert {row.metric for row in found.differences} >= {"accuracy", "auc"}
    assert found.files == ()
    assert sorted(run.path.rglob("*")) == before
    with pytest.raises(sl.UserError, match="1 run given"):
        sl.compare(run)


def test_a_figure_is_given_and_not_written(run: Run) -> None:
    before = sorted(run.path.rglob("*"))
    assert sl.figure("roc", run, split="matched").axes
    assert sorted(run.path.rglob("*")) == before
    with pytest.raises(sl.UserError, match='Did you mean "roc"'):
        sl.figure("rock", run)
