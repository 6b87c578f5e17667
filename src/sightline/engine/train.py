"""One recipe, one call, one run folder."""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import Callable, Mapping
from contextlib import ExitStack, nullcontext
from pathlib import Path
from typing import Any, Literal

import lightning as L
import torch
from lightning.pytorch.callbacks import EarlyStopping
from lightning.pytorch.loggers import TensorBoardLogger
from lightning.pytorch.strategies import DDPStrategy
from torch.multiprocessing.spawn import ProcessRaisedException

from sightline.attention.classifier import GuidedClassifier, build
from sightline.attention.pretrained import check_weights
from sightline.data.dataset import ImageDataset
from sightline.data.loader import train_loader
from sightline.data.look_through import Progress
from sightline.data.sampling import class_weights
from sightline.device import check_hardware, of_training
from sightline.engine.callbacks import History, Interrupts, Keeper, ShowProgress
from sightline.engine.checkpoint import BEST, LAST, Checkpoints, check_resumable, what_is_left
from sightline.engine.compiling import Compiled
from sightline.engine.files import LOCK, RELEASE, alone, remove_partial, write_json, write_table, write_text
from sightline.engine.from_nothing import from_nothing
from sightline.engine.module import Training
from sightline.engine.prepare import prepare, restore
from sightline.engine.probe import calibrate, probe_batch
from sightline.engine.reproducible import environment, stable_seed
from sightline.engine.run import Run
from sightline.engine.same_data import COLUMNS, check_same
from sightline.engine.saving import load_weights, save_model, scratch, start_from
from sightline.engine.soundness import NotFinite
from sightline.errors import UserError, from_process
from sightline.losses.check.gradient_path import require
from sightline.losses.objective import Objective
from sightline.recipe import Recipe, load_recipe
from sightline.yaml_text import dump

Say = Callable[[str], None]


class Stopped(Exception):
    """The user pressed Ctrl-C; the run can be resumed."""


def train(
    recipe: Recipe | str | Path,
    folder: str | Path,
    *,
    settings: Mapping[str, Any] | None = None,
    preset: str | None = None,
    resume: bool = False,
    say: Say = print,
    progress: Progress | None = None,
    title: str = "",
) -> Run:
    """Trains what the recipe says and leaves a run folder.

    Data, recipe and gradient paths are checked first; nothing is written before all of them are in order.

    Args:
        recipe: a recipe, see `sightline.load_recipe`, its name, or a YAML file.
        settings: settings of the recipe to change, e.g. `{"data.name": "folder", "data.root": "photos"}`.
        preset: `quick` or `good`: settings of a first training that mostly goes well; they are laid over the recipe, and `settings` over
            them.
        folder: where the run goes; must not exist yet, unless `resume`.
        resume: go on after the last whole epoch of an interrupted run of the same recipe, to the same weights bit by bit.
        say: receives one-line messages.
        progress: called with (done, all) while images are looked through.
        title: of the progress bar.

    Raises:
        UserError: whatever is wrong with recipe, data or folder.
        Stopped: on Ctrl-C.
    """
    folder = Path(folder)
    if not isinstance(recipe, Recipe):
        recipe = load_recipe(recipe)
    if settings or preset:
        recipe = recipe.changed(settings, preset)
    recipe.check()
    stages = _stages(recipe)
    for _, stage in stages:
        check_hardware(stage.train)
    begun = _check_folder(recipe, folder, resume)
    if (folder / "model.json").is_file():  # written last
        say(f"{folder} is finished; nothing to resume.")
        return Run(folder, of_training(recipe.train.accelerator))
    with ExitStack() as held:
        if begun:
            held.enter_context(alone(folder, wait=RELEASE))
            for name, _ in stages:
                remove_partial(folder / name)
                check_resumable(folder / name)
        if not recipe.train.start:
            check_weights(recipe.backbone)
        prepared = prepare(recipe, progress)
        recipe, stages = prepared.recipe, _stages(prepared.recipe)
        for note in prepared.notes:
            say(note)
        for warning in prepared.warnings:
            say(f"warning: {warning}")
        if not begun and (thin := from_nothing(recipe, len(prepared.datasets["train"]))):
            say(f"warning: {thin}")
        if begun:
            if Run(folder).recipe.data.grey != recipe.data.grey:
                raise UserError(
                    folder, "was started with pictures of another range of grey values", "Give the data that it was started with."
                )
            _check_data(folder, prepared.table, say)

        torch.manual_seed(stable_seed("weights", recipe.train.seed))
        classifier = build(scratch(recipe) if recipe.train.start else recipe, len(prepared.classes))
        if recipe.train.start:
            start_from(recipe.train.start, classifier)
        if not begun:
            for _, stage in stages:
                check_gradient_paths(stage, classifier, prepared.datasets["train"])
            folder.mkdir(parents=True, exist_ok=True)
            held.enter_context(alone(folder))
            _check_folder(recipe, folder, resume=False)  # again: another training may have come first
            remove_partial(folder)
            _open(folder, recipe, prepared.table)
        for name, stage in stages:
            datasets = dict(restore(stage, prepared.table, prepared.classes)) if name else prepared.datasets
            place = folder / name
            label = " ".join(part for part in (title or recipe.name, name) if part)
            _fit(stage, classifier, datasets, place, begun, say, label)
            load_weights(place / BEST, classifier)
        save_model(folder, classifier, recipe, prepared.classes)
        for name, _ in stages:
            (folder / name / BEST).unlink()
    return Run(folder, of_training(recipe.train.accelerator))


