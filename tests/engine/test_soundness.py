"""Weights and answers that are not numbers are neither kept nor used."""

from __future__ import annotations

import pytest
import torch
from resaved_weights import resaved

from sightline.engine import module as training_module
from sightline.engine.run import Run
from sightline.engine.saving import read_weights
from sightline.engine.soundness import not_finite, unsound
from sightline.engine.train import train
from sightline.errors import UserError

NAN, INF = float("nan"), float("inf")


def quiet(_: str) -> None:
    pass


def test_a_tensor_that_is_not_finite_is_found_wherever_it_is():
    assert not_finite({"a": torch.ones(2), "b": [torch.zeros(1), {"c": torch.tensor([1, 2])}], "d": NAN}) is None
    assert not_finite({"a": torch.ones(2), "b": [torch.zeros(1), {"c": torch.tensor([1, -INF])}]}) == "b.1.c"


@pytest.mark.parametrize("lr", [1e38, 1e37])
def test_an_overlarge_learning_rate_leaves_no_run_that_passes_for_finished(lr, tiny_recipe, tmp_path):
    """One batch, so that the weights are finite at its end and only the validation images show what they have become."""
    recipe = tiny_recipe({"train.batch_size": 24, "train.epochs": 1})
    steep = recipe.train.optimizer.model_copy(update={"lr": lr})  # beyond what a recipe may say
    recipe = recipe.model_copy(update={"train": recipe.train.model_copy(update={"optimizer": steep})})
    with pytest.raises(UserError, match=r"epoch 0, .*Lower train\.optimizer\.lr .*No complete epoch was kept: train again"):
        train(recipe, tmp_path / "run", say=quiet)
    assert not list((tmp_path / "run").glob("*.safetensors"))
    assert not (tmp_path / "run" / "last.ckpt").exists()
    assert not Run(tmp_path / "run").finished


@pytest.mark.parametrize("where", ["a buffer of batch norm", "what the optimiser remembers"])
def test_the_last_good_epoch_stays_kept_when_the_next_runs_away(where, tiny_recipe, tmp_path, monkeypatch):
    end = training_module.Training.on_train_batch_end

    def poison(self, *args):
        end(self, *args)
        if self.current_epoch == 1:
            if where == "a buffer of batch norm":
                next(b for n, b in self.named_buffers() if n.endswith("running_mean"))[0] = NAN
            else:
                next(iter(self.trainer.optimizers[0].state.values()))["exp_avg_sq"].fill_(INF)

    monkeypatch.setattr(training_module.Training, "on_train_batch_end", poison)
    with pytest.raises(UserError, match=r"epoch 1.*running_mean|epoch 1.*exp_avg_sq") as error:
        train(tiny_recipe(), tmp_path / "run", say=quiet)
    best = tmp_path / "run" / "best.safetensors"
    assert f"`train.start={str(best)!r}`" in str(error.value)
    assert not_finite(read_weights(best)) is None
    kept = torch.load(tmp_path / "run" / "last.ckpt", weights_only=True)
    assert kept["epoch"] == 0
    assert not_finite(kept["state_dict"]) is None


def test_weights_so_large_that_nothing_comes_out_are_refused_in_words(saved_run, monkeypatch):
    resaved(saved_run, monkeypatch, lambda classifier: [p.fill_(1e38) for p in classifier.parameters()])
    with pytest.raises(UserError, match="so large that its answers are not finite"):
        saved_run.classifier()


def test_looking_whether_a_network_is_sound_leaves_no_trace(saved_run):
    classifier = saved_run.classifier().train()
    before = {name: tensor.clone() for name, tensor in classifier.state_dict().items()}
    state = torch.random.get_rng_state()
    assert unsound(classifier, 32) is None
    assert classifier.training
    assert all(torch.equal(tensor, before[name]) for name, tensor in classifier.state_dict().items())
    assert torch.equal(torch.random.get_rng_state(), state)
