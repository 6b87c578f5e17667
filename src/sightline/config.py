"""The settings of the data of a training. `config_train.py` holds those of the learning, and `recipe.py` combines both."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from sightline.config_augment import Augment
from sightline.config_train import Backbone, Evaluate, Head, Losses, Optimizer, Schedule, Stage, Train, WeightedLoss
from sightline.settings import (
    COLOUR,
    NUMBER,
    BlackWhite,
    Channels,
    Count,
    Fraction,
    Level,
    Plugin,
    Seed,
    Settings,
    Side,
)

__all__ = [
    "Augment",
    "Backbone",
    "Count",
    "Data",
    "Decoy",
    "Evaluate",
    "Fraction",
    "Head",
    "Kind",
    "Losses",
    "Mask",
    "Optimizer",
    "Plugin",
    "Roi",
    "Schedule",
    "Settings",
    "Split",
    "Stage",
    "Train",
    "WeightedLoss",
]

Kind = Literal["dermoscopy", "ultrasound", "xray", "photograph"]


class Roi(Settings):
    """How the annotations that guide the training are changed: their kind and their quality (the axes of the future work in Yan 2020).

    Only training images are affected; scores always use the annotation as it was given.

    Attributes:
        of: named regions of the data set (dermoscopic features, organs) in place of the annotation; several are united.
        pseudo: folder written by `sightline pseudo-mask`; where it has a mask for an image, this replaces the annotation.
        control: a region unrelated to the image, to measure the effect of guidance by any region: `random` (that of another training image,
            scaled to the area of the image's own region), or `centre` (a disc of that area in the middle).
        shape: `exact`, or the region's `polygon` (coarse outline), `circle` (of the same area and centre) or `box` (bounding box).
        grow: dilation (above 0) or erosion (below) as a share of the region's radius, that of a circle of the same area.
        shift: displacement in a random direction, as a share of the radius.
        noise: standard deviation of a smooth random displacement of the outline, as a share of the radius.
        invert: use everything except the region.
        seed: random seed of control, shift and noise, which are drawn once per image, and of the choice made by `annotated_fraction`.
    """

    of: tuple[str, ...] = ()
    pseudo: Path | None = None
    control: Literal["random", "centre"] | None = None
    shape: Literal["exact", "polygon", "circle", "box"] = "exact"
    grow: Annotated[float, Field(gt=-1, le=10), NUMBER] = 0
    shift: Annotated[float, Field(ge=0, le=10), NUMBER] = 0
    noise: Annotated[float, Field(ge=0, le=2), NUMBER] = 0
    invert: bool = False
    seed: Seed = 0


class Decoy(Settings):
    """A shortcut planted into the images of any data set: an artefact that goes with the class in training, but not in two of the test
    sets.

    The images of the split `test` (where there is none, of the data set's own `removed`, or else of `val`) are used in three versions:
    `matched` as in training, `flipped` with the opposite correlation, `removed` without the artefact. Further test sets stay as they are.

    Attributes:
        artefact: `swatch` (a coloured square in a corner), `ruler` (a strip along an edge), `text` (burnt-in letters in a corner),
            `caliper` (crosses just outside the annotated region), or `band_aid` (a plaster at the border of the image, beside the region,
            smaller where that leaves little room). Where an image has no region, the two lie round, or beside, a place near the middle.
        strength: rho, the correlation of artefact and class in training, from 0 to 1. A share of (1 + rho) / 2 of the positive images and a
            share of (1 - rho) / 2 of each other class has the artefact, rounded to whole images.
        positive: the class with which the artefact goes; None: the last class.
        size: side of the swatch, depth of the ruler, twice the height of the letters, four times the width of a cross, or radius of the
            plaster, as a share of the shorter side of the part of the image that is used in evaluation.
        seed: random seed of the drawing and its place.
    """

    artefact: Literal["swatch", "ruler", "text", "caliper", "band_aid"] = "swatch"
    strength: Fraction = 0.95
    positive: str | None = None
    size: Annotated[float, Field(gt=0, le=0.5), NUMBER] = 0.2
    seed: Seed = 0


class Mask(Settings):
    """Which pixels of a mask with more than two levels are inside. Give one of the two settings.

    Attributes:
        levels: grey levels, indices of a palette picture, or colours (`#ff0000`) that are inside; all others are outside.
        least: smallest grey level, or index, that is inside.
    """

    levels: tuple[Annotated[int, Field(ge=0, le=2**32 - 1), NUMBER] | Annotated[str, Field(pattern="^#[0-9a-fA-F]{6}$")], ...] = ()
    least: Level | None = None

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if self.levels and self.least is not None:
            raise ValueError("levels and least say the same in two ways: give one of them")
        return self


class Split(Settings):
    """How images without a split of the data set's owner are divided: stratified by class, with groups kept together, and reproducible by a
    seed.

    Attributes:
        owner: keep the owner's splits; otherwise all images are pooled and divided by `val` and `test`.
        val, test: shares of the images. If the owner gives only a validation set, `test` counts as 0 and that set is kept as it is.
        seed: random seed of the division, separate from that of the training, so that trainings with several seeds share one division.
        folds, fold: k-fold cross-validation: fold number `fold` (0-based) is the validation set, or is held out.
        fold_is: `val`: the fold validates, and chooses the epoch that is kept; `held_out`: it is a test set, and `val` is cut from the
            other folds.
        near_duplicates: treat images that look nearly the same as one group.
        rehearse: leave every test image out of the run, so that nothing is tuned on the images that are reported later. The versions of
            the test images that a decoy makes are then versions of the validation images.
    """

    owner: bool = True
    val: Fraction = 0.15
    test: Fraction = 0.15
    seed: Seed = 0
    folds: Annotated[int, Field(ge=2, le=100), NUMBER] | None = None
    fold: Annotated[int, Field(ge=0, lt=100), NUMBER] = 0
    fold_is: Literal["val", "held_out"] = "val"
    near_duplicates: bool = False
    rehearse: bool = False

    @model_validator(mode="after")
    def _something_is_left_for_training(self) -> Self:
        if self.val + self.test >= 1:
            raise ValueError("val and test together take every image. Leave some for the training")
        if self.fold >= (self.folds or 1):
            known = f"folds is {self.folds}, so fold is 0 to {self.folds - 1}" if self.folds else "folds is not set"
            raise ValueError(f"there is no fold {self.fold}, since {known}. Set folds and fold together")
        return self


class Data(Settings):
    """Which images are used, and how they are converted to tensors.

    Attributes:
        name: data set or reader, as listed in `catalog.PLACES`.
        root: folder or file of the data set; None for the built-in phantoms.
        task: one of the data set's named tasks; None: the first one.
        classes: your own task: class name -> labels that belong to it, in the order of the logits; images with other labels are left out.
        options: settings of the reader.
        kind: kind of image, which decides which artefacts an audit tries; None: the kind of the data set, or else a guess from the colours.
        channels: of the images that the network gets: 3, red, green and blue; 1, their brightness (ITU-R BT.601), which of grey pictures is
            all and takes a third of the memory; or the number that the files hold (`.npy`, TIFF with a page for each, RGBA).
        image_size: height and width of the network's input in pixels.
        fit: how an oblong image becomes square: `squash`, `crop` (centre square) or `pad` (with `augment.fill`).
        centre: side of a centre square that is cut out first, as a share of the shorter side (Yan 2020: 0.8); None: the whole image is
            used.
        load_size: side before a random crop to `image_size` in training (centre crop otherwise); None: `image_size`.
        gaze_blur: size of the blur of gaze maps in pixels of the original image (B in Algorithm 1 of Zhu et al. 2022).
        grey: the values that become black and white in pictures with greys of more than 8 bits: 16 or 32 bits, floats, DICOM without a
            window. None: the training chooses one scale for the whole data set and stores it here.
        mask: what is inside a mask of more than two levels.
        annotated_on: the pixels to which annotations refer: those of the `upright` photograph, or those `stored` in the file before the
            EXIF tag turns it.
        decoy: a shortcut to plant into the images; None: no shortcut.
        roi: how the annotations are changed for training.
        annotated_fraction: share of the training annotations that is used; subsets of one seed are nested.
        annotated: CSV with a column `id`: the training images whose annotations are used, instead of a share of them.
        reviews: JSON lines of the review app: what people say of training and validation images becomes annotations and places to avoid,
            and unusable images are left out. Test images stay as they are.
        reviews_merge: the region of an image that several people outlined: `union`, `intersection`, `majority` (more than half of them),
            or `staple` (weighted by how reliable each appears to be; Warfield et al. 2004).
        reviews_doubted: images whose label is doubted: `keep` or `drop` them.
        balance: how the classes are balanced in training; with several findings per image, `class_weights` lets the presence and the
            absence of each count alike.
        balance_by: tags whose values, with the classes, make the groups that `oversample` and `weighted_sampler` balance, and that the
            class loss `group_dro` weighs, such as `[ruler]` or `[age=40,60]`; none: the classes.
        leaks: `refuse` exact leaks or `drop` their training images, with a warning of near-duplicates in both cases; `warn` of all leaks;
            or `ignore` all.
        cache: keep decoded images in a file in the temporary folder, so that later epochs need not decode them again.
    """

    name: str = "phantom"
    root: Path | None = None
    task: str | None = None
    classes: dict[str, list[str]] | None = None
    options: dict[str, Any] = {}
    kind: Kind | None = None
    channels: Channels = 3
    image_size: Side = 224
    fit: Literal["squash", "crop", "pad"] = "squash"
    centre: Annotated[float, Field(ge=0.05, le=1), NUMBER] | None = None
    load_size: Side | None = None
    gaze_blur: Annotated[int, Field(ge=1, le=10_000), NUMBER] = 200
    grey: BlackWhite | None = None
    mask: Mask = Mask()
    annotated_on: Literal["upright", "stored"] = "upright"
    decoy: Decoy | None = None
    roi: Roi = Roi()
    annotated_fraction: Fraction = 1
    annotated: Path | None = None
    reviews: Path | None = None
    reviews_merge: Literal["union", "intersection", "majority", "staple"] = "majority"
    reviews_doubted: Literal["keep", "drop"] = "keep"
    balance: Literal["none", "oversample", "weighted_sampler", "class_weights"] = "none"
    balance_by: tuple[Annotated[str, Field(min_length=1, max_length=200)], ...] = ()
    augment: Augment = Augment()
    split: Split = Split()
    leaks: Literal["refuse", "drop", "warn", "ignore"] = "refuse"
    cache: bool = True

    @model_validator(mode="after")
    def _load_size_holds_a_crop(self) -> Self:
        if self.load_size is not None and self.load_size < self.image_size:
            raise ValueError("load_size must be at least image_size, since image_size is cropped out of it")
        return self

    @model_validator(mode="after")
    def _only_colours_change_colour(self) -> Self:
        for name in ("saturation", "hue"):
            if self.channels != COLOUR and getattr(self.augment, name):
                reason = f"augment.{name} changes red, green and blue, which images do not have where channels is {self.channels}"
                raise ValueError(f"{reason}. Set data.augment.{name} to 0")
        return self

    @model_validator(mode="after")
    def _translation_leaves_an_image(self) -> Self:
        if self.augment.translate >= self.image_size:
            raise ValueError(f"augment.translate moves the image out of sight. Give less than image_size, {self.image_size} pixels")
        return self

    @model_validator(mode="after")
    def _annotated_says_it_alone(self) -> Self:
        if self.annotated is not None and self.annotated_fraction < 1:
            raise ValueError("annotated names the images, so annotated_fraction has to be 1")
        return self
