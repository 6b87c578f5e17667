"""The settings of the random changes of training images."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from sightline.settings import NUMBER, Colour, Degrees, Factors, Fraction, Settings, Shares, Shear

Grey = Annotated[int, Field(ge=0, le=255), NUMBER]


class Artefacts(Settings):
    """Artefacts that are pasted onto training images at random, whatever the class, so that none of them goes with a class.

    Attributes:
        p: probability that an image gets one.
        of: names of artefacts, of which one is drawn; empty: those of the kind of image, as `audit` tries them.
        without: names that are left out, e.g. those that the network is tested with and shall not have seen.
    """

    p: Fraction = 0.5
    of: tuple[str, ...] = ()
    without: tuple[str, ...] = ()


class Outside(Settings):
    """The outside of the region of training images is replaced at random. Images without a known region stay as they are.

    Attributes:
        p: probability that an image gets another outside.
        fill: `another` training image's outside, with its own region covered; `grey`, the colour of `augment.fill`; or the `mean` colour
            of the region, its colours running outwards (`blur`), or pixels of its mean colour and contrast (`noise`).
        margin: by how much the region is grown, as a share of the image's side; it fades out over the same width.
    """

    p: Fraction = 0.5
    fill: Literal["another", "grey", "mean", "blur", "noise"] = "another"
    margin: Annotated[float, Field(ge=0, le=0.5), NUMBER] = 0.03


class Augment(Settings):
    """Random changes of the training images, the same for image and ROI map. The default changes nothing.

    Attributes:
        rotate: angle in degrees, uniform in the range.
        rotate90: rotate by a random multiple of 90 degrees first.
        scale_x, scale_y: zoom factors, drawn independently.
        shear_x, shear_y: degrees.
        translate: pixels at `image_size`, both axes, uniform in +- the value.
        flip_x, flip_y: probability of a left-right and of an upside-down flip.
        crop_scale, crop_ratio: area share and aspect ratio of a random crop, resized to `image_size`; None: no such crop.
        shear_unit: `degrees`, or `pixels` (at `image_size`) that the far edge moves against the middle (000-14 prints pixels).
        crop_first: crop before everything else, so that rotations may uncover corners (Van Molle et al. 2018); otherwise crop last.
        brightness_shift: largest value that is added to or taken from all pixels, where 1 is full brightness.
        brightness, contrast, saturation: as torchvision's ColorJitter: one number f draws a factor from 1 - f to 1 + f, a pair is the
            range of the factor itself.
        hue: as torchvision's ColorJitter, a share of the colour circle to both sides.
        fill: colour (RGB, 0 to 255) of areas that no pixel of the image covers; its brightness where the images have other channels. ROI
            maps are filled with 0.
        outside: what surrounds the region is replaced at random; None: never.
        artefacts: artefacts are pasted at random; None: never.
    """

    rotate: Degrees = (0, 0)
    rotate90: bool = False
    scale_x: Factors = (1, 1)
    scale_y: Factors = (1, 1)
    shear_x: Shear = (0, 0)
    shear_y: Shear = (0, 0)
    shear_unit: Literal["degrees", "pixels"] = "degrees"
    crop_first: bool = False
    brightness_shift: Fraction = 0
    translate: Annotated[float, Field(ge=0, le=4096), NUMBER] = 0
    flip_x: Fraction = 0
    flip_y: Fraction = 0
    crop_scale: Shares | None = None
    crop_ratio: Factors = (1, 1)
    brightness: Colour = 0
    contrast: Colour = 0
    saturation: Colour = 0
    hue: Annotated[float, Field(ge=0, le=0.5), NUMBER] = 0
    fill: tuple[Grey, Grey, Grey] = (128, 128, 128)
    outside: Outside | None = None
    artefacts: Artefacts | None = None

    @model_validator(mode="after")
    def _shear_leaves_an_image(self) -> Self:
        if self.shear_unit == "degrees" and max(map(abs, (*self.shear_x, *self.shear_y))) > 80:
            raise ValueError("a shear of more than 80 degrees leaves nothing of the image. Give less, or shear_unit: pixels")
        return self
