"""What a training is gone on with, and what it is not gone on with: damaged files, other data, another training in the same folder."""

from __future__ import annotations

import shutil

import pytest
from begun_training import quiet, refused

from sightline.engine.files import alone
from sightline.engine.read_files import read_table
from sightline.engine.run import Run
from sightline.engine.saving import read_weights
from sightline.engine.train import train
from sightline.errors import UserError

# --- damaged and foreign files


@pytest.mark.parametrize("damage", ["flipped", "half", "empty", "gone"])
def test_damaged_best_weights_are_found_before_the_training_goes_on(begun, damage):
    recipe, folder = begun
    path = folder / "best.safetensors"
    content = bytearray(path.read_bytes())
    content[-100] ^= 1
    damaged = {"flipped": bytes(content), "half": bytes(content[:5000]), "empty": b""}
    path.write_bytes(damaged[damage]) if damage in damaged else path.unlink()
    refused(recipe, folder, r"best\.safetensors: (is damaged|is missing|cannot be read).*Train again into another `folder=")


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"epoch,lr\nnone,1\n", b"lr\n0.1\n"])
def test_a_damaged_log_is_refused_before_an_epoch_is_spent(begun, content):
    recipe, folder = begun
    (folder / "logs" / "metrics.csv").write_bytes(content)
    refused(recipe, folder, r"metrics\.csv.*Remove it and go on with `resume=True`")


def test_a_lost_log_costs_no_weights(begun):
    recipe, folder = begun
    log = folder / "logs" / "metrics.csv"
    log.unlink()
    assert train(recipe, folder, say=quiet, resume=True).finished
    assert [row["epoch"] for row in read_table(log)] == ["1"]


def test_what_a_killed_process_left_half_written_is_taken_away(begun):
    recipe, folder = begun
    (folder / ".last.ckpt.1234.partial").write_bytes(b"half")
    assert train(recipe, folder, say=quiet, resume=True).finished
    assert not list(folder.rglob("*.partial"))


def test_a_folder_that_was_just_being_opened_is_begun_anew(begun, tmp_path):
    recipe, folder = begun
    fresh = tmp_path / "fresh"
    fresh.mkdir()
    for name in ("split.csv", "environment.json"):
        shutil.copy(folder / name, fresh / name)
    (fresh / ".lock").touch()
    (fresh / ".config.yaml.1234.partial").touch()
    assert train(recipe, fresh, say=quiet, resume=True).finished
    assert not list(fresh.rglob("*.partial"))


# --- another training in the same folder


def test_a_second_training_in_the_folder_is_refused_while_the_first_runs(begun, monkeypatch):
    recipe, folder = begun
    monkeypatch.setattr("sightline.engine.train.RELEASE", 0)
    with alone(folder):
        refused(recipe, folder, "another training is writing into this folder")
    assert train(recipe, folder, say=quiet, resume=True).finished


def test_of_two_trainings_that_begin_together_one_is_refused(tiny_recipe, tmp_path, monkeypatch):
    """The second has looked before the first has opened the folder."""
    from sightline.engine import train as training

    check, others = training.check_gradient_paths, []

    def meanwhile(*args):
        if not others:
            others.append(tmp_path)
            train(tiny_recipe({"train.epochs": 1}), tmp_path / "run", say=quiet)
        return check(*args)

    monkeypatch.setattr(training, "check_gradient_paths", meanwhile)
    with pytest.raises(UserError, match="exists already"):
        train(tiny_recipe({"train.epochs": 1}), tmp_path / "run", say=quiet)
    assert Run(tmp_path / "run").finished
    assert read_weights(tmp_path / "run" / "model.safetensors")
