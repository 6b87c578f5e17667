"""Ctrl-C ends a training between two batches."""

from __future__ import annotations

import signal
import threading
from types import FrameType, TracebackType
from typing import Any

import lightning as L


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
