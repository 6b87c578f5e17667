"""One recipe, one call, one run folder."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable, Mapping
from contextlib import ExitStack, nullcontext
from pathlib import Path
from typing import Any, Literal

import lightning as L
import torch
from lightning.pytorch.callbacks import EarlyStopping
from lightning.pytorch.loggers import Logger
from lightning.pytorch.strategies import DDPStrategy
from torch.multiprocessing.spawn import ProcessRaisedException

from sightline.attention.classifier import GuidedClassifier, build
from sightline.attention.pretrained import check_weights
from sightline.data.dataset import ImageDataset
from sightline.data.loader import train_loader
from sightline.data.look_through import Progress
from sightline.data.sampling import class_weights, finding_weights
from sightline.device import check_hardware, of_training
from sightline.engine.begin import check_data, is_begun, open_folder
from sightline.engine.callbacks import History, Interrupts, Keeper, ShowProgress
from sightline.engine.checkpoint import BEST, LAST, Checkpoints, check_resumable, what_is_left
from sightline.engine.compiling import Compiled
from sightline.engine.files import RELEASE, alone, remove_partial
from sightline.engine.from_nothing import from_nothing
from sightline.engine.loggers import check_loggers, close, loggers
from sightline.engine.module import Training
from sightline.engine.nodes import Crew, check_travels, crew
from sightline.engine.prepare import prepare, restore
from sightline.engine.probe import calibrate, probe_batch
from sightline.engine.reproducible import stable_seed
from sightline.engine.run import Run
from sightline.engine.saving import load_weights, save_model, scratch, start_from
from sightline.engine.soundness import NotFinite
from sightline.engine.still import held_still
from sightline.errors import Stopped, UserError, from_process
from sightline.losses.check.gradient_path import require
from sightline.losses.objective import Objective
from sightline.recipe import Recipe, load_recipe

Say = Callable[[str], None]


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
        preset: `quick` or `good`: settings that suit most first trainings. They replace those of the recipe; `settings` replaces any of
            them.
        folder: where the run goes; must not exist yet, unless `resume`.
        resume: go on after the last whole epoch of an interrupted run of the same recipe, to the same weights bit by bit.
        say: receives one-line messages. With `train.devices` above 1 it is sent to other processes, so it has to be a function of a module;
            another one is refused.
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
    for _, stage in _stages(recipe):
        check_hardware(stage.train)
        check_loggers(stage.train)
    if recipe.train.start is None:
        check_weights(recipe.backbone)
    with crew(recipe.train) as processes:
        check_travels(say, recipe.train, processes)
        begun = is_begun(recipe, folder, resume) if processes.leads else resume and (folder / "config.yaml").is_file()
        processes.wait()  # before the first one writes anything
        if (folder / "model.json").is_file():  # written last
            say(f"{folder} is finished; nothing to resume.")
        elif processes.leads:
            _train(recipe, folder, begun, processes, say, progress, title)
        else:
            _train(recipe, folder, begun, processes, _silent, None, title)
    return Run(folder, of_training(recipe.train.accelerator))


def _train(recipe: Recipe, folder: Path, begun: bool, processes: Crew, say: Say, progress: Progress | None, title: str) -> None:
    """From the data to the weights; see `train`."""
    with ExitStack() as held:
        if begun and processes.leads:
            held.enter_context(alone(folder, wait=RELEASE))
            for name, _ in _stages(recipe):
                remove_partial(folder / name)
                check_resumable(folder / name)
        prepared = prepare(recipe, progress)
        recipe, stages = prepared.recipe, _stages(prepared.recipe)
        thin = () if begun else from_nothing(recipe, len(prepared.datasets["train"]))
        for line in (*prepared.notes, *(f"warning: {warning}" for warning in (*prepared.warnings, *thin))):
            say(line)
        if begun:
            check_data(folder, recipe, prepared.table, say)

        torch.manual_seed(stable_seed("weights", recipe.train.seed))
        classifier = build(scratch(recipe) if recipe.train.start else recipe, len(prepared.classes))
        if recipe.train.start:
            start_from(recipe.train.start, classifier)
        if not begun and processes.leads:
            for _, stage in stages:
                check_gradient_paths(stage, classifier, prepared.datasets["train"])
            folder.mkdir(parents=True, exist_ok=True)
            held.enter_context(alone(folder))
            is_begun(recipe, folder, resume=False)  # again: another training may have come first
            remove_partial(folder)
            open_folder(folder, recipe, prepared.table)
        for name, stage in stages:
            datasets = dict(restore(stage, prepared.table, prepared.classes)) if name else prepared.datasets
            place = folder / name
            label = " ".join(part for part in (title or recipe.name, name) if part)
            processes.wait()  # for the folder, or the weights of the stage before
            _fit(stage, classifier, datasets, place, folder.parent, begun, say, label, processes)
            processes.wait()  # for the weights, which the first one writes
            load_weights(place / BEST, classifier)
        processes.wait()  # until all have read them
        if processes.leads:
            save_model(folder, classifier, recipe, prepared.classes, several=prepared.several)
            for name, _ in stages:
                (folder / name / BEST).unlink()
        processes.wait()


def _silent(line: str) -> None:
    """What the first process says is enough."""


def _stages(recipe: Recipe) -> list[tuple[str, Recipe]]:
    """(folder, recipe) of each training in the row."""
    return [(f"stage-{i}-{s.name}", recipe.at_stage(s)) for i, s in enumerate(recipe.stages, 1)] or [("", recipe)]


def check_gradient_paths(recipe: Recipe, classifier: GuidedClassifier, dataset: ImageDataset) -> None:
    """Refuses to train with a guidance loss that moves nothing. Leaves no trace in the classifier.

    Raises:
        UserError: names the loss that is cut and why.
    """
    if recipe.guided:
        with held_still(classifier, recipe.train.only):
            require(classifier, objective(recipe, dataset), probe_batch(dataset))


def objective(recipe: Recipe, dataset: ImageDataset) -> Objective:
    """The recipe's losses, with class weights where the recipe balances by them."""
    weights = None
    if recipe.data.balance == "class_weights":
        weights = finding_weights(dataset.answers) if dataset.several else class_weights(dataset.labels, len(dataset.classes))
    return Objective(recipe.losses, recipe.weighting, weights, len(dataset.balanced.names))