def _stages(recipe: Recipe) -> list[tuple[str, Recipe]]:
    """(folder, recipe) of each training in the row."""
    return [(f"stage-{i}-{s.name}", recipe.at_stage(s)) for i, s in enumerate(recipe.stages, 1)] or [("", recipe)]


def check_gradient_paths(recipe: Recipe, classifier: GuidedClassifier, dataset: ImageDataset) -> None:
    """Refuses to train with a guidance loss that moves nothing. Leaves no trace in the classifier.

    Raises:
        UserError: names the loss that is cut and why.
    """
    if recipe.guided:
        require(classifier, objective(recipe, dataset), probe_batch(dataset))


def objective(recipe: Recipe, dataset: ImageDataset) -> Objective:
    """The recipe's losses, with class weights where the recipe balances by them."""
    balanced = recipe.data.balance == "class_weights"
    weights = class_weights(dataset.labels, len(dataset.classes)) if balanced else None
    return Objective(recipe.losses, recipe.weighting, weights)


PRECISIONS: dict[str, Literal["32-true", "bf16-mixed", "16-mixed"]] = {"32": "32-true", "bf16": "bf16-mixed", "16": "16-mixed"}
OPENING = {LOCK, "environment.json", "split.csv"}  # what lies in a folder before it is a run


def _check_folder(recipe: Recipe, folder: Path, resume: bool) -> bool:
    """Whether the run has been begun, and so is to be gone on with.

    Raises:
        UserError: the folder is not to be written to, holds something else, or a run that is not to be gone on with.
    """
    nearest = next(place for place in (folder, *folder.absolute().parents) if os.path.lexists(place))
    if not nearest.is_dir():
        raise UserError(nearest, "is not a folder", "Remove it, or train into another folder.")
    if not os.access(nearest, os.W_OK | os.X_OK):
        raise UserError(nearest, "cannot be written to", "Train into another folder, or change its permissions.")
    found = {file.name for file in folder.iterdir()} if folder.is_dir() else set()
    if not {name for name in found if not name.endswith(".partial")} - OPENING:
        return False
    if not resume:
        raise UserError(folder, "exists already", "Give another `folder=...`, go on with `resume=True`, or remove it.")
    if not started_from(Run(folder).recipe, recipe):
        remedy = "Resume with the same recipe and settings, or give another `folder=...`."
        raise UserError(folder, "was started with other settings", remedy)
    return True


def _check_data(folder: Path, table: list[dict[str, str]], say: Say) -> None:
    """Refuses to go on with other data than those that the run was begun with.

    Raises:
        UserError: names what differs.
    """
    before = Run(folder).split_table
    if any("picture" not in row for row in before):
        say(f"{folder} was begun by an earlier version: whether pictures and annotations have changed since is not known.")
    check_same(before, table, folder, "Restore the data as they were, or start a new run in another `folder=...`.")


def started_from(kept: Recipe, recipe: Recipe) -> bool:
    """Whether a run with these settings was started from this recipe, in which the scale of deep greys may have been left to be found."""
    grey = recipe.data.grey or kept.data.grey
    return kept == recipe.model_copy(update={"data": recipe.data.model_copy(update={"grey": grey})})


