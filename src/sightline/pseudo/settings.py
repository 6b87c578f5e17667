"""The settings of `sightline pseudo-mask`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from sightline.config import Augment, Mask
from sightline.recipe import validated
from sightline.settings import NUMBER, BlackWhite, Count, Fraction, Seed, Settings, Workers


class Images(Settings):
    """A data set: its name in the catalogue, its folder or file, the options of its reader; `mask` and `annotated_on` as in a recipe."""

    name: str
    root: Path | None = None
    options: dict[str, Any] = {}
    mask: Mask = Mask()
    annotated_on: Literal["upright", "stored"] = "upright"


class Keep(Settings):
    """Which predicted masks are kept; see `quality.faults`.

    Attributes:
        smallest, largest: share of the image that the region may cover.
        components: pieces that the region may consist of, specks not counted.
        confidence: least mean probability inside.
    """

    smallest: Fraction = 0.005
    largest: Fraction = 0.95
    components: Count = 1
    confidence: Fraction = 0.8

    @model_validator(mode="after")
    def _some_size_is_kept(self) -> Self:
        if self.smallest >= self.largest:
            raise ValueError("no mask is both above smallest and below largest. Set smallest below largest")
        return self


class PseudoMasks(Settings):
    """How masks are learnt and predicted.

    Attributes:
        data: the data set whose annotated images are learnt from.
        target: the data set for whose images masks are predicted; None: the images of `data` without annotation.
        encoder: any timm network with maps at strides 2 to 32 (or 4 to 32).
        weights: the encoder's: `none`, `imagenet` (timm's, which may download), or a path to a safetensors file with timm's names.
        image_size: side of what the U-Net sees, pixels; a multiple of 32, its coarsest stride.
        lr: highest learning rate of a one-cycle schedule.
        held_out: share of the annotated images that is not learnt from, but judges the masks.
        augment: random changes of the training images, as in a recipe.
        gaze_blur: B of Algorithm 1 in Zhu et al. 2022, in original pixels, where annotations are gaze.
        grey: black and white of deep greys, as in a recipe; None: found.
        minimum_dice: mean Dice on the held-out images below which no mask is written.
        keep: which of the predicted masks are kept.
        workers: data-loading processes.
        seed: of the division, the weights and the augmentation.
    """

    data: Images
    target: Images | None = None
    encoder: str = "mobilenetv2_100"
    weights: str = "none"
    image_size: Annotated[int, Field(ge=64, le=2048, multiple_of=32), NUMBER] = 192
    epochs: Count = 20
    batch_size: Annotated[int, Field(ge=2, le=65_536), NUMBER] = 16
    lr: Annotated[float, Field(gt=0, le=100), NUMBER] = 1e-3
    held_out: Annotated[float, Field(gt=0, lt=1), NUMBER] = 0.2
    augment: Augment = Augment(
        rotate=(-20, 20), scale_x=(0.85, 1.2), scale_y=(0.85, 1.2), flip_x=0.5, brightness=0.2, contrast=0.2, saturation=0.2
    )
    gaze_blur: Annotated[int, Field(ge=1, le=10_000), NUMBER] = 200
    grey: BlackWhite | None = None
    minimum_dice: Fraction = 0.7
    keep: Keep = Keep()
    workers: Workers = 0
    seed: Seed = 0


def settings_from(tree: dict[str, Any]) -> PseudoMasks:
    """See `validated`."""
    return validated(PseudoMasks, tree, "settings")
