"""One row per epoch in `logs/metrics.csv`, kept whole through a resume."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import lightning as L

from sightline.engine.files import write_table
from sightline.engine.read_files import Damaged, read_table


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
                raise Damaged(f"{self.path} line {row.line}", f"epoch is {row['epoch']!r}, which is no number", remedy)
        return [row for row in rows if int(row["epoch"]) < epoch]
