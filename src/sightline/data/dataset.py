"""Records become samples: decoded or from the cache, augmented in training, and put together as batches."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset
from torchvision import tv_tensors

from sightline.channels import as_rgb
from sightline.config import Data, Roi
from sightline.data.annotation import render
from sightline.data.augment import augmentation, evaluation, prepare
from sightline.data.cache import MAPS, Planes, open_cache
from sightline.data.guide.quality import degrade
from sightline.data.heatmap import HeatMap
from sightline.data.images import open_image
from sightline.data.sampling import Key, seed_sequence
from sightline.types import Batch, Record


@dataclass(frozen=True)
class Sample:
    """One image of a batch; see `Batch`."""

    image: Tensor  # (C, S, S)
    roi: Tensor  # (1, S, S)
    known: bool
    avoid: Tensor  # (1, S, S)
    avoid_known: bool
    label: int
    index: int
    id: str


class ImageDataset(Dataset[Sample]):
    """The images of one split.

    A whole number as key gives the image without any randomness. A `Key` gives it augmented; the randomness depends on the seed and on
    the key's epoch and position alone, so it is the same in whichever process and after whatever else.

    Args:
        records: each image with its own annotations; their labels are among `classes`.
        classes: in the order of the logits.
        train: whether keys augment, and `data.roi` and `annotated` apply.
        seed: of the augmentation.
        annotated: ids whose annotations may be used in training (the others' are unknown); None: all.
    """

    def __init__(
        self,
        records: Sequence[Record],
        classes: Sequence[str],
        data: Data,
        *,
        train: bool,
        seed: int = 0,
        annotated: frozenset[str] | None = None,
    ) -> None:
        self.records, self.classes = list(records), tuple(classes)
        self.data = data if train else data.model_copy(update={"roi": Roi()})
        self.train, self.seed, self.annotated = train, seed, annotated
        number = {name: i for i, name in enumerate(self.classes)}
        self.labels = [number[record.label] for record in self.records]
        self._still = evaluation(data)
        self._moving = augmentation(data.augment, data) if train else self._still
        self._cache = open_cache(self.records, self.data) if data.cache and self.records else None

    def __len__(self) -> int:
        return len(self.records)

    def __getitem__(self, key: int | Key) -> Sample:
        index = key.index if isinstance(key, Key) else range(len(self))[key]
        record, planes = self.records[index], self.planes(index)
        hidden = self._hidden(record)
        flags = (planes.known and not hidden, planes.avoid_known and not hidden)

        parts: list[Tensor] = [tv_tensors.Image(_unit(planes.image))]
        parts += [HeatMap(_unit(drawn)) for drawn, known in zip(planes.maps, flags, strict=True) if known]
        image, *maps = self._moved(parts, key)
        nothing = torch.zeros_like(image[:1])
        roi, avoid = (maps.pop(0) if known else nothing for known in flags)
        return Sample(image, roi, flags[0], avoid, flags[1], self.labels[index], index, record.id)

    def _hidden(self, record: Record) -> bool:
        return self.train and self.annotated is not None and record.id not in self.annotated

    def _moved(self, parts: list[Tensor], key: int | Key) -> list[Tensor]:
        if not (self.train and isinstance(key, Key)):
            parts = self._still(parts)
        else:
            # torch.manual_seed would reseed the accelerator as well, which nobody restores
            with torch.random.fork_rng(devices=[]):
                torch.default_generator.manual_seed(int(seed_sequence(self.seed, key.epoch, key.position).generate_state(1, np.uint64)[0]))
                parts = self._moving(parts)
        return [part.as_subclass(Tensor).clamp(0, 1) for part in parts]  # interpolation may overshoot by a rounding error

    def loader(self, batch_size: int, *, seed: int = 0, epoch: int = 0, workers: int = 0) -> DataLoader[Sample]:
        """Batches of training images in random order, augmented, as `seed` and `epoch` say; of other images in their order.

        Args:
            workers: data-loading processes; they change nothing but the speed.
        """
        from sightline.data.loader import eval_loader, train_loader

        if not self.train:
            return eval_loader(self, batch_size=batch_size, workers=workers)
        return train_loader(self, batch_size=batch_size, balance=self.data.balance, seed=seed, epoch=epoch, workers=workers)

    def picture(self, index: int) -> tuple[np.ndarray, np.ndarray | None]:
        """For people to look at (see `as_rgb`), never augmented: (S, S, 3) uint8, and the ROI map (S, S) float32, None where unknown.

        The ROI map of a training image is the one that guides: after `data.roi`, and unknown where it is not used.
        """
        planes = self.planes(index)
        image, roi = self._still([tv_tensors.Image(torch.tensor(planes.image)), HeatMap(_unit(planes.maps[0]))])
        return as_rgb(image.permute(1, 2, 0).numpy()), roi[0].numpy() if planes.known and not self._hidden(self.records[index]) else None

    def seen(self, index: int) -> Tensor:
        """What the network sees of an image, never augmented: (C, S, S) float32 in [0, 1]."""
        return self._still([tv_tensors.Image(_unit(self.planes(index).image))])[0].as_subclass(Tensor)

    def planes(self, index: int) -> Planes:
        """Image and maps at `load_size`, from the cache if they are there."""
        kept = self._cache and self._cache.get(index)
        if kept:
            return kept
        planes = decode(self.records[index], self.data)
        if self._cache:
            self._cache.put(index, planes)
        return planes

    def fill(self, progress: Callable[[int, int], None] = lambda done, total: None) -> None:
        """Decodes into the cache whatever is not in it; calls `progress(done, total)` after each image. Without a cache, does nothing."""
        if self._cache:
            with ThreadPoolExecutor(2) as pool:
                for done, _ in enumerate(pool.map(self.planes, range(len(self))), start=1):
                    progress(done, len(self))


def decode(record: Record, data: Data) -> Planes:
    """Reads a picture, draws its annotations in the picture's own pixels, and only then brings both to `load_size`."""
    image = open_image(record.image, data.grey, data.channels)
    h, w = image.shape[:2]
    maps = [render(marks, size=(h, w), gaze_blur=data.gaze_blur, where=record.id) for marks in (record.annotations, record.avoid)]
    if maps[0] is not None:
        maps[0] = degrade(maps[0], data.roi, record.id)
    square, squares = prepare(image, [m for m in maps if m is not None], data)
    pixels = np.zeros((len(square) + MAPS, *square.shape[1:]), np.uint8)
    planes = Planes(pixels, maps[0] is not None, maps[1] is not None)
    planes.image[:] = square.numpy()
    for drawn, found in zip(planes.maps, maps, strict=True):
        if found is not None:
            drawn[:] = (squares.pop(0) * 255).round().to(torch.uint8).numpy()
    return planes


def _unit(pixels: np.ndarray) -> Tensor:
    """uint8 -> float32 in [0, 1]."""
    return torch.from_numpy(pixels.astype(np.float32)).div_(255)


def collate(samples: Sequence[Sample]) -> Batch:
    """Samples side by side."""
    return Batch(
        images=torch.stack([s.image for s in samples]),  # (B, C, S, S)
        labels=torch.tensor([s.label for s in samples]),
        roi=torch.stack([s.roi for s in samples]),  # (B, 1, S, S)
        known=torch.tensor([s.known for s in samples]),
        avoid=torch.stack([s.avoid for s in samples]),  # (B, 1, S, S)
        avoid_known=torch.tensor([s.avoid_known for s in samples]),
        index=torch.tensor([s.index for s in samples]),
        ids=[s.id for s in samples],
    )
