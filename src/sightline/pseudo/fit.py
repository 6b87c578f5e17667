"""The training of the U-Net."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits
from torch.optim import Adam

from sightline.config import Schedule
from sightline.data.dataset import ImageDataset
from sightline.data.loader import train_loader
from sightline.engine.optimise import schedule
from sightline.engine.reproducible import seed_epoch
from sightline.errors import UserError
from sightline.losses.dice import dice
from sightline.pseudo.segmenter import Segmenter
from sightline.pseudo.settings import PseudoMasks


def segmentation_loss(logits: Tensor, roi: Tensor) -> Tensor:
    """Pixelwise cross-entropy, which teaches probabilities, plus the Dice of the batch, which does not tire of small regions.

    Args:
        logits: (B, 1, S, S).
        roi: (B, 1, S, S) in [0, 1].

    Returns:
        Scalar, at least 0.
    """
    return binary_cross_entropy_with_logits(logits, roi) + dice(logits.sigmoid(), roi)


def fit(
    segmenter: Segmenter,
    dataset: ImageDataset,
    settings: PseudoMasks,
    device: str,
    progress: Callable[[int, int], None],
    say: Callable[[str], None],
) -> None:
    """Trains in place, on a one-cycle schedule. The last epoch's weights stay, so that held-out scores are not those of a chosen epoch.

    Args:
        dataset: annotated images only.
        progress: called with (batches done, batches in all).

    Raises:
        UserError: the loss is no longer a number.
    """
    segmenter.to(device).to(memory_format=torch.channels_last).train()
    batches = len(train_loader(dataset, batch_size=settings.batch_size))
    optimizer = Adam(segmenter.parameters(), lr=settings.lr)
    pace = schedule(optimizer, Schedule(name="one_cycle"), settings.epochs, batches)
    for epoch in range(settings.epochs):
        seed_epoch(settings.seed, epoch)
        loader = train_loader(dataset, batch_size=settings.batch_size, seed=settings.seed, workers=settings.workers, epoch=epoch)
        total = 0.0
        for step, batch in enumerate(loader, start=1):
            loss = segmentation_loss(segmenter(batch.images.to(device)), batch.roi.to(device))
            if not torch.isfinite(loss):
                raise UserError(f"epoch {epoch}, batch {step}", "the loss is no longer a number", "Lower lr, for example to 1e-4.")
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            pace.step()
            total += loss.item()
            progress(epoch * batches + step, settings.epochs * batches)
        say(f"epoch {epoch + 1}/{settings.epochs}  loss {total / batches:.3f}")
