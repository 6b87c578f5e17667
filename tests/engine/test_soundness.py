"""Weights and answers that are not numbers are neither kept nor used, and of a run's files none passes for another."""

from __future__ import annotations

import json
import shutil

import pytest
import torch
from invented_run import invent
from safetensors.torch import load_file, save_file

from sightline.attention.classifier import build
from sightline.engine import module as training_module
from sightline.engine import saving
from sightline.engine.files import sha256
from sightline.engine.run import Run
from sightline.engine.saving import load_model, read_weights, save_model, start_from
from sightline.engine.soundness import not_finite, unsound
from sightline.engine.train import train
from sightline.errors import UserError

NAN, INF = float("nan"), float("inf")


def quiet(_: str) -> None:
    pass


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sound") / "run"
    run = invent(folder, settings={"backbone": {"name": "test_resnet", "stride": 8}}, splits=())
    torch.manual_seed(0)
    save_model(folder, build(run.recipe, 2), run.recipe, run.classes)
    return folder


@pytest.fixture
def run(finished, tmp_path):
    shutil.copytree(finished, tmp_path / "run")
    return Run(tmp_path / "run")


def resaved(run, monkeypatch, change) -> None:
    """Weights as another program, or an earlier version of this one, may have saved them: with a hash that fits."""
    classifier = run.classifier()
    with torch.no_grad():
        change(classifier)
    with monkeypatch.context() as patched:
        patched.setattr(saving, "unsound", lambda *_: None)
        save_model(run.path, classifier, run.recipe, run.classes)


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


def test_weights_that_are_not_finite_are_refused_in_words(run, monkeypatch):
    resaved(run, monkeypatch, lambda classifier: classifier.head.linear.weight[0].fill_(NAN))
    with pytest.raises(UserError, match=r"holds weights that are not finite numbers \(the first is head\.linear\.weight\)"):
        run.classifier()
    with pytest.raises(UserError, match="not finite numbers"):
        start_from(run.path, build(run.recipe, 2))


def test_weights_so_large_that_nothing_comes_out_are_refused_in_words(run, monkeypatch):
    resaved(run, monkeypatch, lambda classifier: [p.fill_(1e38) for p in classifier.parameters()])
    with pytest.raises(UserError, match="so large that its answers are not finite"):
        run.classifier()


def test_looking_whether_a_network_is_sound_leaves_no_trace(run):
    classifier = run.classifier().train()
    before = {name: tensor.clone() for name, tensor in classifier.state_dict().items()}
    state = torch.random.get_rng_state()
    assert unsound(classifier, 32) is None
    assert classifier.training
    assert all(torch.equal(tensor, before[name]) for name, tensor in classifier.state_dict().items())
    assert torch.equal(torch.random.get_rng_state(), state)


def test_a_description_that_was_edited_is_refused(run):
    path = run.path / "model.json"
    whole = path.read_text()
    for changed in (whole.replace('"image_size": 32', '"image_size": 64'), _swapped(whole)):
        assert changed != whole
        path.write_text(changed)
        with pytest.raises(UserError, match=r"model\.json: was changed after the training"):
            load_model(run.path)


def _swapped(text: str) -> str:
    description = json.loads(text)
    return json.dumps(description | {"classes": description["classes"][::-1]})


@pytest.mark.parametrize("content", ["", "{", "[]", "null", "{}", '{"classes": ["a", "b"]}'])
def test_a_description_that_is_cut_or_garbage_is_refused(run, content):
    (run.path / "model.json").write_text(content)
    with pytest.raises(UserError, match=r"model\.json: (is empty|is not JSON|does not hold what it should)"):
        load_model(run.path)


def test_a_run_of_an_earlier_version_opens(run):
    path = run.path / "model.safetensors"
    save_file(load_file(path), path)
    description = json.loads((run.path / "model.json").read_text())
    description = {name: description[name] for name in ("classes", "image_size", "recipe")} | {"sha256": sha256(path)}
    (run.path / "model.json").write_text(json.dumps(description))
    assert Run(run.path).classifier().classes == 2
    assert len(Run(run.path).datasets["val"]) == 6


@pytest.mark.parametrize("place", [-1, -1000, 300])
def test_a_flipped_byte_in_weights_of_their_own_is_found(run, tmp_path, place):
    path = tmp_path / "weights.safetensors"
    shutil.copy(run.path / "model.safetensors", path)
    content = bytearray(path.read_bytes())
    content[place] ^= 1
    path.write_bytes(bytes(content))
    with pytest.raises(UserError, match=r"is damaged|cannot be read"):
        start_from(path, build(run.recipe, 2))
