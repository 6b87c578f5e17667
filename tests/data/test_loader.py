from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
import torch
from blobs import Spot, spot_record
from torch import Tensor

from sightline.config import Augment, Data
from sightline.data.dataset import ImageDataset
from sightline.data.loader import Sample, eval_loader, train_loader
from sightline.types import Batch

DATA = Data(image_size=16, augment=Augment(rotate=(-90, 90), flip_x=0.5, brightness=0.3, hue=0.1))


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


def dataset(n: int = 10, train: bool = True) -> ImageDataset:
    return ImageDataset([spot_record(i) for i in range(n)], ["a", "b"], DATA, train=train, seed=3)


def same(first: list[Batch], second: list[Batch]) -> bool:
    return len(first) == len(second) and all(
        torch.equal(a, b) if isinstance(a, Tensor) else a == b
        for one, other in zip(first, second, strict=True)
        for a, b in zip(vars(one).values(), vars(other).values(), strict=True)
    )


def test_resumed_epoch_is_bit_equal_with_and_without_workers() -> None:
    options = {"batch_size": 4, "balance": "oversample", "seed": 3}
    through = {}
    for workers in (0, 2):
        loader = train_loader(dataset(), workers=workers, **options)
        for epoch in range(3):
            loader.sampler.set_epoch(epoch)
            through[workers, epoch] = list(loader)
            torch.rand(epoch + 1)  # a training draws too
    resumed = {workers: list(train_loader(dataset(), workers=workers, epoch=2, **options)) for workers in (0, 2)}
    for batches in (through[2, 2], resumed[0], resumed[2]):
        assert same(through[0, 2], batches)
    assert not same(through[0, 2], through[0, 1])


def test_starting_an_epoch_draws_nothing_from_the_global_generator() -> None:
    loader, before = train_loader(dataset(), batch_size=4), torch.get_rng_state()
    list(loader)
    list(eval_loader(dataset(train=False), batch_size=4))
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.parametrize(("n", "size", "batches"), [(10, 4, [4, 4, 2]), (9, 4, [4, 4]), (8, 4, [4, 4]), (3, 1, [1, 1, 1]), (1, 4, [1])])
def test_last_batch_is_kept_unless_it_is_a_single_image(n: int, size: int, batches: list[int]) -> None:
    assert [len(batch) for batch in train_loader(dataset(n), batch_size=size)] == batches


def test_evaluation_shows_every_image_once_in_order() -> None:
    images = dataset(9, train=False)
    batches = [list(eval_loader(images, batch_size=4, workers=workers)) for workers in (0, 2)]
    assert [i for batch in batches[0] for i in batch.index.tolist()] == list(range(9))
    assert same(*batches)


def test_processes_see_different_images() -> None:
    shown = [{i for b in train_loader(dataset(), batch_size=5, rank=r, world=2) for i in b.index.tolist()} for r in (0, 1)]
    assert shown[0] | shown[1] == set(range(10))
    assert not shown[0] & shown[1]


def test_what_workers_decode_is_kept_for_all() -> None:
    images = dataset()
    list(train_loader(images, batch_size=2, workers=2))
    Spot.drawn.clear()
    list(eval_loader(images, batch_size=2))
    assert not Spot.drawn


class Threads(ImageDataset):
    def __getitem__(self, key: object) -> Sample:
        sample = super().__getitem__(key)
        return Sample(**(vars(sample) | {"id": str(torch.get_num_threads())}))


def test_workers_have_one_thread_each() -> None:
    torch.set_num_threads(2)
    records = [spot_record(i) for i in range(4)]
    loader = train_loader(Threads(records, ["a", "b"], DATA, train=True), batch_size=2, workers=2)
    threads = {threads for batch in loader for threads in batch.ids}
    torch.set_num_threads(1)
    assert threads == {"1"}
