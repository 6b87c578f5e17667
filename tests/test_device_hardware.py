"""What a machine lacks is said before anything is written."""

from __future__ import annotations

import pytest
import torch

from sightline.config import Train
from sightline.device import check_hardware
from sightline.engine.train import train
from sightline.errors import UserError


@pytest.fixture
def gpus(monkeypatch):
    def have(count: int, mps: bool = False) -> None:
        monkeypatch.setattr(torch.cuda, "is_available", lambda: count > 0)
        monkeypatch.setattr(torch.cuda, "device_count", lambda: count)
        monkeypatch.setattr(torch.backends.mps, "is_available", lambda: mps)

    return have


@pytest.mark.parametrize(
    ("count", "mps", "settings", "said"),
    [
        (0, False, {"accelerator": "gpu"}, "finds no GPU"),
        (0, False, {"accelerator": "mps"}, "no Metal GPU"),
        (2, False, {"accelerator": "mps"}, "no Metal GPU"),
        (0, False, {"precision": "16"}, "needs a GPU"),
        (2, False, {"precision": "16", "accelerator": "cpu"}, "needs a GPU"),
        (2, False, {"devices": 3}, "has 2 GPU"),
        (0, True, {"devices": 2}, "has 1 GPU"),
        (2, False, {"accelerator": "cuda:2"}, "there are 2 on this machine"),
        (0, False, {"accelerator": "cuda:0"}, "PyTorch finds none"),
        (2, False, {"accelerator": "cuda:1", "devices": 2}, "is more than the one GPU cuda:1"),
    ],
)
def test_what_cannot_be_done_here_is_refused(gpus, count, mps, settings, said):
    gpus(count, mps)
    with pytest.raises(UserError, match=said):
        check_hardware(Train(**settings))


@pytest.mark.parametrize(
    ("count", "mps", "settings"),
    [
        (0, False, {}),
        (0, False, {"devices": 2}),
        (0, False, {"precision": "bf16"}),
        (2, False, {"accelerator": "gpu", "devices": 2, "precision": "16"}),
        (0, True, {"accelerator": "gpu"}),
        (2, False, {"accelerator": "cuda:1", "precision": "16"}),
        (2, False, {"accelerator": "cpu", "devices": 4}),
    ],
)
def test_what_can_be_done_here_is_let_through(gpus, count, mps, settings):
    gpus(count, mps)
    check_hardware(Train(**settings))


def test_no_folder_is_made_for_a_training_that_cannot_be_done_here(gpus, tiny_recipe, tmp_path):
    gpus(0)
    with pytest.raises(UserError, match="finds no GPU"):
        train(tiny_recipe({"train.accelerator": "gpu"}), tmp_path / "runs" / "a", say=print)
    stages = [{"name": "one", "set": {"train.precision": "16"}}]
    with pytest.raises(UserError, match="needs a GPU"):
        train(tiny_recipe(stages=stages), tmp_path / "runs" / "a", say=print)
    assert not (tmp_path / "runs").exists()
