from __future__ import annotations

import os
import signal
from types import SimpleNamespace

import pytest
import torch

from sightline.engine.callbacks import Interrupts, Keeper
from sightline.engine.module import Training


def test_of_epochs_with_an_equal_score_that_with_the_lower_loss_is_kept(tmp_path):
    told = [(0.8, 0.50), (0.8, 0.40), (0.8, 0.45), (0.7, 0.10), (0.8, 0.40)]
    classifier = torch.nn.Linear(1, 1)
    module = Training.__new__(Training)
    torch.nn.Module.__init__(module)
    module.classifier, module.average = classifier, None
    keeper, last = Keeper(tmp_path / "best", "val/accuracy", "max"), Keeper(tmp_path / "last", "last", "min")
    for epoch, (accuracy, loss) in enumerate(told):
        metrics = {"val/accuracy": accuracy, "val/loss": loss}
        trainer = SimpleNamespace(
            optimizers=[], callback_metrics=metrics, current_epoch=epoch, is_global_zero=True, save_checkpoint=lambda path: None
        )
        keeper.on_train_epoch_end(trainer, module)
        last.on_train_epoch_end(trainer, module)
    assert (keeper.best, keeper.best_epoch) == (0.8, 1)
    assert last.best_epoch == 4, "003-17: where the last epoch is to be kept, it is"


def test_a_second_ctrl_c_does_not_wait():
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with Interrupts() as interrupts:
            os.kill(os.getpid(), signal.SIGINT)
            assert interrupts.asked
            with pytest.raises(KeyboardInterrupt):
                os.kill(os.getpid(), signal.SIGINT)
    finally:
        signal.signal(signal.SIGINT, before)
