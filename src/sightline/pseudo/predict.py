"""The predictions of the U-Net: masks, and their scores on images with annotations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from sightline.config import Data
from sightline.data.annotation import render
from sightline.data.dataset import ImageDataset
from sightline.data.images import image_size
from sightline.data.loader import eval_loader
from sightline.metrics.confidence.bootstrap import Groups, chosen, interval
from sightline.metrics.scores.localisation import upsample
from sightline.pseudo.division import LABEL
from sightline.pseudo.quality import Quality, faults, overlap, quality
from sightline.pseudo.segmenter import Segmenter
from sightline.pseudo.settings import PseudoMasks
from sightline.results.masks import HeldOut, MaskQuality
from sightline.types import Record


@dataclass(frozen=True)
class Predicted:
    """One image's mask, (H, W) bool of the image's own size, and what is seen of the probabilities behind it."""

    record: Record
    mask: np.ndarray
    seen: Quality


@torch.no_grad()
def predict(segmenter: Segmenter, records: Sequence[Record], settings: PseudoMasks) -> Iterator[Predicted]:
    """Predicts image by image, so that any number of them fits into memory. Leaves the segmenter in evaluation mode."""
    segmenter.eval()
    device = next(segmenter.parameters()).device
    dataset = ImageDataset(records, (LABEL,), Data(image_size=settings.image_size, grey=settings.grey, cache=False), train=False)
    for batch in eval_loader(dataset, batch_size=settings.batch_size, workers=settings.workers):
        maps = segmenter(batch.images.to(device)).sigmoid()[:, 0].float().cpu().numpy()  # (B, S, S)
        for index, probability in zip(batch.index.tolist(), maps, strict=True):
            record = dataset.records[index]
            yield Predicted(record, mask(probability, image_size(record.image)), quality(probability))


def mask(probability: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """(S, S) in [0, 1] -> (H, W) bool: where the probability, enlarged bilinearly, is at least a half.

    Not the probabilities themselves: small ones everywhere, as a short training leaves them, would outweigh a small region as an ROI map.
    """
    result: np.ndarray = upsample(probability[None], size)[0] >= 0.5
    return result


def judge(segmenter: Segmenter, records: Sequence[Record], groups: Groups, settings: PseudoMasks) -> HeldOut:
    """Scores of the predictions against the annotations, at the images' own size and as they would be written."""
    scores, keeps = [], []
    for found in predict(segmenter, records, settings):
        size = (found.mask.shape[0], found.mask.shape[1])
        truth = render(found.record.annotations, size, gaze_blur=settings.gaze_blur, where=found.record.id)
        assert truth is not None  # only images with a known region are held out
        scores.append(overlap(found.mask, truth >= 0.5))
        keeps.append(not faults(found.seen, settings.keep))
    return scored(np.array(scores), np.array(keeps), groups)


def scored(overlaps: np.ndarray, kept: np.ndarray, groups: Groups) -> HeldOut:
    """(N, 2) Dice and Jaccard, (N,) bool -> what `judge` returns."""

    def of(images: np.ndarray) -> MaskQuality:
        own = chosen(groups, images)
        scores = {name: interval(overlaps[images, i], groups=own) for i, name in enumerate(("dice", "jaccard")) if len(images)}
        return MaskQuality(n=len(images), **scores)

    every = of(np.arange(len(kept)))
    return HeldOut(**every.fields(), kept=of(np.flatnonzero(kept)), dropped=of(np.flatnonzero(~kept)))
