"""Callbacks of the training: the best weights, a checkpoint to resume from, the table of epochs, progress, and the end by Ctrl-C."""

from __future__ import annotations

import math
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any

import lightning as L
from lightning.pytorch.callbacks import Checkpoint
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from sightline.engine.checkpoint import BEST, LAST
from sightline.engine.files import write_table
from sightline.engine.module import Training
from sightline.engine.read_files import Damaged, read_table
from sightline.engine.saving import save_weights
from sightline.engine.soundness import NotFinite, not_finite, remedy
from sightline.errors import UserError


class Keeper(Checkpoint):
    """After each epoch: `best.safetensors` if `select` improved (`last`: always), then `last.ckpt`; each written whole or not at all.

    Of epochs with an equal score that with the lower `val/loss` wins, and of those the earliest: accuracy on few images often ties.

    Neither is written once a weight, or what the optimiser remembers of it, is no finite number: the epoch before stays kept.
    """

    def __init__(self, folder: Path, select: str, mode: str) -> None:
        self.folder, self.select, self.sign = folder, select, 1 if mode == "max" else -1
        self.best, self.best_epoch, self.tie = -math.inf, -1, math.inf

    def on_train_epoch_end(self, trainer: L.Trainer, module: L.LightningModule) -> None:
        """Judges the epoch. An undefined score (one class in the validation images) never wins, the first epoch apart.

        Raises:
            NotFinite: names the tensor.
        """
        assert isinstance(module, Training)
        memory = [optimizer.state_dict()["state"] for optimizer in trainer.optimizers]
        if name := not_finite({"weights": module.state_dict(), "optimiser": memory}):
            reason = f"the training diverged: {name} is no longer finite"
            raise NotFinite(f"epoch {trainer.current_epoch}", reason, remedy(module.recipe))
        score, loss = self._score(trainer), float(trainer.callback_metrics.get("val/loss", math.inf))
        if score > self.best or self.best_epoch < 0 or (score == self.best and loss < self.tie):
            self.best = -math.inf if math.isnan(score) else score
            self.best_epoch, self.tie = trainer.current_epoch, loss
            if trainer.is_global_zero:
                with module.kept_weights():
                    save_weights(self.folder / BEST, module.classifier)
        trainer.save_checkpoint(self.folder / LAST)  # every process takes part; the first one writes

    def _score(self, trainer: L.Trainer) -> float:
        if self.select == "last":
            return float(trainer.current_epoch)
        if self.select not in trainer.callback_metrics:
            known = sorted(k for k in trainer.callback_metrics if k.startswith("val/"))
            raise UserError(f"train.select={self.select}", "was not measured on the validation images", f"Measured: {', '.join(known)}.")
        return self.sign * float(trainer.callback_metrics[self.select])

    def state_dict(self) -> dict[str, Any]:
        """For resuming."""
        return {"best": self.best, "best_epoch": self.best_epoch, "tie": self.tie}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """For resuming."""
        self.best, self.best_epoch, self.tie = state["best"], state["best_epoch"], state.get("tie", -math.inf)


_LONGEST = 24  # letters of a name beside the bar, which needs the rest of 80 columns


