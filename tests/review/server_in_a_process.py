"""A server of the review app that can be killed."""

from __future__ import annotations

import os
import signal
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path

from sightline.review.cases import Cases
from sightline.review.desk import Desk
from sightline.review.serving import serve
from sightline.review.store import Store


class Server:
    """A server in a process of its own, which can be killed and started again at the same port."""

    def __init__(self, cases: Cases, store: Path) -> None:
        self.cases, self.store, self.port = cases, store, None
        self.process: BaseProcess | None = None
        self.address = self.start()

    def start(self) -> str:
        fork = get_context("fork")
        heard, said = fork.Pipe(duplex=False)
        self.process = fork.Process(target=self._run, args=(said,), daemon=True)
        self.process.start()
        self.address = heard.recv().removeprefix("Review: ")
        self.port = int(self.address.split(":")[2].partition("/")[0])
        return self.address

    def _run(self, said: Connection) -> None:
        # what the process has inherited: Playwright's own would not end while it is held open here
        os.closerange(3, said.fileno())
        os.closerange(said.fileno() + 1, 1024)
        serve(Desk(self.cases, Store(self.store, self.cases.model)), self.port or 0, said.send, show=False)

    def send(self, number: signal.Signals) -> None:
        os.kill(self.process.pid, number)
        if number == signal.SIGKILL:
            self.process.join(10)
