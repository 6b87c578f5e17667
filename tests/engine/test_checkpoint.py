"""What a training needs to go on is read without running code, and refused where it is damaged."""

from __future__ import annotations

import errno
import pickle
import resource
import shutil
import tempfile
from pathlib import Path

import pytest
import torch
from begun_training import quiet, refused, stopped

from sightline.engine.checkpoint import Checkpoints, read_checkpoint
from sightline.engine.train import train


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


def test_the_checkpoint_of_another_training_is_refused(begun, tiny_recipe, tmp_path, monkeypatch):
    recipe, folder = begun
    other = stopped(tiny_recipe({"train.optimizer.lr": 0.5}), tmp_path / "other", monkeypatch)
    for name in ("last.ckpt", "last.ckpt.sha256"):
        shutil.copy(other / name, folder / name)
    refused(recipe, folder, r"last\.ckpt: belongs to another training")
    torch.save({"weights": torch.zeros(3)}, folder / "last.ckpt")
    (folder / "last.ckpt.sha256").unlink()
    refused(recipe, folder, r"last\.ckpt: is not a checkpoint of a training")


def test_a_kill_between_checkpoint_and_its_hash_does_no_harm(begun, monkeypatch):
    """The hash is written first, and that of the checkpoint before stays good until the new one is there."""
    recipe, folder = begun
    hashes = folder / "last.ckpt.sha256"
    hashes.write_text(f"{'0' * 64}  last.ckpt\n{hashes.read_text(encoding='utf-8')}", encoding="utf-8")
    assert train(recipe, folder, say=quiet, resume=True).finished
    assert hashes.read_text(encoding="utf-8").count("\n") == 1


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


def test_a_folder_in_the_place_of_the_checkpoint_is_refused(begun):
    recipe, folder = begun
    (folder / "last.ckpt").unlink()
    (folder / "last.ckpt").mkdir()
    refused(recipe, folder, r"last\.ckpt: is not a file")
