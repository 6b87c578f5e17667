"""Records become samples: decoded or from the cache, augmented in training, and put together as batches."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

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
from sightline.data.findings import classes_of, marks_of, of_finding, united_marks
from sightline.data.guide.quality import degrade
from sightline.data.heatmap import HeatMap
from sightline.data.images import open_image
from sightline.data.loader import Findings, Sample, eval_loader, train_loader
from sightline.data.sampling import Key, seed_sequence
from sightline.data.strata import Strata, strata
from sightline.data.surroundings import disturbed, pasted_artefacts
from sightline.errors import UserError, nearest
from sightline.types import Record


class ImageDataset(Dataset[Sample]):
    """The images of one split.

    A whole number as key gives the image without any randomness. A `Key` gives it augmented; the randomness depends on the seed and on
    the key's epoch and position alone, so it is the same in whichever process and after whatever else.

    Args:
        records: each image with its own annotations; their labels are among `classes`, or their findings are the `classes`.
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
        self.several = any(record.findings for record in self.records)
        number = {name: i for i, name in enumerate(sorted({r.label for r in self.records}) if self.several else self.classes)}
        self.strata = [number[record.label] for record in self.records]
        by = data.balance_by if train and not self.several else ()
        self.balanced = strata(self.records, self.strata, self.classes, by) if by else Strata(tuple(number), self.strata)
        self.marked = tuple(name for name in self.classes if any(marks_of(r, name) for r in self.records)) if self.several else ()
        self._still = evaluation(data)
        self._moving = augmentation(data.augment, data) if train else self._still
        self._artefacts = pasted_artefacts(data) if train else ()
        self._lending: list[int] | None = None
        self._cache = open_cache(self.records, self.data, len(self.marked)) if data.cache and self.records else None

    def __len__(self) -> int:
        return len(self.records)

    @property
    def labels(self) -> list[int]:
        """The class of each image.

        Raises:
            UserError: images have several findings; `strata` tells apart which of them an image has.
        """
        if self.several:
            where = f"images with the findings {', '.join(self.classes)}"
            raise UserError(where, "have no single class each", f"Choose one finding, e.g. `dataset.of({self.classes[0]!r})`.")
        return self.strata

    def of(self, finding: str) -> ImageDataset:
        """The images of which one finding is known, as a data set of two classes: without it and with it.

        Raises:
            UserError: there is no such finding.
        """
        if not self.several or finding not in self.classes:
            raise UserError(
                f"finding {finding!r}", "is not among those of these images", nearest(finding, self.classes if self.several else ())
            )
        records = of_finding(self.records, finding)
        return ImageDataset(records, classes_of(finding), self.data, train=self.train, seed=self.seed, annotated=self.annotated)

    def __getitem__(self, key: int | Key) -> Sample:
        index = key.index if isinstance(key, Key) else range(len(self))[key]
        record, planes = self.records[index], self.planes(index)
        hidden = self.hides(record)
        if isinstance(key, Key):
            planes = self._disturbed(planes, planes.known and not hidden, key)
        flags = [known and not hidden for known in (planes.known, planes.avoid_known, *planes.findings)]

        parts: list[Tensor] = [tv_tensors.Image(_unit(planes.image))]
        parts += [HeatMap(_unit(drawn)) for drawn, known in zip(planes.maps, flags, strict=True) if known]
        image, *maps = self._moved(parts, key)
        nothing = torch.zeros_like(image[:1])
        roi, avoid, *rois = (maps.pop(0) if known else nothing for known in flags)
        findings = self._findings(record, dict(zip(self.marked, zip(rois, flags[2:], strict=True), strict=True)), nothing)
        label = 0 if self.several else self.strata[index]
        return Sample(image, roi, flags[0], avoid, flags[1], label, index, record.id, self.balanced.member[index], findings)

    @property
    def answers(self) -> Tensor:
        """Of images with several findings, whether each has each, (N, C): 1, 0, and NaN where not known."""
        return torch.stack([self._answers(record) for record in self.records])

    def _answers(self, record: Record) -> Tensor:
        said = [record.findings.get(name) for name in self.classes]
        return torch.tensor([float("nan") if present is None else float(present) for present in said])

    def _findings(self, record: Record, seen: Mapping[str, tuple[Tensor, bool]], nothing: Tensor) -> Findings | None:
        if not self.several:
            return None
        labels = self._answers(record)
        regions = [seen.get(name, (nothing, False)) for name in self.classes]
        return Findings(labels, torch.cat([roi for roi, _ in regions]), torch.tensor([known for _, known in regions]))

    def _disturbed(self, planes: Planes, known: bool, key: Key) -> Planes:
        """See `surroundings.disturbed`; the randomness is another one than that of the geometry, which stays as it is without this."""
        augment = self.data.augment
        if not self.train or (augment.outside is None and augment.artefacts is None):
            return planes
        rng = np.random.default_rng(seed_sequence(self.seed, key.epoch, key.position, 1))
        return disturbed(planes, known, augment, self._artefacts, rng, lambda draw: self._lender(draw, key.index))

    def _lender(self, rng: np.random.Generator, index: int) -> Planes | None:
        """Another image whose region is known, of whichever class."""
        if self._lending is None:
            self._lending = [i for i, r in enumerate(self.records) if united_marks(r) and not self.hides(r)]
        others = [i for i in self._lending if i != index]
        return self.planes(others[int(rng.integers(len(others)))]) if others else None

    def hides(self, record: Record) -> bool:
        """Whether what is marked in a training image is not used; what is to be avoided in an image without annotation always is."""
        return self.train and self.annotated is not None and bool(record.annotations) and record.id not in self.annotated

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
        if not self.train:
            return eval_loader(self, batch_size=batch_size, workers=workers)
        return train_loader(self, batch_size=batch_size, balance=self.data.balance, seed=seed, epoch=epoch, workers=workers)

    def picture(self, index: int) -> tuple[np.ndarray, np.ndarray | None]:
        """For people to look at (see `as_rgb`), never augmented: (S, S, 3) uint8, and the ROI map (S, S) float32, None where unknown.

        The ROI map of a training image is the one that guides: after `data.roi`, and unknown where it is not used.
        """
        planes = self.planes(index)
        image, roi = self._still([tv_tensors.Image(torch.tensor(planes.image)), HeatMap(_unit(planes.maps[0]))])
        return as_rgb(image.permute(1, 2, 0).numpy()), roi[0].numpy() if planes.known and not self.hides(self.records[index]) else None

    def seen(self, index: int) -> Tensor:
        """What the network sees of an image, never augmented: (C, S, S) float32 in [0, 1]."""
        return self._still([tv_tensors.Image(_unit(self.planes(index).image))])[0].as_subclass(Tensor)

    def planes(self, index: int) -> Planes:
        """Image and maps at `load_size`, from the cache if they are there."""
        kept = self._cache and self._cache.get(index)
        if kept:
            return kept
        planes = decode(self.records[index], self.data, self.marked)
        if self._cache:
            self._cache.put(index, planes)
        return planes

    def fill(self, progress: Callable[[int, int], None] = lambda done, total: None) -> None:
        """Decodes into the cache whatever is not in it; calls `progress(done, total)` after each image. Without a cache, does nothing."""
        if self._cache:
            with ThreadPoolExecutor(2) as pool:
                for done, _ in enumerate(pool.map(self.planes, range(len(self))), start=1):
                    progress(done, len(self))


