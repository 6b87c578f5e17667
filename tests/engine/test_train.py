"""Whole trainings, small: what a run leaves, resume, guards, processes, stages."""

from __future__ import annotations

import json
import os
import signal
from collections import Counter

import pytest
import torch
from lightning.pytorch.loggers import TensorBoardLogger
from safetensors.torch import load_file

from sightline.attention.classifier import build
from sightline.engine import module as training_module
from sightline.engine.evaluate import evaluate
from sightline.engine.module import Training
from sightline.engine.prepare import prepare
from sightline.engine.read_files import read_table
from sightline.engine.saving import start_from
from sightline.engine.train import Stopped, train
from sightline.errors import UserError

GUIDED = {"guidance": [{"name": "energy", "classes": "all"}], "behaviour": [{"name": "background"}]}


def quiet(_: str) -> None:
    pass


def test_a_run_folder_is_complete_and_agrees_with_itself(tiny_recipe, tmp_path):
    run = train(tiny_recipe(losses=GUIDED), tmp_path / "run", say=quiet)
    scores = evaluate(run)

    names = {p.relative_to(run.path).as_posix() for p in run.path.rglob("*") if p.is_file()}
    expected = {"config.yaml", "environment.json", "split.csv", "model.safetensors", "model.json", "metrics.json", "predictions.csv"}
    assert expected | {"logs/metrics.csv", "last.ckpt", "attention/flipped.npz"} <= names
    assert not any("partial" in name for name in names)
    assert set(scores) == {"val", "matched", "flipped", "removed"}
    said = run.predictions("flipped")
    accuracy = (said.probabilities.argmax(1) == said.labels).mean()
    assert scores["flipped"].accuracy.value == pytest.approx(accuracy)
    assert len(run.history) == 2
    assert {"train/loss", "train/energy", "train/background", "val/auc", "val/epg", "lr"} <= set(run.history[0])
    assert run.attention("flipped").maps["cam"].shape == (8, 4, 4)
    assert len(run.pictures("flipped", said.ids[:2])) == 2
    json.loads((run.path / "metrics.json").read_text(encoding="utf-8"), parse_constant=lambda c: pytest.fail(f"{c} is not JSON"))


def test_the_best_epoch_is_kept_not_the_last(tiny_recipe, tmp_path):
    run = train(tiny_recipe({"train.epochs": 4, "train.optimizer.lr": 0.01}), tmp_path / "run", say=quiet)
    best = min(run.history, key=lambda row: row["val/loss"])
    assert best["val/accuracy"] != run.history[-1]["val/accuracy"]
    assert evaluate(run, ["val"])["val"].accuracy.value == pytest.approx(best["val/accuracy"], abs=1e-5)


def test_000_07_a_training_shows_what_oversampling_promises(tiny_recipe, tmp_path, monkeypatch):
    shown, judged = Counter(), Counter()
    step, judging = Training.training_step, Training.validation_step

    def watched(self, batch, index):
        shown.update(batch.group.tolist() if "ruler" in recipe.data.balance_by else batch.labels.tolist())
        return step(self, batch, index)

    def looked_at(self, batch, index):
        judged.update(batch.ids)
        return judging(self, batch, index)

    monkeypatch.setattr(Training, "training_step", watched)
    monkeypatch.setattr(Training, "validation_step", looked_at)
    recipe = tiny_recipe({"data.balance": "oversample", "data.balance_by": ["ruler"], "train.epochs": 1})
    groups = Counter(prepare(recipe).datasets["train"].balanced.member)
    train(recipe, tmp_path / "run", say=quiet)
    assert len(set(groups.values())) > 1
    assert shown == dict.fromkeys(groups, max(groups.values()))
    assert list(judged.values()) == [1] * len(prepare(recipe).datasets["val"]), "validation shows each image once"
    shown.clear()
    recipe = tiny_recipe({"data.balance": "oversample", "data.options.train": 25, "train.epochs": 1})
    classes = Counter(record.label for record in prepare(recipe).datasets["train"].records)
    train(recipe, tmp_path / "by_class", say=quiet)
    assert len(set(classes.values())) > 1
    assert len(set(shown.values())) == 1


