"""An image that a classifier takes for a class above all (Simonyan et al. 2014; 002-19)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import torch
from PIL import Image
from torch import Tensor, nn
from torchvision.transforms.v2.functional import gaussian_blur

from sightline.attention.tap import out_of_inference_mode
from sightline.attention.wrapped import evaluating
from sightline.channels import as_rgb
from sightline.device import device_of
from sightline.engine.files import write_whole
from sightline.engine.run import Run
from sightline.errors import UserError, nearest
from sightline.explain.inputs import file_name, untaken
from sightline.results.class_images import ClassImage
from sightline.settings import COLOUR


def class_image(
    classifier: nn.Module,
    target: int,
    size: int,
    *,
    steps: int = 200,
    rate: float = 0.02,
    decay: float = 1e-4,
    jitter: int = 4,
    blur: float = 0.5,
    seed: int = 0,
    channels: int = COLOUR,
) -> Tensor:
    """Gradient ascent on `score - decay * |image - grey|^2` from a grey image, which stands for the zero image of a normalised network.

    Each step moves the image by `rate` times the gradient over its root mean square. The small shifts and the slight blur keep patterns
    away that are seen by this very grid of pixels alone. A caricature of what the classifier has learned, and nothing that it has seen.

    Args:
        classifier: images in [0, 1] to logits (B, C).
        target: class index.
        size: side in pixels.
        rate: of a step, in units of full brightness.
        decay: weight of the L2 penalty.
        jitter: largest shift in pixels, along each axis, drawn anew in each step.
        blur: sigma in pixels of a Gaussian after each step; 0: none.
        seed: of the shifts.
        channels: C, of the classifier's images.

    Returns:
        (C, size, size) in [0, 1].
    """
    random = torch.Generator().manual_seed(seed)
    device = device_of(classifier)
    with out_of_inference_mode(), evaluating(classifier):
        image = torch.full((1, channels, size, size), 0.5, device=device)
        for _ in range(steps):
            shift = torch.randint(-jitter, jitter + 1, (2,), generator=random).tolist()
            with torch.enable_grad():
                moved = image.roll(shift, (2, 3)).requires_grad_()
                gain = classifier(moved)[0, target] - decay * (moved - 0.5).square().sum()
                (slope,) = torch.autograd.grad(gain, moved)
            step = slope / slope.square().mean().sqrt().clamp(min=1e-12)
            image = (image + rate * step.roll([-by for by in shift], (2, 3))).clamp(0, 1)
            if blur:
                image = gaussian_blur(image, [2 * max(round(3 * blur), 1) + 1] * 2, [blur] * 2)
    return image[0]


def class_images(run: Run, names: Sequence[str], out: Path, *, seed: int = 0) -> list[ClassImage]:
    """Writes the image of each of these classes, or of all, as a PNG.

    Raises:
        UserError: the run has no such class.
    """
    for name in names:
        if name not in run.classes:
            raise UserError(f"class {name!r}", f"{run.path} has no such class", nearest(name, run.classes))
    classifier, size = run.classifier(), run.recipe.data.image_size
    found = []
    taken: set[str] = set()
    for name in dict.fromkeys(names or run.classes):
        number = run.classes.index(name)
        image = class_image(classifier, number, size, seed=seed, channels=classifier.image_channels)
        pixels = as_rgb((image * 255).round().byte().permute(1, 2, 0).cpu().numpy())
        with torch.no_grad():
            said = classifier(torch.stack([image, torch.full_like(image, 0.5)])).softmax(1).cpu().numpy()
        own, grey = run.decision.shown(said)[:, number].tolist()
        path = out / f"{untaken(file_name(name), taken)}.png"
        write_whole(path, partial(Image.fromarray(pixels).save, format="PNG"))
        found.append(ClassImage(label=name, file=str(path), probability=own, grey=grey))
    return found