def decode(record: Record, data: Data, findings: Sequence[str] = ()) -> Planes:
    """Reads a picture, draws its annotations in the picture's own pixels, and only then brings both to `load_size`.

    Args:
        findings: those that have a map each, behind the union of all.
    """
    image = open_image(record.image, data.grey, data.channels)
    h, w = image.shape[:2]
    drawn = (united_marks(record), record.avoid, *(marks_of(record, name) for name in findings))
    maps = [render(marks, size=(h, w), gaze_blur=data.gaze_blur, where=record.id) for marks in drawn]
    maps = [found if found is None or i == 1 else degrade(found, data.roi, record.id) for i, found in enumerate(maps)]
    square, squares = prepare(image, [m for m in maps if m is not None], data)
    pixels = np.zeros((len(square) + MAPS + len(findings), *square.shape[1:]), np.uint8)
    known = [found is not None for found in maps]
    planes = Planes(pixels, known[0], known[1], tuple(known[2:]))
    planes.image[:] = square.numpy()
    for plane, real in zip(planes.maps, known, strict=True):
        if real:
            plane[:] = (squares.pop(0) * 255).round().to(torch.uint8).numpy()
    return planes


def _unit(pixels: np.ndarray) -> Tensor:
    """uint8 -> float32 in [0, 1]."""
    return torch.from_numpy(pixels.astype(np.float32)).div_(255)
