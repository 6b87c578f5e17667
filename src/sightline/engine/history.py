"""One row per epoch in `logs/metrics.csv`, kept whole through a resume."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import lightning as L

from sightline.engine.files import read_table, write_table


class History(L.Callback):
    """Writes losses, weights, learning rate and validation scores after each epoch; rows of epochs that are done again are replaced."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "logs" / "metrics.csv"

    def on_train_epoch_end(self, trainer: L.Trainer, *_: Any) -> None:
        """Adds the epoch's row."""
        if not trainer.is_global_zero:
            return
        earlier = read_table(self.path) if self.path.is_file() else []
        rows: list[dict[str, Any]] = [r for r in earlier if int(r["epoch"]) < trainer.current_epoch]
        scores = {k: f"{float(v):.6g}" for k, v in trainer.callback_metrics.items()}
        rows.append({"epoch": trainer.current_epoch} | dict(sorted(scores.items())))
        columns = list(dict.fromkeys(key for row in rows for key in row))
        write_table(self.path, rows, columns)