def test_003_17_all_images_can_be_learnt_from_where_the_last_epoch_is_kept(tiny_recipe, tmp_path):
    """ISIC 2016 has no validation set."""
    whole = {"data.split.owner": False, "data.split.val": 0, "data.split.test": 0.2, "train.epochs": 1}
    with pytest.raises(UserError, match=r"no images for 'val'.*train\.select=last"):
        train(tiny_recipe(whole), tmp_path / "refused", say=quiet)
    run = train(tiny_recipe(whole | {"train.select": "last"}), tmp_path / "run", say=quiet)
    assert {row["split"] for row in run.split_table} == {"train", "test"}
    assert "test" in evaluate(run)
    assert run.thresholds is None


VARIANTS = {
    "guided, oversampled, augmented, one-cycle": {
        "settings": {
            "data.balance": "oversample",
            "data.augment.flip_x": 0.5,
            "data.augment.rotate": [-90, 90],
            "data.augment.brightness": 0.2,
            "train.schedule.name": "one_cycle",
            "head.dropout": 0.2,
            "train.ema": 0.9,
        },
        "losses": GUIDED,
    },
    "plateau with reload, learned weights": {
        "settings": {
            "train.schedule": {"name": "plateau", "patience": 1, "reload_best": True},
            "train.optimizer.lr": 0.02,
            "train.ema": 0.5,
            "weighting.name": "uncertainty",
        },
        "losses": {"guidance": [{"name": "selective_mse"}]},
    },
    "two workers, step, calibrated": {
        "settings": {
            "train.workers": 2,
            "train.schedule": {"name": "step", "every": 1, "gamma": 0.5},
            "weighting": {"name": "calibrated"},
            "data.augment.flip_y": 0.5,
        },
        "losses": {"guidance": [{"name": "energy"}]},
    },
}


@pytest.mark.parametrize("variant", VARIANTS)
def test_resume_is_bit_equal(variant, tiny_recipe, tmp_path, monkeypatch):
    recipe = tiny_recipe({"train.epochs": 4} | VARIANTS[variant]["settings"], losses=VARIANTS[variant]["losses"])
    whole = train(recipe, tmp_path / "whole", say=quiet)

    step = training_module.Training.training_step

    def interrupted(self, batch, index):
        if self.current_epoch == 2 and index == 1:
            raise KeyboardInterrupt
        return step(self, batch, index)

    monkeypatch.setattr(training_module.Training, "training_step", interrupted)
    with pytest.raises(Stopped):
        train(recipe, tmp_path / "parts", say=quiet)
    monkeypatch.undo()
    torch.manual_seed(99)  # whatever else the process did meanwhile must not matter
    parts = train(recipe, tmp_path / "parts", say=quiet, resume=True)

    one, two = load_file(whole.path / "model.safetensors"), load_file(parts.path / "model.safetensors")
    assert all(torch.equal(one[name], two[name]) for name in one)
    assert whole.history == parts.history


