"""The settings of network, losses, optimisation and evaluation."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from sightline.settings import (
    MOST_CHANNELS,
    NUMBER,
    BelowOne,
    Confidence,
    Count,
    CountFromZero,
    Fraction,
    Name,
    Plugin,
    Positive,
    Resamples,
    Seed,
    Settings,
    Weight,
    Workers,
)
from sightline.tag_groups import ByTags

Deviation = Annotated[float, Field(ge=0.001, le=10), NUMBER]


class Backbone(Settings):
    """The network that computes the features: any timm model, or one that comes with sightline.

    Attributes:
        name: a name from `timm.list_models()`, or of a backbone in the catalogue.
        weights: `none` (from scratch), `imagenet` (timm's, which may download), or a path to a safetensors file.
        stride: cut the network off after the last stage whose stride is at most this, which gives finer maps and a smaller receptive field.
            None: the whole network.
        output_stride: keep the whole network but dilate it to this stride (timm supports it for many CNNs). None: no dilation.
        drop_path: stochastic depth rate.
        freeze_batchnorm: keep the statistics of batch-norm layers fixed in training.
        mean, std: for the normalisation of images in [0, 1]: one value for all channels, one for each, or three of red, green and blue.
            None: those of the model's pretraining. Of images with other channels (`data.channels`) each gets the mean of the three; the
            pretrained weights of the first layer are summed for one channel, and repeated and scaled for several, as timm does it.
    """

    name: str = "resnet18"
    weights: str = "none"
    stride: Literal[2, 4, 8, 16, 32] | None = None
    output_stride: Literal[8, 16, 32] | None = None
    drop_path: BelowOne = 0
    freeze_batchnorm: bool = False
    mean: Annotated[tuple[Fraction, ...], Field(min_length=1, max_length=MOST_CHANNELS)] | None = None
    std: Annotated[tuple[Deviation, ...], Field(min_length=1, max_length=MOST_CHANNELS)] | None = None


class Head(Settings):
    """The layers that compute the logits from the features.

    Attributes:
        kind: `gap` (global average pooling, then linear) or `own` (the timm model's own head with a new last layer).
        hidden: widths of layers between pooling and the last linear one (the text of the SPN report: [1024]).
        dropout: dropout rate before the last layer.
        init: initial weights of the new last layer: `default`, PyTorch's; `normal`, from N(0, 0.01) with zero bias (the program of
            Yan 2020); `kaiming`, He's normal distribution (the program of the SPN report).
        average_channels: the last layer takes the mean over the channels in place of their sum, weights and maps are that many times
            smaller (the program of Zhu et al. 2022).
    """

    kind: Literal["gap", "own"] = "gap"
    init: Literal["default", "normal", "kaiming"] = "default"
    hidden: Annotated[tuple[Annotated[int, Field(ge=1, le=65_536), NUMBER], ...], Field(max_length=10)] = ()
    dropout: BelowOne = 0
    average_channels: bool = False


class WeightedLoss(Plugin):
    """A loss with its weight.

    Attributes:
        weight: factor in the total loss (fixed weighting), or its initial value (learned and calibrated weighting).
        start: first epoch (0-based) in which the loss counts.
        ramp: number of epochs over which the weight grows linearly to its value.
    """

    weight: Weight = 1
    start: CountFromZero = 0
    ramp: CountFromZero = 0


class Losses(Settings):
    classification: WeightedLoss = WeightedLoss(name="cross_entropy")
    guidance: list[WeightedLoss] = []
    behaviour: list[WeightedLoss] = []


class Optimizer(Settings):
    name: Literal["sgd", "adam", "adamw", "adamax"] = "adam"
    lr: Annotated[float, Field(gt=0, le=100), NUMBER] = 1e-3
    momentum: BelowOne = 0.9
    nesterov: bool = False
    weight_decay: Annotated[float, Field(ge=0, le=10), NUMBER] = 0

    @model_validator(mode="after")
    def _nesterov_has_a_momentum(self) -> Self:
        if self.name == "sgd" and self.nesterov and not self.momentum:
            raise ValueError("nesterov needs a momentum above 0. Set momentum, or nesterov: false")
        return self


class Schedule(Settings):
    """Schedule of the learning rate. `step`: multiply it by `gamma` every `every` epochs. `plateau`: multiply it by `gamma` after
    `patience` epochs without improvement of `watch`; with `reload_best` the training then continues from the best epoch's network, learned
    weights of the losses, and state of the optimiser (004-10). `one_cycle` and `cosine` change it after every step, over the whole
    training.

    Attributes:
        watch: `val/loss`, the class loss of the validation images, or `val/total`, the sum of all losses as they are weighted in training.
    """

    name: Literal["constant", "step", "plateau", "one_cycle", "cosine"] = "constant"
    every: Count = 10
    gamma: Annotated[float, Field(ge=0, le=1), NUMBER] = 0.1
    patience: Count = 5
    min_lr: Annotated[float, Field(ge=0, le=100), NUMBER] = 0
    reload_best: bool = False
    watch: Literal["val/loss", "val/total"] = "val/loss"


def _accelerator(name: str) -> str:
    if not re.fullmatch(r"auto|cpu|gpu|mps|cuda:\d{1,3}", name):
        raise ValueError("no such accelerator. Give auto, cpu, gpu, mps, or one of several GPUs, e.g. cuda:1")
    return name


Accelerator = Annotated[str, AfterValidator(_accelerator)]


class Train(Settings):
    """Optimisation: epochs, batches, learning rate, and which epoch is kept.

    Attributes:
        start: run folder, or safetensors file of a whole classifier, whose weights the training starts from; a last layer for other classes
            is not loaded.
        lr_factors: module -> factor on the learning rate (000-09), e.g. `{head: 10}`; modules are `backbone`, `head`, `source`, `losses`.
        only: the only modules that learn, e.g. `[head]` to train the last layer anew on features that stay as they are; the others keep
            their weights and the statistics of their batch norm. Empty: all of them learn.
        select: validation metric, `val/<metric>`, whose best epoch is kept (`select_mode` says whether higher or lower is better), of equal
            ones that with the lowest `val/loss`; `last` keeps the last epoch, so that no epoch is chosen on the validation images.
        early_stop: number of epochs without improvement of `select` after which the training ends; None: never.
        clip: largest norm of the gradient; None: no clipping.
        ema: share of an exponential moving average of the weights that each step keeps (less in the first steps), e.g. 0.99; the averaged
            weights are validated, kept and saved. None: no average.
        loggers: where losses and scores are logged besides `logs/metrics.csv`: `tensorboard`, `mlflow` (a SQLite file in the folder of the
            runs), `wandb` (offline). The last two need the extra of that name.
        compile: compile the backbone with `torch.compile` for training, where that works; the training says where it does not.
        accelerator: `auto`, `cpu`, `gpu`, `mps`, or one of several GPUs, e.g. `cuda:1`.
        devices: number of processes for data-parallel training, on each machine.
        nodes: number of machines for data-parallel training. With more than one, torchrun or SLURM starts the processes.
        workers: number of processes that load data.
    """

    start: Path | None = None
    epochs: Count = 10
    batch_size: Annotated[int, Field(ge=1, le=65_536), NUMBER] = 32
    optimizer: Optimizer = Optimizer()
    lr_factors: dict[Literal["backbone", "head", "source", "losses"], Positive] = {}
    only: tuple[Literal["backbone", "head", "source"], ...] = ()
    schedule: Schedule = Schedule()
    select: str = "val/auc"
    select_mode: Literal["max", "min"] = "max"
    early_stop: Count | None = None
    precision: Literal["32", "bf16", "16"] = "32"
    accelerator: Accelerator = "auto"
    devices: Annotated[int, Field(ge=1, le=1024), NUMBER] = 1
    nodes: Annotated[int, Field(ge=1, le=1024), NUMBER] = 1
    workers: Workers = 0
    clip: Annotated[float, Field(gt=0, le=1e6), NUMBER] | None = None
    ema: BelowOne | None = None
    compile: bool = False
    loggers: tuple[Literal["tensorboard", "mlflow", "wandb"], ...] = ("tensorboard",)
    seed: Seed = 0

    @model_validator(mode="after")
    def _early_stop_watches_a_metric(self) -> Self:
        if self.early_stop and self.select == "last":
            raise ValueError("early_stop needs a validation metric to watch, and select is `last`")
        return self


class Evaluate(Settings):
    """Evaluation: which splits are scored, and how.

    Attributes:
        splits: names of the splits to score; those that the data set lacks are skipped.
        explain: whose map is scored: the `label`'s, the `predicted` class's, or in every image that of the `last` class, the positive one
            of two (the melanoma's in `vgg16-gap`).
        threshold: on the map scaled to [0, 1], for Jaccard and Dice.
        bootstrap: number of resamples for each interval.
        confidence: confidence level of the intervals.
        shuffles: number of other images with whose ROI each map is compared, for the level `shuffled`.
        point_into: class -> named regions of the data set: counts the images of that class whose map, brought to the image's size, has its
            maximum inside any of them (the criterion of Zhu et al. 2022: cardiomegaly in the heart, pneumonia in the lungs).
        point_within: how far the highest point may miss its region: None: not at all, on the map brought to the image's size; else the
            number of cells of the map itself, in any direction (1 in the program of Zhu et al. 2022).
        calibration: how probabilities are made right, fitted on the validation images: `temperature`, `platt` (two classes only) or `none`.
        coverage: share of the test images whose conformal set of classes shall hold their class; None: no sets are scored.
        pool: how the probabilities of the slices of a volume become those of the volume, whose scores stand beside those of slices: their
            `mean`; the `max`, with two classes those of the slice that speaks most for the last one; or `none`: volumes are not scored.
        by: tags by which groups of images are scored: `sex`, or `age=40,60` with the edges of its bins. Numbers without edges are divided
            at the quartiles of all images.
        by_least: number of images from which on such a group is shown.
        by_least_of_class: number of images of a class in a group from which on scores that the class decides are shown.
    """

    splits: tuple[str, ...] = ("val", "test", "held_out", "matched", "flipped", "removed")
    explain: Literal["label", "predicted", "last"] = "label"
    threshold: Fraction = 0.5
    bootstrap: Resamples = 1000
    confidence: Confidence = 0.95
    shuffles: Annotated[int, Field(ge=1, le=1000), NUMBER] = 10
    point_into: dict[str, tuple[str, ...]] = {}
    point_within: Annotated[int, Field(ge=0, le=100), NUMBER] | None = None
    calibration: Literal["temperature", "platt", "none"] = "temperature"
    coverage: Confidence | None = None
    pool: Literal["mean", "max", "none"] = "mean"
    by: ByTags = ()
    by_least: Count = 20
    by_least_of_class: Count = 5


class Stage(Settings):
    """One of several successive trainings; each starts from the best weights of the previous one."""

    name: Name
    set: dict[str, Any] = {}

    @model_validator(mode="after")
    def _is_no_recipe_of_its_own(self) -> Self:
        if own := {key.partition(".")[0] for key in self.set} & {"name", "title", "source", "deviations", "stages"}:
            raise ValueError(f"a stage cannot set {min(own)!r}. Leave it out")
        return self
