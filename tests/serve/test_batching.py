"""Requests that come together are computed together, and each gets its own answer."""

from __future__ import annotations

import asyncio

import pytest

from sightline.serve.batching import Batcher


def test_batches_are_full_and_every_answer_finds_its_way() -> None:
    seen: list[int] = []

    def compute(batch: list[int]) -> list[int]:
        seen.append(len(batch))
        return [one * one for one in batch]

    async def together() -> list[int]:
        batcher = Batcher(compute, 8, 0.02)
        return await asyncio.gather(*(batcher.ask(i) for i in range(50)))

    assert asyncio.run(together()) == [i * i for i in range(50)]
    assert seen == [8] * 6 + [2]


def test_a_batch_that_is_not_full_does_not_wait_for_ever() -> None:
    async def alone() -> int:
        batcher = Batcher(lambda batch: batch, 8, 0.001)
        return await asyncio.wait_for(batcher.ask(3), 5)

    assert asyncio.run(alone()) == 3


def test_a_failure_is_that_of_its_batch_alone() -> None:
    def compute(batch: list[int]) -> list[int]:
        if 0 in batch:
            raise ValueError("zero")
        return batch

    async def both() -> int:
        batcher = Batcher(compute, 2, 0.001)
        failed = await asyncio.gather(batcher.ask(0), batcher.ask(1), return_exceptions=True)
        assert [type(one) for one in failed] == [ValueError, ValueError]
        return await batcher.ask(2)

    assert asyncio.run(both()) == 2


def test_who_has_left_is_not_computed() -> None:
    seen: list[int] = []

    async def leave() -> None:
        batcher = Batcher(lambda batch: seen.extend(batch) or batch, 4, 0.05)
        left = asyncio.create_task(batcher.ask(1))
        stayed = asyncio.create_task(batcher.ask(2))
        await asyncio.sleep(0.005)
        left.cancel()
        assert await stayed == 2
        with pytest.raises(asyncio.CancelledError):
            await left

    asyncio.run(leave())
    assert seen == [2]
