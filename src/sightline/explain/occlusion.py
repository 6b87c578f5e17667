"""Occlusion sensitivity: how far does the class's score fall when a patch of the image is covered? (Zeiler & Fergus 2014; 002-19)"""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor, nn

from sightline.attention.wrapped import evaluating

_BATCH = 32


@torch.no_grad()
def occlusion(classifier: nn.Module, images: Tensor, target: Tensor, *, patch: int, stride: int, fill: float = 0.5) -> Tensor:
    """The mean fall of the score over all patches that cover a pixel: positive where the class's evidence is, negative where it is hidden.

    Patches set out from the top left corner in steps of `stride`; those at the right and at the bottom are cut off by the border. Leaves
    the classifier's mode as it was.

    Args:
        classifier: images to logits (B, C).
        images: (B, 3, H, W) in [0, 1].
        target: (B,) class indices.
        patch, stride: pixels; a stride above the patch would leave pixels out.
        fill: of the patch, in [0, 1]: grey.

    Returns:
        (B, 1, H, W), in units of the score (logit).
    """
    height, width = images.shape[2:]
    fall, covered = torch.zeros_like(images[:, :1]), torch.zeros(1, 1, height, width, device=images.device)
    with evaluating(classifier):
        whole = _score(classifier, images, target)
        boxes = list(_boxes(height, width, patch, stride))
        for start in range(0, len(boxes), max(1, _BATCH // len(images))):
            some = boxes[start : start + max(1, _BATCH // len(images))]
            hidden = images.repeat(len(some), 1, 1, 1)  # (P * B, 3, H, W)
            for (rows, columns), part in zip(some, hidden.split(len(images)), strict=True):
                part[:, :, rows, columns] = fill
            scores = _score(classifier, hidden, target.repeat(len(some)))
            for (rows, columns), score in zip(some, scores.split(len(images)), strict=True):
                fall[:, :, rows, columns] += (whole - score)[:, None, None, None]
                covered[:, :, rows, columns] += 1
    return fall / covered.clamp(min=1)


def _boxes(height: int, width: int, patch: int, stride: int) -> Iterator[tuple[slice, slice]]:
    for top in range(0, max(height - patch + stride, 1), stride):
        for left in range(0, max(width - patch + stride, 1), stride):
            yield slice(top, top + patch), slice(left, left + patch)


def _score(classifier: nn.Module, images: Tensor, target: Tensor) -> Tensor:
    logits: Tensor = classifier(images)
    return logits.gather(1, target[:, None])[:, 0].to(images.dtype)  # (B,)