def test_ctrl_c_waits_for_the_end_of_the_batch_and_of_the_epochs_files(tiny_recipe, tmp_path, monkeypatch):
    """An exception in the middle of a log can leave its lock held, and closing the log then waits for ever."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    done: list[str] = []
    log = TensorBoardLogger.log_metrics

    def interrupted(self, *args, **kwargs):
        if "train/loss" in kwargs["metrics"]:
            os.kill(os.getpid(), signal.SIGINT)
            done.append("log")
        return log(self, *args, **kwargs)

    monkeypatch.setattr(TensorBoardLogger, "log_metrics", interrupted)
    try:
        with pytest.raises(Stopped, match="holds the last whole epoch"):
            train(tiny_recipe({"train.epochs": 4}), tmp_path / "run", say=quiet)
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    finally:
        signal.signal(signal.SIGINT, before)
    assert done == ["log"]
    assert torch.load(tmp_path / "run" / "last.ckpt", weights_only=True)["epoch"] == 0


def test_stages_follow_each_other(tiny_recipe, tmp_path):
    three_streams = {"losses.guidance": [{"name": "energy"}], "losses.behaviour": [{"name": "mining"}]}
    stages = [
        {"name": "labels", "set": {"train.epochs": 1}},
        {"name": "guided", "set": {"train.epochs": 2, "train.optimizer.lr": 1e-9} | three_streams},
    ]
    recipe = tiny_recipe(stages=stages)
    assert recipe.guided
    run = train(recipe, tmp_path / "run", say=quiet)
    assert len(run.history) == 3
    assert [int(row["epoch"]) for row in run.history] == [0, 1, 2]
    assert "train/energy" in run.history[2]
    assert "train/energy" not in run.history[0]
    # the second stage starts from the weights of the first: with no learning rate to speak of, they stay
    labels, guided = (torch.load(tmp_path / "run" / name / "last.ckpt", weights_only=True) for name in ("stage-1-labels", "stage-2-guided"))
    assert (labels["global_step"], guided["global_step"]) == (1 * 3, 2 * 3), "000-19: one step per batch, of which 24 images make three"
    first = labels["state_dict"]
    learned = dict(run.classifier().named_parameters())
    for name, own in learned.items():
        torch.testing.assert_close(own.detach().cpu(), first[f"classifier.{name}"], atol=1e-6, rtol=0)
    assert learned


def test_nothing_is_written_when_the_guidance_cannot_work(tiny_recipe, tmp_path):
    cut = {"guidance": [{"name": "energy", "weight": 0}]}
    with pytest.raises(UserError, match="energy"):
        train(tiny_recipe(losses=cut), tmp_path / "run", say=quiet)
    assert not (tmp_path / "run").exists()


def test_label_only_data_with_a_guided_recipe_is_refused(tiny_recipe, tmp_path):
    with pytest.raises(UserError, match="guided, but no training image is annotated"):
        train(tiny_recipe({"data.annotated_fraction": 0}, losses=GUIDED), tmp_path / "run", say=quiet)
    assert not (tmp_path / "run").exists()


def test_an_existing_run_is_never_overwritten(tiny_recipe, tmp_path):
    run = train(tiny_recipe({"train.epochs": 1}), tmp_path / "run", say=quiet)
    before = (run.path / "model.safetensors").read_bytes()
    with pytest.raises(UserError, match=r"exists already\. Give another `folder=\.\.\.`"):
        train(tiny_recipe({"train.epochs": 1}), tmp_path / "run", say=quiet)
    with pytest.raises(UserError, match="was started with other settings"):
        train(tiny_recipe({"train.epochs": 3}), tmp_path / "run", say=quiet, resume=True)
    said = []
    train(tiny_recipe({"train.epochs": 1}), tmp_path / "run", say=said.append, resume=True)
    assert "nothing to resume" in said[0]
    assert (run.path / "model.safetensors").read_bytes() == before


def test_a_damaged_weights_file_does_not_load(tiny_recipe, tmp_path):
    run = train(tiny_recipe({"train.epochs": 1}), tmp_path / "run", say=quiet)
    path = run.path / "model.safetensors"
    damaged = bytearray(path.read_bytes())
    damaged[-100] ^= 1
    path.write_bytes(damaged)
    with pytest.raises(UserError, match="damaged"):
        run.classifier()


def test_the_annotated_fraction_is_what_the_losses_see(tiny_recipe, tmp_path):
    run = train(tiny_recipe({"data.annotated_fraction": 0.25, "train.epochs": 1}, losses=GUIDED), tmp_path / "run", say=quiet)
    rows = [r for r in read_table(run.path / "split.csv") if r["split"] == "train"]
    assert sum(r["annotated"] == "1" for r in rows) == 6
    assert sum(bool(run.datasets["train"][i].known) for i in range(24)) == 6


def test_early_stopping_ends_a_training_that_does_not_improve(tiny_recipe, tmp_path):
    still = {"train.optimizer.lr": 1e-12, "backbone.freeze_batchnorm": True}
    recipe = tiny_recipe({"train.epochs": 8, "train.early_stop": 2, "train.select": "val/accuracy"} | still)
    run = train(recipe, tmp_path / "run", say=quiet)
    assert len({row["val/accuracy"] for row in run.history}) == 1
    assert len(run.history) == 3


def test_frozen_batch_norm_keeps_its_statistics_in_a_real_training(tiny_recipe, tmp_path):
    run = train(tiny_recipe({"backbone.freeze_batchnorm": True, "train.epochs": 1}), tmp_path / "run", say=quiet)
    weights = load_file(run.path / "model.safetensors")
    assert all((weights[name] == 0).all() for name in weights if name.endswith("running_mean"))
    assert any(name.endswith("running_mean") for name in weights)


def test_augmentation_moves_image_and_annotation_in_a_real_training(tiny_recipe, tmp_path, monkeypatch):
    """Pitfall 3, end to end: in every training batch the lesion, darker than the skin, lies under its ROI map."""
    seen = []
    step = training_module.Training.training_step

    def watch(self, batch, index):
        inside = (batch.images.mean(1, keepdim=True) * batch.roi).sum((1, 2, 3)) / batch.roi.sum((1, 2, 3))
        outside = (batch.images.mean(1, keepdim=True) * (1 - batch.roi)).sum((1, 2, 3)) / (1 - batch.roi).sum((1, 2, 3))
        seen.append(float((inside < outside).float().mean()))
        return step(self, batch, index)

    monkeypatch.setattr(training_module.Training, "training_step", watch)
    augment = {"flip_x": 0.5, "flip_y": 0.5, "rotate90": True, "rotate": [-30, 30]}
    options = {"size": 64, "train": 24, "val": 12, "test": 8, "correlation": 0.0}
    train(tiny_recipe({"data.augment": augment, "train.epochs": 1, "data.options": options}, losses=GUIDED), tmp_path / "run", say=quiet)
    assert sum(seen) / len(seen) > 0.9


def test_a_training_starts_from_another_runs_weights(tiny_recipe, tmp_path):
    """Stages by hand, and a decoder that learns on a related data set with other classes first (001-28)."""
    decoder = {"attention": {"name": "decoder"}, "losses": {"guidance": [{"name": "pixel_ce"}]}}
    first = train(tiny_recipe({"train.epochs": 1}, **decoder), tmp_path / "first", say=quiet)
    start = {"train.start": str(first.path), "train.epochs": 1, "train.optimizer.lr": 1e-12}
    again = train(tiny_recipe(start, **decoder), tmp_path / "again", say=quiet)
    one, two = load_file(first.path / "model.safetensors"), load_file(again.path / "model.safetensors")
    weights = [name for name in one if name.endswith("weight")]
    assert all(torch.allclose(one[name], two[name], atol=1e-6) for name in weights)

    classifier = build(tiny_recipe(**decoder), 3)
    fresh = classifier.head.linear.weight.clone()
    start_from(first.path, classifier)
    assert torch.equal(classifier.head.linear.weight, fresh)
    assert torch.equal(classifier.state_dict()["source.blocks.0.conv.weight"], one["source.blocks.0.conv.weight"])


def test_weights_of_another_network_are_refused_before_anything_is_written(tiny_recipe, tmp_path):
    first = train(tiny_recipe({"train.epochs": 1}), tmp_path / "first", say=quiet)
    with pytest.raises(UserError, match="holds another network"):
        train(tiny_recipe({"train.start": str(first.path), "backbone.stride": 16}), tmp_path / "second", say=quiet)
    with pytest.raises(UserError, match="holds no trained classifier"):
        train(tiny_recipe({"train.start": str(tmp_path / "nowhere")}), tmp_path / "second", say=quiet)
    assert not (tmp_path / "second").exists()
