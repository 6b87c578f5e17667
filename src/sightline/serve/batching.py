"""Requests that come at the same time are computed together, on one thread, in the order in which they came."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Generic, TypeVar

Asked = TypeVar("Asked")
Told = TypeVar("Told")


class Batcher(Generic[Asked, Told]):
    """Gathers what is asked into batches.

    Args:
        compute: answers a batch; called on one thread, one batch after the other.
        size: of a batch at most.
        wait: seconds for which a batch that is not full waits for more.
    """

    def __init__(self, compute: Callable[[Sequence[Asked]], Sequence[Told]], size: int, wait: float) -> None:
        self.compute, self.size, self.wait = compute, size, wait
        self._worker = ThreadPoolExecutor(1, "sightline-network")
        self._waiting: list[tuple[Asked, asyncio.Future[Told]]] = []
        self._running: asyncio.Task[None] | None = None

    async def ask(self, one: Asked) -> Told:
        """The answer; raises what `compute` raises for its batch."""
        future: asyncio.Future[Told] = asyncio.get_running_loop().create_future()
        self._waiting.append((one, future))
        if self._running is None or self._running.done():
            self._running = asyncio.create_task(self._run())
        return await future

    async def _run(self) -> None:
        while self._waiting:
            if len(self._waiting) < self.size:
                await asyncio.sleep(self.wait)
            batch, self._waiting = self._waiting[: self.size], self._waiting[self.size :]
            if left := [(one, future) for one, future in batch if not future.done()]:
                await self._answer(left)

    async def _answer(self, batch: Sequence[tuple[Asked, asyncio.Future[Told]]]) -> None:
        """Failure of a batch is that of each of its members, and the next batch is computed all the same."""
        try:
            said = await asyncio.get_running_loop().run_in_executor(self._worker, self.compute, [one for one, _ in batch])
        except Exception as error:
            for _, future in batch:
                if not future.done():
                    future.set_exception(error)
        else:
            for (_, future), answer in zip(batch, said, strict=True):
                if not future.done():
                    future.set_result(answer)