class ShowProgress(L.Callback):
    """A line per epoch, and in a terminal below them one bar over the whole training, with an estimate of the time left."""

    def __init__(self, title: str, say: Callable[[str], None] = print) -> None:
        self.title, self.say, self.live = title, say, sys.stdout.isatty()
        self.bar: Progress | None = None

    def on_train_start(self, trainer: L.Trainer, module: L.LightningModule) -> None:
        """Shows the bar."""
        assert isinstance(module, Training)
        total = module.recipe.train.epochs * trainer.num_training_batches
        if not (self.live and trainer.is_global_zero):
            return
        # made here and not before, since a bar cannot travel to another process
        self.bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
        )
        self.bar.start()
        name = self.title if len(self.title) <= _LONGEST else f"{self.title[: _LONGEST - 1]}…"
        self.task = self.bar.add_task(name, total=total, completed=trainer.global_step)

    def on_train_batch_end(self, *_: Any) -> None:
        """One batch further."""
        if self.bar:
            self.bar.advance(self.task)

    def on_train_epoch_end(self, trainer: L.Trainer, module: L.LightningModule) -> None:
        """The epoch's scores."""
        assert isinstance(module, Training)
        scores = {k: float(v) for k, v in trainer.callback_metrics.items()}
        shown = " ".join(f"{k} {scores[k]:.3f}" for k in ("train/loss", "val/loss", "val/auc", "val/epg") if k in scores)
        line = f"epoch {trainer.current_epoch + 1}/{module.recipe.train.epochs}  {shown}"
        if self.bar:
            self.bar.console.print(line, highlight=False)
        elif trainer.is_global_zero:
            self.say(f"{self.title}  {line}")

    def on_exception(self, *_: Any) -> None:
        """Takes the bar away: Lightning does not call `teardown` after an exception."""
        self.teardown()

    def teardown(self, *_: Any, **__: Any) -> None:
        """Takes the bar away."""
        if self.bar:
            self.bar.stop()
            self.bar = None


class History(L.Callback):
    """Writes losses, weights, learning rate and validation scores after each epoch; rows of epochs that are done again are replaced."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "logs" / "metrics.csv"

    def on_train_start(self, *_: Any) -> None:
        """Looks whether the rows of earlier epochs can be added to, before an epoch has been spent."""
        self._before(0)

    def on_train_epoch_end(self, trainer: L.Trainer, *_: Any) -> None:
        """Adds the epoch's row."""
        if not trainer.is_global_zero:
            return
        rows: list[dict[str, Any]] = [*self._before(trainer.current_epoch)]
        scores = {k: f"{float(v):.6g}" for k, v in trainer.callback_metrics.items()}
        rows.append({"epoch": trainer.current_epoch} | dict(sorted(scores.items())))
        columns = list(dict.fromkeys(key for row in rows for key in row))
        write_table(self.path, rows, columns)

    def _before(self, epoch: int) -> Sequence[dict[str, str]]:
        """The rows of the epochs before this one."""
        if not self.path.exists():
            return []
        remedy = "Remove it and go on with `resume=True`: the rows of earlier epochs are lost, the training is not."
        rows = read_table(self.path, ["epoch"], remedy)
        for row in rows:
            if not row["epoch"].isdecimal():
                raise Damaged(f"{self.path} line {row.line}", f"epoch is {row['epoch']!r}, which is not a number", remedy)
        return [row for row in rows if int(row["epoch"]) < epoch]


class Interrupts(L.Callback):
    """While it is entered, Ctrl-C waits for the end of the batch, and a second one does not.

    Python raises KeyboardInterrupt between any two instructions, also between taking a lock and remembering that it is held: a logger
    interrupted there waits for itself for ever when the run is closed. Between two batches nothing is held.
    """

    def __init__(self) -> None:
        self.asked = False

    def __enter__(self) -> Interrupts:
        self.before = signal.getsignal(signal.SIGINT)
        # elsewhere than in the main thread Python allows no handler
        self.main = threading.current_thread() is threading.main_thread()
        if self.main and self.before is signal.default_int_handler:  # who ignores Ctrl-C goes on ignoring it
            signal.signal(signal.SIGINT, self._ask)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        # Lightning leaves Ctrl-C ignored after an interrupt
        if self.main:
            signal.signal(signal.SIGINT, self.before)

    def _ask(self, number: int, frame: FrameType | None) -> None:
        if self.asked:
            signal.default_int_handler(number, frame)
        self.asked = True

    def on_train_batch_start(self, *_: Any) -> None:
        """Stops if asked to."""
        self._stop()

    def on_validation_batch_start(self, *_: Any) -> None:
        """Stops if asked to."""
        self._stop()

    def _stop(self) -> None:
        if self.asked:
            raise KeyboardInterrupt
