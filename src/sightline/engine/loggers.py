"""Where a training is logged besides the run's own table of epochs: TensorBoard, MLflow, Weights & Biases."""

from __future__ import annotations

import json
import logging
import os
import re
import secrets
from collections.abc import Iterable, Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from lightning.pytorch.loggers import Logger, TensorBoardLogger, WandbLogger

from sightline.config_train import Train
from sightline.engine.files import write_json
from sightline.errors import UserError
from sightline.recipe import Recipe

PROJECT = "sightline"  # under which MLflow and Weights & Biases list the trainings
_EXTRAS = ("mlflow", "wandb")
_KEY = re.compile(r"[\w.-]+")


def check_loggers(train: Train) -> None:
    """Refuses loggers that cannot log this training.

    Raises:
        UserError: a package is missing, or several processes train.
    """
    for name in train.loggers:
        if name not in _EXTRAS:
            continue
        if find_spec(name) is None:
            raise UserError(f"train.loggers {name}", f"needs {name}, which is not installed", f"Run `pip install 'sightline[{name}]'`.")
        if train.devices * train.nodes > 1:
            remedy = "Set `train.loggers=[tensorboard]`; every run also has logs/metrics.csv."
            raise UserError(f"train.loggers {name}", "logs trainings of one process only", remedy)


def loggers(recipe: Recipe, folder: Path, home: Path, *, resume: bool) -> list[Logger]:
    """The loggers that `train.loggers` names.

    Args:
        folder: of the training, which holds the files of TensorBoard.
        home: folder of all runs, which holds `mlflow.db`, `mlruns` and `wandb`, since these also tell of the person and the machine.
        resume: go on in the records that the training began.
    """
    name, ids = str(folder.relative_to(home)), folder / "logs" / "ids.json"
    known: dict[str, str] = json.loads(ids.read_text(encoding="utf-8")) if resume and ids.is_file() else {}
    made: list[Logger] = []
    for kind in dict.fromkeys(recipe.train.loggers):
        if kind == "tensorboard":
            made.append(TensorBoardLogger(folder, name="logs", version="tensorboard"))
            continue
        logger, known[kind] = {"mlflow": _mlflow, "wandb": _wandb}[kind](name, home, known.get(kind))
        logger.log_hyperparams(dict(flat(recipe.model_dump(mode="json"))))
        made.append(logger)
    if known:
        write_json(ids, known)
    return made


def close(made: Iterable[Logger]) -> None:
    """Ends the record of Weights & Biases, which the next training of this process would otherwise go on with."""
    for logger in made:
        if isinstance(logger, WandbLogger):
            logger.experiment.finish()


def flat(settings: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    """Dotted settings with their values; what is not set is left out.

    >>> dict(flat({"train": {"epochs": 3, "clip": None}, "deviations": ["none"]}))
    {'train.epochs': 3, 'deviations': '["none"]'}
    """
    for key, value in settings.items():
        if isinstance(value, Mapping) and value and all(_KEY.fullmatch(str(name)) for name in value):
            yield from flat(value, f"{above}{key}.")
        elif value is not None:
            yield f"{above}{key}", json.dumps(value) if isinstance(value, (list, tuple, Mapping)) else value


def _mlflow(name: str, home: Path, run: str | None) -> tuple[Logger, str]:
    """MLflow's logger with a SQLite file, since it refuses to write plain files, and the id of its record."""
    import mlflow  # sets its own level of logging, and so comes first
    from lightning.pytorch.loggers import MLFlowLogger

    for noisy in ("alembic", mlflow.__name__):
        logging.getLogger(noisy).setLevel(logging.ERROR)
    place = home.resolve()
    logger = MLFlowLogger(
        experiment_name=PROJECT,
        run_name=name,
        tracking_uri=f"sqlite:///{(place / 'mlflow.db').as_posix()}",
        artifact_location=(place / "mlruns").as_uri(),
        run_id=run,
    )
    return logger, str(logger.run_id)


def _wandb(name: str, home: Path, run: str | None) -> tuple[Logger, str]:
    """The logger of Weights & Biases, which writes files and sends nothing, and the id of its record."""
    for variable, value in (("WANDB_SILENT", "true"), ("WANDB_ERROR_REPORTING", "false")):
        os.environ.setdefault(variable, value)  # read when it is imported
    import wandb

    own = run or secrets.token_hex(4)
    quiet = wandb.Settings(console="off", disable_git=True, save_code=False)
    logger = WandbLogger(name=name, project=PROJECT, save_dir=home, offline=True, version=own, settings=quiet)
    return logger, own
