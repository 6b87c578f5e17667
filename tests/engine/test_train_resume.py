"""What a training is gone on with, and what it is not gone on with: damaged files, other data, another training in the same folder."""

from __future__ import annotations

import errno
import pickle
import resource
import shutil
import tempfile
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from sightline.engine import module as training_module
from sightline.engine.checkpoint import Checkpoints, read_checkpoint
from sightline.engine.files import alone, write_table
from sightline.engine.read_files import read_table
from sightline.engine.run import Run
from sightline.engine.saving import read_weights
from sightline.engine.train import Stopped, train
from sightline.errors import UserError


def quiet(_: str) -> None:
    pass


def photos(root: Path, names: str) -> None:
    """One noise picture per letter and class."""
    for number, label in enumerate(("a", "b")):
        (root / label).mkdir(parents=True, exist_ok=True)
        for letter in names:
            pixels = np.random.default_rng([number, ord(letter)]).integers(0, 255, (40, 40, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(root / label / f"{label}{letter}.png")


def stopped(recipe, folder: Path, monkeypatch) -> Path:
    """A training that was interrupted in its second epoch."""
    step = training_module.Training.training_step

    def interrupted(self, batch, index):
        if self.current_epoch == 1:
            raise KeyboardInterrupt
        return step(self, batch, index)

    with monkeypatch.context() as patched:
        patched.setattr(training_module.Training, "training_step", interrupted)
        with pytest.raises(Stopped):
            train(recipe, folder, say=quiet)
    return folder


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    root = tmp_path_factory.mktemp("photos")
    photos(root, "cdefghijklmn")
    return root


@pytest.fixture
def on(tiny_recipe):
    """The recipe of a training on a folder of photos."""

    def make(root: Path):
        own = {"name": "folder", "root": str(root), "image_size": 32, "split": {"test": 0.25, "val": 0.25}}
        return tiny_recipe(data=own, train={"epochs": 2, "batch_size": 8, "select": "val/loss", "select_mode": "min"})

    return make


_begun: dict[str, Path] = {}


@pytest.fixture
def begun(on, data, tmp_path, tmp_path_factory, monkeypatch):
    """(recipe, run folder, data folder), each test's own copies: made once, since most refusals come before any training."""
    if "run" not in _begun:
        _begun["run"] = stopped(on(data), tmp_path_factory.mktemp("begun") / "run", monkeypatch)
    shutil.copytree(_begun["run"], tmp_path / "run")
    return on(data), tmp_path / "run"


def refused(recipe, folder: Path, match: str) -> None:
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    with pytest.raises(UserError, match=match) as error:
        train(recipe, folder, say=quiet, resume=True)
    assert "\n" not in str(error.value)
    assert {path: path.read_bytes() for path in before} == before  # nothing is lost


def moved(folder: Path, root: Path, change: dict[str, object]) -> None:
    """Points the run at another copy of its data."""
    path = folder / "config.yaml"
    path.write_text(path.read_text().replace(*map(str, change.values())))


# --- other data


def copy_of(data: Path, folder: Path, to: Path, on):
    """The same data elsewhere, and the run as if it had been begun there."""
    shutil.copytree(data, to)
    moved(folder, to, {"from": data, "to": to})
    return on(to)


def test_images_that_came_since_are_named_and_so_are_those_that_would_change_sides(begun, data, tmp_path, on):
    recipe, folder = begun
    recipe = copy_of(data, folder, tmp_path / "data", on)
    photos(tmp_path / "data", "op")
    refused(recipe, folder, r"4 images are new \(.* and 1 more\)")


def test_an_image_that_is_gone_is_named(begun, data, tmp_path, on):
    _, folder = begun
    recipe = copy_of(data, folder, tmp_path / "data", on)
    (tmp_path / "data" / "a" / "ac.png").unlink()
    refused(recipe, folder, r"1 image is gone \(.*ac")


def test_a_picture_with_other_pixels_is_named(begun, data, tmp_path, on):
    _, folder = begun
    recipe = copy_of(data, folder, tmp_path / "data", on)
    Image.effect_noise((40, 40), 80).convert("RGB").save(tmp_path / "data" / "b" / "bd.png")
    refused(recipe, folder, r"1 image with another picture \(.*bd")


def test_an_image_that_went_into_another_class_is_named(begun, data, tmp_path, on):
    _, folder = begun
    recipe = copy_of(data, folder, tmp_path / "data", on)
    (tmp_path / "data" / "a" / "ac.png").rename(tmp_path / "data" / "b" / "ac.png")
    refused(recipe, folder, r"ac")


def test_a_mask_that_came_since_is_named(begun, data, tmp_path, on):
    _, folder = begun
    recipe = copy_of(data, folder, tmp_path / "data", on)
    Image.fromarray(np.pad(np.full((20, 20), 255, np.uint8), 10)).save(tmp_path / "data" / "a" / "ac_mask.png")
    refused(recipe, folder, r"1 image with other annotations \(.*ac")


def test_a_split_that_was_edited_is_named(begun):
    recipe, folder = begun
    rows = read_table(folder / "split.csv")
    row = next(r for r in rows if r["split"] == "test")
    row["split"] = "train"
    write_table(folder / "split.csv", rows, list(row))
    refused(recipe, folder, rf"1 image in another split \({row['id']}: train, now test\)")


def test_copied_data_with_new_times_are_the_same_and_a_run_of_an_earlier_version_goes_on(begun, data, tmp_path, on):
    _, folder = begun
    recipe = copy_of(data, folder, tmp_path / "data", on)
    rows = read_table(folder / "split.csv")
    write_table(folder / "split.csv", [{k: v for k, v in row.items() if k not in ("picture", "marks")} for row in rows], list(rows[0])[:5])
    for file in folder.glob("last.ckpt.sha256"):
        file.unlink()
    for path in (tmp_path / "data").rglob("*.png"):
        path.write_bytes(path.read_bytes())
    said: list[str] = []
    run = train(recipe, folder, say=said.append, resume=True)
    assert run.finished
    assert sum("earlier version" in line for line in said) == 1


def test_a_finished_run_is_held_to_its_data_too(begun, data, tmp_path, on):
    _, folder = begun
    recipe = copy_of(data, folder, tmp_path / "data", on)
    run = train(recipe, folder, say=quiet, resume=True)
    tested = next(row["id"] for row in run.split_table if row["split"] == "test")
    path = next((tmp_path / "data").rglob(f"{Path(tested).stem}.png"))
    kept = path.read_bytes()
    assert len(Run(folder).datasets["test"]) > 0

    Image.effect_noise((40, 40), 80).convert("RGB").save(path)
    with pytest.raises(UserError, match=rf"1 image with another picture \({tested}\)"):
        Run(folder).datasets["test"]
    assert len(Run(folder).datasets["val"]) > 0
    path.write_bytes(kept)

    other = {"a": "b", "b": "a"}[path.parent.name]
    path.rename(path.parent.parent / other / path.name)
    with pytest.raises(UserError, match=Path(tested).stem):
        list(Run(folder).datasets)
    (path.parent.parent / other / path.name).rename(path)

    rows = run.split_table
    rows[0]["split"] = "test"
    write_table(folder / "split.csv", rows, list(rows[0]))
    with pytest.raises(UserError, match=r"split\.csv: is missing, or was changed after the training"):
        list(Run(folder).datasets)


# --- damaged and foreign files


class Evil:
    """A pickle that runs a command when it is read."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self):
        return (Path.touch, (self.mark,))


@pytest.mark.parametrize("sealed", [True, False])
def test_a_checkpoint_that_would_run_code_is_not_read(begun, tmp_path, sealed):
    recipe, folder = begun
    checkpoint = torch.load(folder / "last.ckpt", weights_only=True)
    torch.save(checkpoint | {"more": Evil(tmp_path / "executed")}, folder / "last.ckpt")
    if not sealed:
        (folder / "last.ckpt.sha256").unlink()
    refused(recipe, folder, r"last\.ckpt: is damaged.*`train\.start='.*best\.safetensors'`")
    (folder / "last.ckpt").write_bytes(pickle.dumps(Evil(tmp_path / "executed")))
    refused(recipe, folder, r"last\.ckpt: is damaged")
    assert not (tmp_path / "executed").exists()


DAMAGES = ["empty", "garbage", "half"]  # a flipped bit shows only by the hash


@pytest.mark.parametrize(("content", "sealed"), [("flipped", True), *((name, sealed) for name in DAMAGES for sealed in (True, False))])
def test_a_damaged_checkpoint_is_refused_with_what_can_still_be_done(begun, content, sealed):
    recipe, folder = begun
    path = folder / "last.ckpt"
    whole = path.read_bytes()
    flipped = bytearray(whole)
    flipped[len(whole) // 2] ^= 1
    damaged = {"empty": b"", "garbage": b"PK\x03\x04 garbage", "half": whole[: len(whole) // 2], "flipped": bytes(flipped)}
    path.write_bytes(damaged[content])
    if not sealed:
        (folder / "last.ckpt.sha256").unlink()
    refused(recipe, folder, r"last\.ckpt: is damaged.*`train\.start='.*best\.safetensors'` and another `folder=")
    (folder / "best.safetensors").write_bytes(b"")
    refused(recipe, folder, r"last\.ckpt: is damaged.*train again into another `folder=")


def test_a_recipe_that_says_the_same_in_other_words_is_gone_on_with(begun):
    recipe, folder = begun
    reworded = recipe.model_copy(update={"title": "in other words", "deviations": ["one more"]})
    assert len(train(reworded, folder, resume=True, say=quiet).history) == recipe.train.epochs


def test_the_checkpoint_of_another_training_is_refused(begun, tiny_recipe, tmp_path, monkeypatch):
    recipe, folder = begun
    other = stopped(tiny_recipe({"train.optimizer.lr": 0.5}), tmp_path / "other", monkeypatch)
    for name in ("last.ckpt", "last.ckpt.sha256"):
        shutil.copy(other / name, folder / name)
    refused(recipe, folder, r"last\.ckpt: belongs to another training")
    torch.save({"weights": torch.zeros(3)}, folder / "last.ckpt")
    (folder / "last.ckpt.sha256").unlink()
    refused(recipe, folder, r"last\.ckpt: is not a checkpoint of a training")


@pytest.mark.parametrize("damage", ["flipped", "half", "empty", "gone"])
def test_damaged_best_weights_are_found_before_the_training_goes_on(begun, damage):
    recipe, folder = begun
    path = folder / "best.safetensors"
    content = bytearray(path.read_bytes())
    content[-100] ^= 1
    damaged = {"flipped": bytes(content), "half": bytes(content[:5000]), "empty": b""}
    path.write_bytes(damaged[damage]) if damage in damaged else path.unlink()
    refused(recipe, folder, r"best\.safetensors: (is damaged|is missing|cannot be read).*Train again into another `folder=")


def test_a_folder_in_the_place_of_the_checkpoint_is_refused(begun):
    recipe, folder = begun
    (folder / "last.ckpt").unlink()
    (folder / "last.ckpt").mkdir()
    refused(recipe, folder, r"last\.ckpt: is not a file")


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


def test_a_kill_between_checkpoint_and_its_hash_does_no_harm(begun, monkeypatch):
    """The hash is written first, and that of the checkpoint before stays good until the new one is there."""
    recipe, folder = begun
    hashes = folder / "last.ckpt.sha256"
    hashes.write_text(f"{'0' * 64}  last.ckpt\n{hashes.read_text()}")
    assert train(recipe, folder, say=quiet, resume=True).finished
    assert hashes.read_text().count("\n") == 1


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


def test_a_disk_that_takes_no_more_is_said_by_the_system_and_keeps_the_checkpoint_before(tmp_path):
    path, checkpoints = tmp_path / "last.ckpt", Checkpoints()
    checkpoints.save_checkpoint({"a": torch.zeros(100)}, path)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, hard))
    try:
        with pytest.raises(OSError, match="File too large") as error:
            checkpoints.save_checkpoint({"a": torch.ones(100_000), "b": torch.ones(100_000)}, path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert error.value.filename == str(path)
    assert torch.equal(read_checkpoint(path)["a"], torch.zeros(100))
    assert sorted(file.name for file in tmp_path.iterdir()) == ["last.ckpt", "last.ckpt.sha256"]


def test_checkpoints_need_no_temporary_folder(tmp_path, monkeypatch):
    """Lightning's own way writes them there first."""

    def nowhere(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    for name in ("mkstemp", "mkdtemp", "TemporaryFile", "NamedTemporaryFile"):
        monkeypatch.setattr(tempfile, name, nowhere)
    Checkpoints().save_checkpoint({"a": torch.ones(3)}, tmp_path / "last.ckpt")
    assert torch.equal(read_checkpoint(tmp_path / "last.ckpt")["a"], torch.ones(3))


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
