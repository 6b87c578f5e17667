"""An image that a classifier takes for a class above all (Simonyan et al. 2014), or to which a unit responds most (Erhan et al. 2009;
002-19)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import torch
from PIL import Image
from torch import Tensor, nn
from torchvision.transforms.v2.functional import gaussian_blur

from sightline.attention.tap import Tap, out_of_inference_mode
from sightline.attention.wrapped import evaluating
from sightline.channels import as_rgb
from sightline.device import device_of
from sightline.engine.files import write_whole
from sightline.engine.run import Run
from sightline.errors import UserError, nearest
from sightline.explain.feature_maps import AnyBackbone, Layer, layers_of, network, unit_of
from sightline.explain.inputs import file_name, untaken
from sightline.results.class_images import ClassImage, UnitImage
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
        classifier: images in [0, 1] to logits (B, C), or to the responses of units.
        target: index of the class, or of the unit.
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


class Responses(nn.Module):
    """Images to the mean response of each unit of a layer. (B, 3, H, W) -> (B, K)"""

    def __init__(self, backbone: AnyBackbone, layer: Layer) -> None:
        super().__init__()
        self.backbone, self.layer = backbone, layer

    def forward(self, images: Tensor) -> Tensor:
        with Tap(network(self.backbone), {self.layer.end}) as tap:
            self.backbone(images)
        result: Tensor = tap.maps[self.layer.end].mean((2, 3))
        return result


def unit_images(run: Run, units: Sequence[str], out: Path, *, seed: int = 0) -> list[UnitImage]:
    """Writes, for each unit, an image to which it responds as strongly as it can: its maximal activation.

    Args:
        units: LAYER/FILTER, as in the gallery.

    Returns:
        `unit`, `file`, its mean `response` to its image, and to plain `grey`.

    Raises:
        UserError: there is no such layer or filter, or the layer is a block of a transformer.
    """
    classifier, size = run.classifier(), run.recipe.data.image_size
    grey = torch.full((1, classifier.image_channels, size, size), 0.5, device=device_of(classifier))
    layers = layers_of(classifier.backbone, grey)
    found = []
    for name in dict.fromkeys(units):
        layer, number = unit_of(name, layers)
        responses = Responses(classifier.backbone, layer)
        image = class_image(responses, number, size, seed=seed, channels=classifier.image_channels)
        path = out / f"unit-{layer.number}-{number}.png"
        pixels = as_rgb((image * 255).round().byte().permute(1, 2, 0).cpu().numpy())
        write_whole(path, partial(Image.fromarray(pixels).save, format="PNG"))
        with torch.no_grad(), evaluating(responses):
            own, plain = responses(torch.cat([image[None], grey]))[:, number].tolist()
        found.append(UnitImage(unit=f"{layer.number}/{number}", file=str(path), response=own, grey=plain))
    return found
