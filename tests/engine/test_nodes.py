from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from sightline.config_train import Train
from sightline.engine.evaluate import evaluate
from sightline.engine.nodes import Crew, check_travels, crew, leads
from sightline.engine.run import Run
from sightline.engine.train import train
from sightline.errors import UserError
from sightline.yaml_text import dump


def _quiet(line: str) -> None:
    """Can travel to another process, as no lambda can."""


def test_two_machines_train_as_two_processes_of_one(tiny_recipe, tmp_path: Path) -> None:
    settings = {"train.devices": 2, "train.epochs": 1, "train.accelerator": "cpu", "backbone.name": "resnet10t"}
    recipe = tiny_recipe(settings, losses={"guidance": [{"name": "energy"}]}, attention={"name": "cam"})
    evaluate(here := train(recipe, tmp_path / "here", say=_quiet))
    (tmp_path / "r.yaml").write_text(dump(recipe.model_dump(mode="json")), encoding="utf-8")

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    launch = [sys.executable, "-m", "torch.distributed.run", "--nnodes", "2", "--master-addr", "127.0.0.1", "--master-port", str(port)]
    verb = ["-m", "sightline", "train", "r.yaml", "--nodes", "2", "--devices", "1", "--name", "both", "--no-report"]
    quiet = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    nodes = [
        subprocess.Popen([*launch, "--node-rank", rank, *verb], cwd=tmp_path, env=os.environ | {"OMP_NUM_THREADS": "1"}, **quiet)
        for rank in "01"
    ]
    try:
        said = [node.communicate(timeout=300)[0] for node in nodes]
    finally:
        for node in nodes:
            node.terminate()  # one that hangs, and the process that it started
    assert [node.returncode for node in nodes] == [0, 0], said
    assert "Run: runs/both" in said[0]
    assert "Run:" not in said[1]  # one of them tells it

    both = Run(tmp_path / "runs" / "both")
    assert both.finished
    assert len(both.history) == 1
    assert (both.path / "logs/metrics.csv").read_bytes() == (here.path / "logs/metrics.csv").read_bytes()
    assert (both.path / "predictions.csv").read_bytes() == (here.path / "predictions.csv").read_bytes()


def test_a_training_on_several_machines_has_to_be_started_on_each(tiny_recipe, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"train\.nodes=2.*started alone.*torchrun"):
        train(tiny_recipe({"train.nodes": 2}), tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_a_function_that_cannot_travel_is_refused_before_anything_is_written(tiny_recipe, tmp_path: Path) -> None:
    lines: list[str] = []
    with pytest.raises(UserError, match=r"say.*cannot be sent to the processes of .train\.devices=2.*function of a module"):
        train(tiny_recipe({"train.devices": 2, "train.accelerator": "cpu"}), tmp_path / "run", say=lambda line: lines.append(line))
    assert not (tmp_path / "run").exists()
    check_travels(lambda line: None, Train(devices=2), Crew(1, 2))  # all processes are there: nothing travels
    check_travels(lambda line: None, Train(), Crew())
    check_travels(_quiet, Train(devices=2), Crew())


def test_processes_are_counted(tiny_recipe, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"SLURM_NTASKS": "4", "SLURM_PROCID": "1", "SLURM_JOB_NAME": "train", "SLURM_NODELIST": "here"}.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(UserError, match="ntasks-per-node"):
        leads()
    monkeypatch.setenv("SLURM_NTASKS_PER_NODE", "2")
    assert not leads()
    settings = tiny_recipe({"train.nodes": 2, "train.devices": 1}).train
    with pytest.raises(UserError, match=r"4 processes were started, but the training is one of 2"), crew(settings):
        pass
