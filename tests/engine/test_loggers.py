"""Where a training is logged, and what is refused. Of MLflow and Weights & Biases stand-ins are used: neither is needed by sightline."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import pytest
from lightning.pytorch.loggers import Logger

from sightline.engine import loggers as own
from sightline.engine.loggers import check_loggers, close, flat, loggers
from sightline.engine.train import train
from sightline.errors import UserError


class Memory(Logger):
    """A logger that remembers."""

    def __init__(self, name: str, home: Path, run: str | None) -> None:
        super().__init__()
        self.title, self.home, self.run = name, home, run
        self.settings: dict[str, object] = {}
        self.metrics: list[dict[str, float]] = []

    name = version = property(lambda self: "memory")

    def log_hyperparams(self, params, *_, **__):
        self.settings = params

    def log_metrics(self, metrics, step=None):
        self.metrics.append(dict(metrics))


def test_a_missing_package_is_named_with_its_extra(tiny_recipe, monkeypatch):
    monkeypatch.setattr(own, "find_spec", lambda name: None)
    with pytest.raises(UserError, match=r"train\.loggers mlflow: needs mlflow, .* Run `pip install 'sightline\[mlflow\]'`"):
        check_loggers(tiny_recipe({"train.loggers": ["tensorboard", "mlflow"]}).train)
    check_loggers(tiny_recipe().train)


def test_several_processes_are_refused(tiny_recipe, monkeypatch):
    monkeypatch.setattr(own, "find_spec", lambda name: name)
    with pytest.raises(UserError, match="one process only"):
        check_loggers(tiny_recipe({"train.loggers": ["wandb"], "train.devices": 2}).train)


def test_an_unknown_logger_is_refused_with_the_known_ones(tiny_recipe):
    with pytest.raises(UserError, match=r"train\.loggers.*tensorboard.*mlflow.*wandb"):
        tiny_recipe({"train.loggers": ["comet"]})


def test_settings_are_dotted_and_odd_names_stay_in_their_section():
    assert dict(flat({"data": {"classes": {"a b": ["x"]}, "root": None}, "train": {"epochs": 2}})) == {
        "data.classes": '{"a b": ["x"]}',
        "train.epochs": 2,
    }


def test_a_training_logs_into_the_folder_of_the_runs_and_goes_on_in_its_record(tiny_recipe, tmp_path, monkeypatch):
    made: list[Memory] = []

    def make(name, home, run):
        made.append(Memory(name, home, run))
        return made[-1], run or "id-1"

    monkeypatch.setattr(own, "find_spec", lambda name: name)
    monkeypatch.setattr(own, "_mlflow", make)
    recipe = tiny_recipe({"train.loggers": ["mlflow"], "train.epochs": 1})
    run = train(recipe, tmp_path / "runs" / "one", say=lambda _: None)
    (logger,) = made
    assert (logger.title, logger.home, logger.run) == ("one", tmp_path / "runs", None)
    assert logger.settings["train.epochs"] == 1
    assert any("val/auc" in metrics for metrics in logger.metrics)
    assert len(run.history) == 1
    assert not (run.path / "logs" / "tensorboard").exists()
    assert json.loads((run.path / "logs" / "ids.json").read_text(encoding="utf-8")) == {"mlflow": "id-1"}

    loggers(recipe, run.path, tmp_path / "runs", resume=True)
    loggers(recipe, run.path, tmp_path / "runs", resume=False)
    assert [logger.run for logger in made] == [None, "id-1", None]


def test_the_record_of_weights_and_biases_is_ended(monkeypatch):
    ended: list[str] = []

    class Fake:
        experiment = SimpleNamespace(finish=lambda: ended.append("finished"))

    monkeypatch.setattr(own, "WandbLogger", Fake)
    close([Fake(), Memory("a", Path(), None)])
    assert ended == ["finished"]
