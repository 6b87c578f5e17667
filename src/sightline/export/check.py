"""The check of what is exported: the same answers as PyTorch's, on images of the run's data where they are there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from sightline.engine.run import Run
from sightline.errors import UserError
from sightline.explain.inputs import some
from sightline.export.network import ExportedNetwork

BATCHES = (1, 3)  # sizes of the batches, neither of which is that of the example by which the graph is recorded
LARGEST = 1e-4  # difference that is accepted

Answers = Callable[[Tensor], Sequence[np.ndarray]]


@dataclass(frozen=True)
class Sampled:
    """Images (3, C, S, S) in [0, 1], and what they are, in words."""

    images: Tensor
    words: str


def sample(run: Run) -> Sampled:
    """Three images of the run's validation data, or random ones where the data cannot be read."""
    count, side = max(BATCHES), run.recipe.data.image_size
    try:
        split = next(name for name in ("val", *run.datasets) if name in run.datasets)
        dataset = run.datasets[split]
        seen = torch.stack([dataset.seen(place) for place in some(run, split, count)])
        return Sampled(seen[torch.arange(count) % len(seen)].contiguous(), f"images of the run's split {split!r}")
    except (UserError, OSError) as error:
        images = torch.rand(count, run.recipe.data.channels, side, side, generator=torch.Generator().manual_seed(0))
        reason = f"{error.where}: {error.reason}" if isinstance(error, UserError) else str(error)
        return Sampled(images, f"random images, since those of the run cannot be read ({reason})")


def expected(network: ExportedNetwork, images: Tensor) -> list[np.ndarray]:
    """What the library itself answers, its maps made of gradients included."""
    classifier = network.classifier
    with torch.no_grad():
        if not network.maps:
            logits = classifier(images)
            return [logits.numpy(), _probabilities(network, logits)]
        look = classifier.look(images)
        return [look.logits.numpy(), _probabilities(network, look.logits), look.first.numpy()]


def _probabilities(network: ExportedNetwork, logits: Tensor) -> np.ndarray:
    """As `predict` gives them."""
    said: np.ndarray = logits.double().softmax(1).numpy()
    return (said if network.calibration is None else network.calibration(said)).astype(np.float32)


def differences(network: ExportedNetwork, answers: Answers, images: Tensor, where: Path) -> dict[str, float]:
    """The largest absolute difference between the answers of an exported graph and those of PyTorch, of each output.

    Args:
        answers: of the exported graph.
        where: its file, for the message.

    Raises:
        UserError: a difference is too large, or an output has another shape or is not a number.
    """
    found = dict.fromkeys(network.outputs, 0.0)
    for count in BATCHES:
        for name, own, other in zip(network.outputs, expected(network, images[:count]), answers(images[:count]), strict=True):
            if own.shape != other.shape:
                reason = f"its output `{name}` has the shape {other.shape}, and PyTorch's has {own.shape}"
                raise UserError(where, f"is not written: {reason}", "Report this as a defect, with the run's config.yaml.")
            found[name] = float(np.maximum(found[name], np.abs(own - other).max()))  # stays NaN once it is NaN
    for name, difference in found.items():
        if not difference <= LARGEST:
            reason = f"its output `{name}` differs from PyTorch's by {difference:.1e}, more than {LARGEST:g}"
            raise UserError(where, f"is not written: {reason}", "Report this as a defect, with the run's config.yaml.")
    return found