def _open(folder: Path, recipe: Recipe, table: list[dict[str, str]]) -> None:
    """Starts the run folder; the configuration comes last, since it makes the folder a run."""
    write_json(folder / "environment.json", environment(recipe))
    write_table(folder / "split.csv", table, COLUMNS)
    write_text(folder / "config.yaml", dump(recipe.model_dump(mode="json")))


def _fit(
    recipe: Recipe,
    classifier: GuidedClassifier,
    datasets: dict[str, ImageDataset],
    folder: Path,
    resume: bool,
    say: Say,
    title: str,
) -> None:
    """One stage: from the weights that the classifier holds to `best.safetensors` in `folder`."""
    goal = objective(recipe, datasets["train"])
    last = folder / LAST
    resumed = last if resume and last.is_file() else None
    if goal.weighting.needs_calibration and not resumed:
        settings = recipe.train
        loader = train_loader(datasets["train"], batch_size=settings.batch_size, balance="none", seed=settings.seed, workers=0)
        calibrate(goal, classifier, loader)
    module = Training(recipe, classifier, goal, datasets).train()  # Lightning leaves modes alone; train() freezes batch norm
    interrupts = Interrupts()
    compiled = [Compiled(say)] if recipe.train.compile else []
    trainer = _trainer(recipe, folder, [interrupts, *compiled, ShowProgress(title, say)])
    try:
        # several processes would stop at different batches and wait for each other: there Lightning's own way has to do
        with interrupts if recipe.train.devices == 1 else nullcontext():
            trainer.fit(module, ckpt_path=resumed, weights_only=True if resumed else None)
    except NotFinite as error:
        raise UserError(error.where, error.reason, f"{error.remedy} {what_is_left(folder)}") from None
    except SystemExit:
        raise Stopped(f"Stopped. {last} holds the last whole epoch." if last.is_file() else "Stopped in the first epoch.") from None
    except (ProcessRaisedException, RuntimeError) as error:
        if (told := from_process(error) or _ran_out(error)) is None:
            raise
        raise told from None


def _ran_out(error: Exception) -> UserError | None:
    """Memory that was not enough, as torch says it; None if the error is another."""
    text = str(error)
    if isinstance(error, torch.OutOfMemoryError) or "can't allocate memory" in text:
        return UserError("train.batch_size", "there is not enough memory for it", "Lower it or data.image_size, and start a new run.")
    if "DataLoader worker" in text and ("exited unexpectedly" in text or "killed by signal" in text):
        reason = "the system killed a data-loading process, mostly because memory or shared memory (/dev/shm) ran out"
        remedy = "Allow it more and go on with `resume=True`, or start a new run with fewer workers."
        return UserError("train.workers", reason, remedy)
    return None


def _trainer(recipe: Recipe, folder: Path, watching: list[L.Callback]) -> L.Trainer:
    settings = recipe.train
    callbacks: list[L.Callback] = [History(folder), *watching, Keeper(folder, settings.select, settings.select_mode)]
    if settings.early_stop:
        stop = EarlyStopping(settings.select, patience=settings.early_stop, mode=settings.select_mode, check_on_train_epoch_end=True)
        callbacks.insert(0, stop)
    _quiet()
    several = settings.devices > 1
    return L.Trainer(
        accelerator=settings.accelerator,
        devices=settings.devices,
        strategy=DDPStrategy(start_method="spawn", find_unused_parameters=True) if several else "auto",
        precision=PRECISIONS[settings.precision],
        max_epochs=settings.epochs,
        gradient_clip_val=settings.clip,
        callbacks=callbacks,
        plugins=[Checkpoints()],
        logger=TensorBoardLogger(folder, name="logs", version="tensorboard"),
        use_distributed_sampler=False,  # the sampler deals out the images itself
        reload_dataloaders_every_n_epochs=1,
        num_sanity_val_steps=0,
        inference_mode=False,  # Grad-CAM needs gradients in validation too
        enable_progress_bar=False,
        enable_model_summary=False,
    )


def _quiet() -> None:
    """Keeps Lightning's advertisements and advice for its own users away from ours."""
    logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
    logging.getLogger("lightning.fabric").setLevel(logging.ERROR)
    warnings.filterwarnings("ignore", module="lightning")