PRECISIONS: dict[str, Literal["32-true", "bf16-mixed", "16-mixed"]] = {"32": "32-true", "bf16": "bf16-mixed", "16": "16-mixed"}


def _fit(
    recipe: Recipe,
    classifier: GuidedClassifier,
    datasets: dict[str, ImageDataset],
    folder: Path,
    home: Path,
    resume: bool,
    say: Say,
    title: str,
    processes: Crew,
) -> None:
    """One stage: from the weights that the classifier holds to `best.safetensors` in `folder`; `home` is the folder of all runs."""
    goal = objective(recipe, datasets["train"])
    last = folder / LAST
    resumed = last if resume and last.is_file() else None
    if goal.weighting.needs_calibration and not resumed:
        settings = recipe.train
        balance = recipe.data.balance
        loader = train_loader(datasets["train"], batch_size=settings.batch_size, balance=balance, seed=settings.seed, workers=0)
        calibrate(goal, classifier, loader)
    module = Training(recipe, classifier, goal, datasets).train()  # Lightning leaves modes alone; train() freezes batch norm
    interrupts = Interrupts()
    compiled = [Compiled(say)] if recipe.train.compile else []
    _quiet()
    made = loggers(recipe, folder, home, resume=resume)
    trainer = _trainer(recipe, folder, [interrupts, *compiled, ShowProgress(title, say)], made, processes)
    try:
        # several processes would stop at different batches and wait for each other: there Lightning's own way has to do
        alone = recipe.train.devices * recipe.train.nodes == 1
        with held_still(classifier, recipe.train.only), interrupts if alone else nullcontext():
            trainer.fit(module, ckpt_path=resumed)
    except NotFinite as error:
        raise UserError(error.where, error.reason, f"{error.remedy} {what_is_left(folder)}") from None
    except SystemExit:
        raise Stopped(f"Stopped. {last} holds the last whole epoch." if last.is_file() else "Stopped in the first epoch.") from None
    except (ProcessRaisedException, RuntimeError) as error:
        if (told := from_process(error) or _ran_out(error)) is None:
            raise
        raise told from None
    finally:
        close(made)


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


def _trainer(recipe: Recipe, folder: Path, watching: list[L.Callback], made: list[Logger], processes: Crew) -> L.Trainer:
    settings = recipe.train
    callbacks: list[L.Callback] = [History(folder), *watching, Keeper(folder, settings.select, settings.select_mode)]
    if settings.early_stop:
        stop = EarlyStopping(settings.select, patience=settings.early_stop, mode=settings.select_mode, check_on_train_epoch_end=True)
        callbacks.insert(0, stop)
    several = settings.devices * settings.nodes > 1
    kind, _, number = settings.accelerator.partition(":")
    start: Literal["spawn", "popen"] = "spawn" if processes.size == 1 else "popen"  # popen starts none where all of them are there
    return L.Trainer(
        accelerator="gpu" if number else kind,
        devices=[int(number)] if number else settings.devices,
        num_nodes=settings.nodes,
        strategy=DDPStrategy(start_method=start, find_unused_parameters=True) if several else "auto",
        precision=PRECISIONS[settings.precision],
        max_epochs=settings.epochs,
        gradient_clip_val=settings.clip,
        callbacks=callbacks,
        plugins=[Checkpoints()],
        logger=made,
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
