"""The settings of a training, section by section. `recipe.py` puts them together."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

Fraction = Annotated[float, Field(ge=0, le=1)]
Positive = Annotated[float, Field(gt=0)]
Count = Annotated[int, Field(ge=1)]
Range = tuple[float, float]
Kind = Literal["dermoscopy", "ultrasound", "xray", "photograph"]


def _factors(pair: Range) -> Range:
    if not 0 <= pair[0] <= pair[1]:
        raise ValueError("a range of factors is written [low, high] with 0 <= low <= high")
    return pair


Colour = Annotated[float, Field(ge=0)] | Annotated[Range, AfterValidator(_factors)]


class Settings(BaseModel):
    """Frozen; unknown keys are refused with the nearest known name."""

    model_config = ConfigDict(frozen=True, extra="forbid", protected_namespaces=())


class Plugin(Settings):
    """A name from the catalogue and the options of what it names; the options are checked by `Recipe.check`."""

    model_config = ConfigDict(frozen=True, extra="allow")
    name: str

    @property
    def options(self) -> dict[str, Any]:
        return dict(self.model_extra or {})


class Augment(Settings):
    """Random changes of the training images, the same for image and ROI map. The default changes nothing.

    Attributes:
        rotate: degrees, uniform in the range.
        rotate90: a random multiple of 90 degrees first.
        scale_x, scale_y: zoom factors, drawn independently.
        shear_x, shear_y: degrees.
        translate: pixels at `image_size`, both axes, uniform in +- the value.
        flip_x, flip_y: probability of a left-right and of an upside-down flip.
        crop_scale, crop_ratio: area share and aspect ratio of a random crop, resized to `image_size`; None: no such crop.
        shear_unit: `degrees`, or `pixels` (at `image_size`) that the far edge moves against the middle (000-14 prints pixels).
        brightness, contrast, saturation: as torchvision's ColorJitter: one number f draws a factor from 1 - f to 1 + f, a pair is the
            range of the factor itself.
        hue: as torchvision's ColorJitter, a share of the colour circle to both sides.
        fill: RGB, 0 to 255, of what no pixel covers. ROI maps are filled with 0.
    """

    rotate: Range = (0, 0)
    rotate90: bool = False
    scale_x: Range = (1, 1)
    scale_y: Range = (1, 1)
    shear_x: Range = (0, 0)
    shear_y: Range = (0, 0)
    shear_unit: Literal["degrees", "pixels"] = "degrees"
    translate: float = 0
    flip_x: Fraction = 0
    flip_y: Fraction = 0
    crop_scale: Range | None = None
    crop_ratio: Range = (1, 1)
    brightness: Colour = 0
    contrast: Colour = 0
    saturation: Colour = 0
    hue: Annotated[float, Field(ge=0, le=0.5)] = 0
    fill: tuple[int, int, int] = (128, 128, 128)


class Roi(Settings):
    """What becomes of the annotations that guide the training: which kind and of what quality (the axes of 003's future work).

    It changes training images alone; scores are always taken against the annotation as it was given.

    Attributes:
        of: named regions of the data set (dermoscopic features, organs) in place of the annotation; several are united.
        pseudo: folder written by `sightline pseudo-mask`, whose masks take the place of the annotations of the images it has any for.
        control: a region that knows nothing of the image, to see what any region at all would do: `random` (another training image's,
            brought to the area of the image's own), or `centre` (a disc of that area in the middle).
        shape: `exact`, or the region's `polygon` (coarse outline), `circle` (of the same area and centre) or `box` (bounding box).
        grow: dilation (above 0) or erosion (below) as a share of the region's radius, that of a circle of the same area.
        shift: displacement in a random direction, as a share of the radius.
        noise: standard deviation of a smooth random displacement of the outline, as a share of the radius.
        invert: everything but the region.
        seed: of control, shift and noise, drawn once per image, and of which images `annotated_fraction` takes.
    """

    of: tuple[str, ...] = ()
    pseudo: Path | None = None
    control: Literal["random", "centre"] | None = None
    shape: Literal["exact", "polygon", "circle", "box"] = "exact"
    grow: Annotated[float, Field(gt=-1)] = 0
    shift: Annotated[float, Field(ge=0)] = 0
    noise: Annotated[float, Field(ge=0)] = 0
    invert: bool = False
    seed: int = 0


class Decoy(Settings):
    """A shortcut planted into the images of any data set: an artefact that tells the class in training, and not in two of the tests.

    The images of the split `test` (where there is none, of the data set's own `removed`, or else of `val`) come three times: `matched` as
    in training, `flipped` with the opposite correlation, `removed` without the artefact. Further test sets stay as they are.

    Attributes:
        artefact: `swatch` (a coloured square in a corner), `ruler` (a strip along an edge), or `text` (burnt-in letters in a corner).
        strength: rho, the correlation of artefact and class in training: 0 none, 1 always. Of the positive images a share of (1 + rho) / 2
            carries it, of each other class (1 - rho) / 2, rounded to whole images.
        positive: the class that it comes with; None: the last one.
        size: side of the swatch, depth of the ruler, twice the height of the letters, as a share of the shorter side of what an
            evaluation sees of the image.
        seed: of what is drawn where.
    """

    artefact: Literal["swatch", "ruler", "text"] = "swatch"
    strength: Fraction = 0.95
    positive: str | None = None
    size: Annotated[float, Field(gt=0, le=0.5)] = 0.2
    seed: int = 0


class Split(Settings):
    """How records without an owner's split are divided: stratified by class, grouped, seeded.

    Attributes:
        owner: keep the owner's sets; if not, all records are pooled and divided by `val` and `test`.
        val, test: shares of the records. Where the owner gives only a validation set, `test` is 0 and that set is left alone.
        seed: of the division, apart from the training's seed, so that several seeds share one division.
        folds, fold: k-fold cross-validation instead of `val`: fold number `fold` (0-based) validates.
        near_duplicates: treat images that look nearly the same as one group.
    """

    owner: bool = True
    val: Fraction = 0.15
    test: Fraction = 0.15
    seed: int = 0
    folds: Annotated[int, Field(ge=2)] | None = None
    fold: Annotated[int, Field(ge=0)] = 0
    near_duplicates: bool = False


class Data(Settings):
    """Which images, and how they become tensors.

    Attributes:
        name: data set, a name from the catalogue.
        root: its folder or file; None for the built-in one.
        task: one of the data set's named tasks; None for its first.
        classes: a task of one's own: class name -> labels that belong to it, in the order of the logits; other labels are left out.
        options: settings of the reader.
        kind: of image, which decides the artefacts that an audit tries; None: as the data set says, or else guessed from the colours.
        image_size: pixels, both sides, of what the network sees.
        fit: how an oblong image becomes square: `squash`, `crop` (centre square) or `pad` (with `augment.fill`).
        centre: side of a centre square that is cut out first, as a share of the shorter side (003: 0.8); None: nothing is cut.
        load_size: side before a random crop to `image_size` in training (centre crop otherwise); None: `image_size`.
        gaze_blur: B of 004's Algorithm 1, in original pixels.
        decoy: a shortcut to plant; None: the images as they are.
        roi: what becomes of the annotations in training.
        annotated_fraction: share of the training annotations that is used; subsets of one seed are nested.
        annotated: CSV with a column `id`: the training images whose annotations are used, instead of a share of them.
        balance: of the classes in training.
        leaks: `refuse` exact leaks, or `drop` their training images, and warn of near ones; `warn` of all; `ignore`.
        cache: keep decoded images in a file in the temporary folder, so that later epochs do not decode again.
    """

    name: str = "phantom"
    root: Path | None = None
    task: str | None = None
    classes: dict[str, list[str]] | None = None
    options: dict[str, Any] = {}
    kind: Kind | None = None
    image_size: Count = 224
    fit: Literal["squash", "crop", "pad"] = "squash"
    centre: Annotated[float, Field(gt=0, le=1)] | None = None
    load_size: Count | None = None
    gaze_blur: Count = 200
    decoy: Decoy | None = None
    roi: Roi = Roi()
    annotated_fraction: Fraction = 1
    annotated: Path | None = None
    balance: Literal["none", "oversample", "weighted_sampler", "class_weights"] = "none"
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
    def _annotated_says_it_alone(self) -> Self:
        if self.annotated is not None and self.annotated_fraction < 1:
            raise ValueError("annotated names the images, so annotated_fraction has to be 1")
        return self


class Backbone(Settings):
    """Any timm model, or one of the catalogue's own.

    Attributes:
        name: as `timm.list_models()` spells it, or a name of the catalogue's room `backbone`.
        weights: `none` (from scratch), `imagenet` (timm's, which may download), or a path to a safetensors file.
        stride: cut the network off after its last stage whose stride is at most this: finer maps, smaller view. None: the whole.
        output_stride: keep the whole network but dilate it to this stride (timm supports it for many CNNs). None: as built.
        drop_path: stochastic depth rate.
        freeze_batchnorm: batch-norm layers keep their statistics in training.
        mean, std: of images in [0, 1], per channel, with which they are normalised; None: those of the model's pretraining.
    """

    name: str = "resnet18"
    weights: str = "none"
    stride: Literal[2, 4, 8, 16, 32] | None = None
    output_stride: Literal[8, 16, 32] | None = None
    drop_path: Fraction = 0
    freeze_batchnorm: bool = False
    mean: tuple[float, float, float] | None = None
    std: tuple[Positive, Positive, Positive] | None = None


class Head(Settings):
    """From features to logits.

    Attributes:
        kind: `gap` (global average pooling, then linear) or `own` (the timm model's own head with its last layer renewed).
        hidden: widths of layers between pooling and the last linear one (001 text: [1024]).
        dropout: before the last layer.
    """

    kind: Literal["gap", "own"] = "gap"
    hidden: tuple[int, ...] = ()
    dropout: Fraction = 0


class WeightedLoss(Plugin):
    """A loss with its weight.

    Attributes:
        weight: factor in the total (fixed weighting), or starting point.
        start: epoch (0-based) at which it sets in.
        ramp: epochs over which it grows linearly to its weight.
    """

    weight: Annotated[float, Field(ge=0)] = 1
    start: Annotated[int, Field(ge=0)] = 0
    ramp: Annotated[int, Field(ge=0)] = 0


class Losses(Settings):
    classification: WeightedLoss = WeightedLoss(name="cross_entropy")
    guidance: list[WeightedLoss] = []
    behaviour: list[WeightedLoss] = []


class Optimizer(Settings):
    name: Literal["sgd", "adam", "adamw", "adamax"] = "adam"
    lr: Positive = 1e-3
    momentum: Fraction = 0.9
    nesterov: bool = False
    weight_decay: Annotated[float, Field(ge=0)] = 0


class Schedule(Settings):
    """Of the learning rate. `step`: times `gamma` every `every` epochs. `plateau`: times `gamma` after `patience` epochs in which
    `val/loss` did not improve; `reload_best` then goes back to the best weights (004-10). `one_cycle` and `cosine` run over the
    whole training, per step."""

    name: Literal["constant", "step", "plateau", "one_cycle", "cosine"] = "constant"
    every: Count = 10
    gamma: Fraction = 0.1
    patience: Count = 5
    min_lr: Annotated[float, Field(ge=0)] = 0
    reload_best: bool = False


class Train(Settings):
    """How it learns.

    Attributes:
        start: run folder, or safetensors file of a whole classifier, whose weights it starts from; a last layer for other classes is left
            as it is.
        lr_factors: module -> factor on the learning rate (000-09), e.g. `{head: 10}`; modules are `backbone`, `head`, `source`, `losses`.
        select: validation metric whose best epoch is kept, `val/<metric>`, and whether more or less of it is better; `last` keeps the
            last epoch, so that scores on the validation images are not those of a chosen epoch.
        early_stop: epochs without improvement of `select` after which training ends; None: never.
        clip: largest gradient norm; None: no clipping.
        devices: processes of data-parallel training.
        workers: data-loading processes.
    """

    start: Path | None = None
    epochs: Count = 10
    batch_size: Count = 32
    optimizer: Optimizer = Optimizer()
    lr_factors: dict[Literal["backbone", "head", "source", "losses"], Positive] = {}
    schedule: Schedule = Schedule()
    select: str = "val/auc"
    select_mode: Literal["max", "min"] = "max"
    early_stop: Count | None = None
    precision: Literal["32", "bf16", "16"] = "32"
    accelerator: Literal["auto", "cpu", "gpu", "mps"] = "auto"
    devices: Count = 1
    workers: Annotated[int, Field(ge=0)] = 0
    clip: Positive | None = None
    seed: int = 0

    @model_validator(mode="after")
    def _early_stop_watches_a_metric(self) -> Self:
        if self.early_stop and self.select == "last":
            raise ValueError("early_stop needs a validation metric to watch, and select is `last`")
        return self


class Evaluate(Settings):
    """How it is judged.

    Attributes:
        splits: which, by name; those that the data set lacks are passed over.
        explain: whose map is scored: the `label`'s or the `predicted` class's.
        threshold: of the min-max map, for Jaccard and Dice.
        bootstrap: resamples behind each interval.
        confidence: of the intervals.
        shuffles: other images whose ROI each map is scored against.
        point_into: class -> named regions of the data set: counts the images of that class whose map, brought to the image's size, has its
            maximum inside any of them (004's criterion: cardiomegaly in the heart, pneumonia in the lungs).
    """

    splits: tuple[str, ...] = ("val", "test", "matched", "flipped", "removed")
    explain: Literal["label", "predicted"] = "label"
    threshold: Fraction = 0.5
    bootstrap: Count = 1000
    confidence: Fraction = 0.95
    shuffles: Count = 10
    point_into: dict[str, tuple[str, ...]] = {}


class Stage(Settings):
    """One of several trainings in a row; each starts from the best weights of the one before."""

    name: str
    set: dict[str, Any] = {}
