"""The training as Lightning sees it: one step, one validation, one optimiser."""

from __future__ import annotations

import copy
import hashlib
import math
from contextlib import AbstractContextManager, nullcontext
from typing import Any, Self

import lightning as L
import numpy as np
import torch
from torch import Tensor, distributed
from torch.optim import Optimizer
from torch.optim.lr_scheduler import ReduceLROnPlateau
from torch.utils.data import DataLoader

from sightline.attention.classifier import GuidedClassifier
from sightline.data.dataset import ImageDataset
from sightline.data.loader import eval_loader, train_loader
from sightline.engine.averaging import Average
from sightline.engine.begin import wordless
from sightline.engine.optimise import Part, optimiser, parameter_groups, per_step, schedule
from sightline.engine.reproducible import seed_epoch
from sightline.engine.soundness import NotFinite, not_finite, remedy
from sightline.engine.still import resting
from sightline.errors import UserError
from sightline.losses.objective import Objective
from sightline.metrics.scores.running import EpochMetrics, epoch_scores
from sightline.metrics.scores.running_findings import FindingsEpoch, epoch_findings
from sightline.recipe import Recipe
from sightline.types import Batch


class Training(L.LightningModule):
    """Trains `classifier` towards `objective` on `datasets["train"]` and watches `datasets["val"]`.

    The schedule is stepped here and not by Lightning: Lightning steps a plateau schedule after the epoch's checkpoint was written, so
    that a resumed training would miss that step.
    """

    def __init__(self, recipe: Recipe, classifier: GuidedClassifier, objective: Objective, datasets: dict[str, ImageDataset]) -> None:
        super().__init__()
        self.recipe, self.datasets = recipe, datasets
        # the layout in which depthwise convolutions are fast on a CPU
        self.classifier, self.objective = classifier.to(memory_format=torch.channels_last), objective
        self.validation: EpochMetrics | FindingsEpoch = EpochMetrics()
        self.average: Average | None = None
        self._best: tuple[float, dict[str, Any]] | None = None
        self._resumed: dict[str, Any] | None = None

    def train(self, mode: bool = True) -> Self:
        """Modules that do not learn (`train.only`) answer as they do in use: dropout and batch norm are in evaluation mode."""
        super().train(mode)
        for part in resting(self.classifier, self.recipe.train.only):
            part.eval()
        return self

    # --- data

    def train_dataloader(self) -> DataLoader[Any]:
        """The loader of the current epoch; built anew for each, so that it is right after a resume."""
        train = self.recipe.train
        return train_loader(
            self.datasets["train"],
            batch_size=train.batch_size,
            balance=self.recipe.data.balance,
            seed=train.seed,
            workers=train.workers,
            epoch=self.current_epoch,
            rank=self.global_rank,
            world=self.trainer.world_size,
        )

    def val_dataloader(self) -> DataLoader[Any] | list[DataLoader[Any]]:
        """This process's share of the validation images; no loader where there are none."""
        if "val" not in self.datasets:
            return []
        dataset = self.datasets["val"]
        share = torch.utils.data.Subset(dataset, range(self.global_rank, len(dataset), self.trainer.world_size))
        return eval_loader(share, batch_size=self.recipe.train.batch_size, workers=self.recipe.train.workers)

    # --- optimisation

    def parts(self) -> dict[Part, torch.nn.Module]:
        """The modules that a recipe can give learning-rate factors."""
        c = self.classifier
        return {"backbone": c.backbone, "head": c.head, "source": c.source, "losses": self.objective}

    def configure_optimizers(self) -> Optimizer:
        """The recipe's optimiser; its schedule is kept beside it."""
        train = self.recipe.train
        optimizer = optimiser(parameter_groups(self.parts(), train), train)
        steps = math.ceil(self.trainer.estimated_stepping_batches / train.epochs)
        self.schedule = schedule(optimizer, train.schedule, train.epochs, steps)
        return optimizer

    def optimizer_step(self, epoch: int, batch_idx: int, *args: Any, **options: Any) -> None:
        """The optimiser's step.

        Raises:
            NotFinite: it is larger than any number can be.
        """
        try:
            super().optimizer_step(epoch, batch_idx, *args, **options)
        except RuntimeError as error:
            if "without overflow" not in str(error):
                raise
            raise NotFinite(
                f"epoch {epoch}, batch {batch_idx}", "the optimiser's step is larger than any number", remedy(self.recipe)
            ) from None

    def on_train_batch_end(self, *_: Any) -> None:
        """Moves schedules that run per step, and averages the weights."""
        if self.average:
            self.average.update()
        if per_step(self.recipe.train.schedule) and self.schedule.last_epoch < self.recipe.train.epochs * self.trainer.num_training_batches:
            self.schedule.step()

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Adds the schedule, the averaged weights, and whose checkpoint it is."""
        checkpoint["recipe"] = self._digest()
        checkpoint["average"] = self.average.state_dict() if self.average else None
        checkpoint["schedule"] = self.schedule.state_dict()
        checkpoint["best"] = self._best

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Keeps the states of schedule and average until these exist.

        Raises:
            UserError: the checkpoint is of another training.
        """
        own, found = self.state_dict(), checkpoint["state_dict"]
        fits = own.keys() == found.keys() and all(own[name].shape == found[name].shape for name in own)
        if not fits or checkpoint.get("recipe", self._digest()) != self._digest():
            remedy = "Restore the run's own file, or train again into another `folder=...`."
            raise UserError("last.ckpt", "belongs to another training", remedy)
        self._resumed = {"schedule": checkpoint["schedule"], "average": checkpoint.get("average")}
        self._best = checkpoint["best"]

    def on_train_start(self) -> None:
        """Begins the average, and restores it and the schedule of a resumed training."""
        if self.recipe.train.ema is not None:
            self.average = Average(self.classifier, self.recipe.train.ema)
        if self._resumed:
            self.schedule.load_state_dict(self._resumed["schedule"])
            if self.average:
                self.average.load_state_dict(self._resumed["average"])
            self._resumed = None

    def kept_weights(self) -> AbstractContextManager[None]:
        """Within it, the classifier holds the weights that are validated and kept: the averaged ones where the recipe wants these."""
        return self.average.in_place() if self.average else nullcontext()

    def _digest(self) -> str:
        """Names the training; where its data lie, what the recipe says of itself, and settings that came since do not count."""
        told = wordless(self.recipe).model_dump_json(exclude={"data": {"root"}}, exclude_defaults=True)
        return hashlib.sha256(told.encode()).hexdigest()

    # --- training

    def on_train_epoch_start(self) -> None:
        """Random numbers of this epoch."""
        seed_epoch(self.recipe.train.seed, self.current_epoch, self.global_rank)
        self.log("lr", self.trainer.optimizers[0].param_groups[0]["lr"])

    def training_step(self, batch: Batch, step: int) -> Tensor:
        """One batch.

        Raises:
            NotFinite: the loss is not a number; names the loss and the images.
        """
        total, _, losses, weights = self.objective(self.classifier, batch, float(self.current_epoch))
        values = {f"train/{k}": v.detach() for k, v in losses.items()} | {"train/loss": total.detach()}
        if not torch.isfinite(total):
            bad = ", ".join(k.removeprefix("train/") for k, v in values.items() if not torch.isfinite(v))
            raise self._ran_away(f"batch {step}", f"the loss is no longer a number ({bad})", batch)
        shown = values | {f"weight/{k}": w for k, w in weights.items()} | self.objective.learned()
        self.log_dict(shown, on_step=False, on_epoch=True, batch_size=len(batch), sync_dist=self.trainer.world_size > 1)
        result: Tensor = total
        return result

    def _ran_away(self, where: str, what: str, batch: Batch) -> NotFinite:
        """What to say of NaN or infinity that these images brought to light."""
        ids = ", ".join(batch.ids[:8]) + (f" and {len(batch.ids) - 8} more" if len(batch.ids) > 8 else "")
        weights = not_finite(self.state_dict())
        cause = f"; the step before left weights that are not finite ({weights})" if weights else ""
        return NotFinite(f"epoch {self.current_epoch}, {where}", f"{what} on the images {ids}{cause}", remedy(self.recipe))

    def on_train_epoch_end(self) -> None:
        """Moves schedules that run per epoch."""
        settings = self.recipe.train.schedule
        if per_step(settings):
            return
        if isinstance(self.schedule, ReduceLROnPlateau):
            self._plateau(self.schedule, float(self.trainer.callback_metrics[settings.watch]))
        else:
            self.schedule.step()

    def _plateau(self, plateau: ReduceLROnPlateau, loss: float) -> None:
        """A plateau step; 004-10: at each drop of the learning rate everything but the rate goes back to the best epoch so far."""
        (optimizer,) = self.trainer.optimizers
        before = optimizer.param_groups[0]["lr"]
        plateau.step(loss)
        if not self.recipe.train.schedule.reload_best:
            return
        if self._best is None or loss < self._best[0]:
            with self.kept_weights():
                states: dict[str, Any] = {"classifier": self.classifier.state_dict(), "objective": self.objective.state_dict()}
                self._best = (loss, copy.deepcopy(states | {"optimizer": optimizer.state_dict()}))
        elif optimizer.param_groups[0]["lr"] < before:
            self._go_back(self._best[1], optimizer)

    def _go_back(self, best: dict[str, Any], optimizer: Optimizer) -> None:
        rates = [group["lr"] for group in optimizer.param_groups]
        self.classifier.load_state_dict(best["classifier"])
        self.objective.load_state_dict(best["objective"])
        optimizer.load_state_dict(best["optimizer"])
        for group, rate in zip(optimizer.param_groups, rates, strict=True):
            group["lr"] = rate
        if self.average:
            self.average.restart()

    # --- validation

    def on_validation_epoch_start(self) -> None:
        """Empties the scores, and puts the averaged weights in place."""
        self.validation = FindingsEpoch() if self.datasets["val"].several else EpochMetrics()
        if self.average:
            self.average.swap()

    def validation_step(self, batch: Batch, step: int) -> None:
        """Collects predictions and maps. The first map of the source is the one that is watched.

        Raises:
            NotFinite: an answer is not a finite number, however finite the weights.
        """
        look = self.classifier.look(batch.images, None if batch.several else batch.labels, every=batch.several)
        if not torch.isfinite(look.logits).all():
            raise self._ran_away("validation", "the answers are not finite numbers any more", batch)
        if "val/total" in (self.recipe.train.select, self.recipe.train.schedule.watch):
            self._log_total(batch)
        if isinstance(self.validation, FindingsEpoch):
            self.validation.add(look, batch)
            return
        attention = next(iter(look.maps.values()), None)
        self.validation.add(look.logits, batch.labels, attention, batch.roi, batch.known)

    def _log_total(self, batch: Batch) -> None:
        """The total of the training on validation images."""
        with torch.enable_grad():  # of which some losses are made
            total = self.objective(self.classifier, batch, float(self.current_epoch))[0].detach()
        self.log("val/total", total, on_epoch=True, batch_size=len(batch), sync_dist=self.trainer.world_size > 1)

    def on_validation_epoch_end(self) -> None:
        """Scores over all images of all processes at once, so that they do not depend on how these were dealt out."""
        if self.average:
            self.average.swap()
        # with fewer images than processes, some have none
        own = self.validation.arrays() if len(self.datasets["val"]) > self.global_rank else None
        shares = [own]
        if self.trainer.world_size > 1:
            shares *= self.trainer.world_size
            distributed.all_gather_object(shares, own)
        filled = [share for share in shares if share is not None]
        together = {name: np.concatenate([share[name] for share in filled]) for name in filled[0]}
        val = self.datasets["val"]
        scores = epoch_findings(**together, names=val.classes) if val.several else epoch_scores(**together)
        self.log_dict({f"val/{k}": v for k, v in scores.items()})
