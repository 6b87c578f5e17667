"""The settings of how a training learns and is judged: network, losses, optimisation, evaluation."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from sightline.settings import (
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

Deviation = Annotated[float, Field(ge=0.001, le=10), NUMBER]


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
    drop_path: BelowOne = 0
    freeze_batchnorm: bool = False
    mean: tuple[Fraction, Fraction, Fraction] | None = None
    std: tuple[Deviation, Deviation, Deviation] | None = None


class Head(Settings):
    """From features to logits.

    Attributes:
        kind: `gap` (global average pooling, then linear) or `own` (the timm model's own head with its last layer renewed).
        hidden: widths of layers between pooling and the last linear one (001 text: [1024]).
        dropout: before the last layer.
    """

    kind: Literal["gap", "own"] = "gap"
    hidden: Annotated[tuple[Annotated[int, Field(ge=1, le=65_536), NUMBER], ...], Field(max_length=10)] = ()
    dropout: BelowOne = 0


class WeightedLoss(Plugin):
    """A loss with its weight.

    Attributes:
        weight: factor in the total (fixed weighting), or starting point.
        start: epoch (0-based) at which it sets in.
        ramp: epochs over which it grows linearly to its weight.
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
    """Of the learning rate. `step`: times `gamma` every `every` epochs. `plateau`: times `gamma` after `patience` epochs in which
    `val/loss` did not improve; `reload_best` then goes back to the best weights (004-10). `one_cycle` and `cosine` run over the
    whole training, per step."""

    name: Literal["constant", "step", "plateau", "one_cycle", "cosine"] = "constant"
    every: Count = 10
    gamma: Annotated[float, Field(ge=0, le=1), NUMBER] = 0.1
    patience: Count = 5
    min_lr: Annotated[float, Field(ge=0, le=100), NUMBER] = 0
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
    batch_size: Annotated[int, Field(ge=1, le=65_536), NUMBER] = 32
    optimizer: Optimizer = Optimizer()
    lr_factors: dict[Literal["backbone", "head", "source", "losses"], Positive] = {}
    schedule: Schedule = Schedule()
    select: str = "val/auc"
    select_mode: Literal["max", "min"] = "max"
    early_stop: Count | None = None
    precision: Literal["32", "bf16", "16"] = "32"
    accelerator: Literal["auto", "cpu", "gpu", "mps"] = "auto"
    devices: Annotated[int, Field(ge=1, le=1024), NUMBER] = 1
    workers: Workers = 0
    clip: Annotated[float, Field(gt=0, le=1e6), NUMBER] | None = None
    seed: Seed = 0

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
    bootstrap: Resamples = 1000
    confidence: Confidence = 0.95
    shuffles: Annotated[int, Field(ge=1, le=1000), NUMBER] = 10
    point_into: dict[str, tuple[str, ...]] = {}


class Stage(Settings):
    """One of several trainings in a row; each starts from the best weights of the one before."""

    name: Name
    set: dict[str, Any] = {}

    @model_validator(mode="after")
    def _is_no_recipe_of_its_own(self) -> Self:
        if own := {key.partition(".")[0] for key in self.set} & {"name", "title", "source", "deviations", "stages"}:
            raise ValueError(f"a stage cannot set {min(own)!r}. Leave it out")
        return self
