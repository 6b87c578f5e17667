"""From a decoded picture to a square one (the same every time), and from there to a training image (different every time)."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.nn.functional import affine_grid, grid_sample
from torchvision import tv_tensors
from torchvision.transforms import v2
from torchvision.transforms.v2 import functional as F

from sightline.channels import colour_in
from sightline.config import Augment, Data
from sightline.data.heatmap import HeatMap
from sightline.settings import COLOUR

Joint = Callable[[list[Tensor]], list[Tensor]]  # an Image and its HeatMaps, all moved alike


def prepare(image: np.ndarray, maps: Sequence[np.ndarray], data: Data) -> tuple[Tensor, list[Tensor]]:
    """Makes a picture square and brings it to `load_size` (S), antialiased; its maps alike, so that thin regions do not vanish.

    Args:
        image: (H, W, 3) uint8, of which the brightness is taken where `data.channels` is 1; or (H, W, C), C the channels.
        maps: (H, W) float in [0, 1], of the same picture.

    Returns:
        (C, S, S) uint8, and a (1, S, S) float32 in [0, 1] for each map.
    """
    if data.channels == 1 and image.shape[2] == COLOUR:
        image = np.asarray(Image.fromarray(image).convert("L"))[..., None]  # ITU-R BT.601
    pixels = torch.from_numpy(np.require(image, requirements=["C", "W"])).permute(2, 0, 1)  # (C, H, W)
    heatmaps = [HeatMap(torch.tensor(m, dtype=torch.float32)[None]) for m in maps]  # (1, H, W)
    square, *squares = [_square(x, data) for x in [tv_tensors.Image(pixels), *heatmaps]]
    return square.as_subclass(Tensor).contiguous(), [s.as_subclass(Tensor).clamp(0, 1) for s in squares]


def _square(x: Tensor, data: Data) -> Tensor:
    """(C, H, W) -> (C, S, S)."""
    side = data.load_size or data.image_size
    shorter = min(x.shape[-2:])
    if data.centre is not None:
        x = F.center_crop(x, [max(1, round(data.centre * shorter))] * 2)
    elif data.fit == "crop":
        x = F.center_crop(x, [shorter] * 2)
    elif data.fit == "pad":
        h, w = (max(1, round(n * side / max(x.shape[-2:]))) for n in x.shape[-2:])
        left, top = (side - w) // 2, (side - h) // 2
        fill = colour_in(data.augment.fill, data.channels)  # a map takes none of it
        padded: Tensor = F.pad(F.resize(x, [h, w]), [left, top, side - w - left, side - h - top], fill=fill)
        return padded
    resized: Tensor = F.resize(x, [side, side])
    return resized


def evaluation(data: Data) -> Joint:
    """What is done to images that are not trained on: the centre of `load_size`, `image_size` wide."""
    result: Joint = v2.CenterCrop(data.image_size)
    return result


def augmentation(settings: Augment, data: Data) -> Joint:
    """The random changes of a training image: `load_size` in, `image_size` out. Draws from torch's global generator.

    The list that goes in holds an Image (C, S, S), float32 in [0, 1], and any number of HeatMaps (1, S, S); all are moved alike, and
    what is drawn does not depend on how many they are. Quarter turn, affine map, flips, crop, colours (of the image only), in this order,
    or with the crop first.
    """
    still = Augment()
    affine = ("rotate", "scale_x", "scale_y", "shear_x", "shear_y", "translate")
    colours = {name: getattr(settings, name) for name in ("brightness", "contrast", "saturation", "hue")}
    crop = _crop(settings, data)
    steps: list[Any] = crop if settings.crop_first else []
    if settings.rotate90:
        steps.append(QuarterTurn())
    if any(getattr(settings, name) != getattr(still, name) for name in affine):
        steps.append(Affine(settings, data.image_size, data.channels))
    if settings.flip_x:
        steps.append(v2.RandomHorizontalFlip(settings.flip_x))
    if settings.flip_y:
        steps.append(v2.RandomVerticalFlip(settings.flip_y))
    if not settings.crop_first:
        steps += crop
    if settings.brightness_shift:
        steps.append(Shift(settings.brightness_shift))
    if any(colours.values()):
        jitter = v2.ColorJitter(**colours)
        steps.append(jitter if data.channels in (1, COLOUR) else EachChannel(jitter))
    result: Joint = v2.Compose(steps or [v2.Identity()])
    return result


def _crop(settings: Augment, data: Data) -> list[Any]:
    if settings.crop_scale is not None:
        return [v2.RandomResizedCrop(data.image_size, settings.crop_scale, settings.crop_ratio)]
    return [v2.RandomCrop(data.image_size)] if (data.load_size or data.image_size) > data.image_size else []


class Shift(v2.Transform):  # type: ignore[misc]  # torchvision has no types
    """Adds one value, drawn evenly between minus and plus the largest, to all pixels of the image; maps stay as they are."""

    def __init__(self, largest: float) -> None:
        super().__init__()
        self.largest = largest

    def make_params(self, flat_inputs: list[Any]) -> dict[str, Any]:
        return {"by": self.largest * (2 * float(torch.rand(())) - 1)}

    def transform(self, inpt: Tensor, params: dict[str, Any]) -> Tensor:
        if isinstance(inpt, HeatMap):
            return inpt
        result: Tensor = tv_tensors.wrap((inpt.as_subclass(Tensor) + params["by"]).clamp(0, 1), like=inpt)
        return result


class EachChannel(v2.Transform):  # type: ignore[misc]  # torchvision has no types
    """The same change of brightness and contrast in each channel of an image that is neither grey nor red, green and blue."""

    def __init__(self, jitter: v2.ColorJitter) -> None:
        super().__init__()
        self.jitter = jitter

    def forward(self, parts: list[Tensor]) -> list[Tensor]:
        image, *maps = parts
        changed = self.jitter(tv_tensors.Image(image.as_subclass(Tensor)[:, None]))  # (C, 1, S, S)
        return [tv_tensors.wrap(changed.as_subclass(Tensor)[:, 0], like=image), *maps]


class QuarterTurn(v2.Transform):  # type: ignore[misc]  # torchvision has no types
    """Turns by 0, 90, 180 or 270 degrees: no interpolation."""

    def make_params(self, flat_inputs: list[Any]) -> dict[str, Any]:
        return {"angle": 90 * int(torch.randint(4, ()))}

    def transform(self, inpt: Tensor, params: dict[str, Any]) -> Tensor:
        result: Tensor = F.rotate(inpt, **params)
        return result


class Affine(v2.Transform):  # type: ignore[misc]  # torchvision has no types
    """A random affine map of a square image about its centre, with a scale of its own for each axis, in one bilinear interpolation.

    Images are filled with `settings.fill`, maps with 0. Draws uniformly, in the units of the settings.

    Args:
        side: of the image that the network sees, whose pixels `shear_unit: pixels` means.
        channels: of the image.
    """

    def __init__(self, settings: Augment, side: int, channels: int = COLOUR) -> None:
        super().__init__()
        self.far = side / 2 if settings.shear_unit == "pixels" else None  # from the middle to the edge
        shift = (-settings.translate, settings.translate)
        scale, shear = (settings.scale_x, settings.scale_y), (settings.shear_x, settings.shear_y)
        self.low, self.width = torch.tensor([(a, b - a) for a, b in (settings.rotate, *scale, *shear, shift, shift)]).T
        self.fill = torch.tensor(colour_in(settings.fill, channels)).view(-1, 1, 1) / 255

    def make_params(self, flat_inputs: list[Any]) -> dict[str, Any]:
        angle, scale_x, scale_y, shear_x, shear_y, dx, dy = (self.low + self.width * torch.rand(7)).tolist()
        if self.far is not None:
            shear_x, shear_y = (math.degrees(math.atan(moved / self.far)) for moved in (shear_x, shear_y))
        side = flat_inputs[0].shape[-1]
        theta = affine_theta(angle, (scale_x, scale_y), (shear_x, shear_y), (dx, dy), side)
        return {"grid": affine_grid(theta[None], [1, 1, side, side], align_corners=False)}  # (1, S, S, 2)

    def transform(self, inpt: Tensor, params: dict[str, Any]) -> Tensor:
        fill = 0 if isinstance(inpt, HeatMap) else self.fill
        # what lies outside is sampled as 0: with the fill colour taken off before, and put back after, that is the fill colour
        shifted = (inpt.as_subclass(Tensor) - fill)[None]
        moved = grid_sample(shifted, params["grid"], mode="bilinear", padding_mode="zeros", align_corners=False)[0] + fill
        result: Tensor = tv_tensors.wrap(moved, like=inpt)
        return result


def affine_theta(angle: float, scale: tuple[float, float], shear: tuple[float, float], translate: tuple[float, float], side: int) -> Tensor:
    """The matrix that `affine_grid` wants: from output to input, (2, 3), in units of half a side.

    A pixel p, seen from the centre, goes to R(angle) Y(shear_y) X(shear_x) diag(scale) p + translate. With equal scales it is
    torchvision's `affine`, whose signs these are.

    Args:
        angle, shear: degrees; clockwise.
        scale, translate: factors and pixels along x and y.
        side: of the square image, pixels.
    """
    a, x, y = (math.radians(v) for v in (angle, *shear))
    rotation = np.array([[math.cos(a), -math.sin(a)], [math.sin(a), math.cos(a)]])
    shear_y, shear_x = np.array([[1, 0], [-math.tan(y), 1]]), np.array([[1, -math.tan(x)], [0, 1]])
    inverse = np.linalg.inv(rotation @ shear_y @ shear_x * np.array(scale))  # columns times scale: scaled first
    offset = -inverse @ np.array(translate) / (side / 2)
    return torch.tensor(np.column_stack([inverse, offset]), dtype=torch.float32)
