"""`sl.train`: one run, or one for each fold, from the data to the report."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

from sightline.attention.pretrained import check_weights
from sightline.errors import UserError
from sightline.face.bounds import bounded
from sightline.face.settings import check_folder_name, on_device, placed
from sightline.paths import expanded
from sightline.recipe import Recipe, goes_on, load_recipe

if TYPE_CHECKING:
    from sightline.engine.run import Run
    from sightline.results.folds import FoldScores

Progress = Callable[[int, int], None]


@overload
def train(
    recipe: Recipe | str | Path,
    folder: str | Path | None = None,
    *,
    data: str | None = None,
    root: str | Path | None = None,
    settings: Mapping[str, Any] | None = None,
    preset: str | None = None,
    resume: bool = False,
    folds: None = None,
    device: str = "auto",
    report: bool = True,
    runs: str | Path = "runs",
    say: Callable[[str], None] = print,
    progress: Progress | None = None,
) -> Run: ...


@overload
def train(
    recipe: Recipe | str | Path,
    folder: str | Path | None = None,
    *,
    data: str | None = None,
    root: str | Path | None = None,
    settings: Mapping[str, Any] | None = None,
    preset: str | None = None,
    resume: bool = False,
    folds: int,
    device: str = "auto",
    report: bool = True,
    runs: str | Path = "runs",
    say: Callable[[str], None] = print,
    progress: Progress | None = None,
) -> FoldScores: ...


@overload
def train(
    recipe: Recipe | str | Path,
    folder: str | Path | None = None,
    *,
    data: str | None = None,
    root: str | Path | None = None,
    settings: Mapping[str, Any] | None = None,
    preset: str | None = None,
    resume: bool = False,
    folds: int | None,
    device: str = "auto",
    report: bool = True,
    runs: str | Path = "runs",
    say: Callable[[str], None] = print,
    progress: Progress | None = None,
) -> Run | FoldScores: ...


@bounded(folds=(2, None))
def train(
    recipe: Recipe | str | Path,
    folder: str | Path | None = None,
    *,
    data: str | None = None,
    root: str | Path | None = None,
    settings: Mapping[str, Any] | None = None,
    preset: str | None = None,
    resume: bool = False,
    folds: int | None = None,
    device: str = "auto",
    report: bool = True,
    runs: str | Path = "runs",
    say: Callable[[str], None] = print,
    progress: Progress | None = None,
) -> Run | FoldScores:
    """Trains what the recipe says, scores it, and leaves a run folder with a report.

    Data, recipe and gradient paths are checked first; nothing is written before all of them are in order.

    Args:
        recipe: a recipe, see `sightline.load_recipe`, its name, or a YAML file.
        folder: where the run goes; must not exist yet, unless `resume`. None: a folder in `runs` with the name of the recipe, that of the
            data and the seed.
        data: data set, or reader of one's own data, in place of the recipe's.
        root: folder or file that holds it.
        settings: settings of the recipe to change, e.g. `{"train.epochs": 20}`; `train.start` names a run whose weights it starts from.
        preset: `quick` or `good`: settings that suit most first trainings. They replace those of the recipe; `settings` replaces any of
            them.
        resume: go on after the last whole epoch of an interrupted run of the same recipe, to the same weights bit by bit.
        folds: cross-validation: a run for each of so many folds, in `fold-1`, ... of the folder, and scores of all held-out images
            together.
        device: `cpu`, `cuda`, `cuda:1`, `mps`; `auto`: as the recipe says, else a GPU if there is one.
        report: write `report.html` into the run folder.
        runs: folder in which the run goes if `folder` does not say where.
        say: receives one-line messages. With `train.devices` above 1 it is sent to other processes, so it has to be a function of a module;
            another one is refused.
        progress: called with (done, all) while images are looked through.

    Returns:
        The run, with its `scores`; of several folds, the scores of all held-out images.

    Raises:
        UserError: whatever is wrong with recipe, data or folder.
        Stopped: on Ctrl-C.
    """
    chosen = _chosen(recipe, data, root, settings or {}, preset, device)
    place = expanded(Path(folder)) if folder is not None else expanded(Path(runs)) / _own_name(chosen)
    if chosen.train.start is None:
        check_weights(chosen.backbone)  # before PyTorch, timm and Lightning are imported, which takes much longer
    if folds is not None:
        from sightline.engine.folds import fold_scores, train_folds

        train_folds(chosen, place, folds, resume=resume, say=say, progress=progress)
        return fold_scores(place).but(folder=str(place))
    from sightline.engine.nodes import leads
    from sightline.engine.train import train as fit
    from sightline.face.judge import evaluate
    from sightline.report.page import write_report

    run = fit(chosen, place, resume=resume, say=say, progress=progress)
    if leads():
        evaluate(run)
        if report:
            write_report(run)
    return run


def _chosen(
    recipe: Recipe | str | Path, data: str | None, root: str | Path | None, settings: Mapping[str, Any], preset: str | None, device: str
) -> Recipe:
    """The recipe with everything that was said about it."""
    base = recipe if isinstance(recipe, Recipe) else load_recipe(recipe)
    chosen = base.changed(
        placed(base, data, root) | on_device(device) | dict(settings), preset, where=base.name if isinstance(recipe, Recipe) else recipe
    )
    if not isinstance(recipe, Recipe) and goes_on(str(recipe)) and chosen.train.start is None:
        raise UserError(recipe, "starts from the weights of the previous stage", "Give that run: `train.start=...`.")
    return chosen


def _own_name(recipe: Recipe) -> str:
    """Of the run's folder, where none is given."""
    name = f"{recipe.name}-{recipe.data.name}-{recipe.train.seed}"
    check_folder_name("name of the run", name, "Give a `folder=...` with a short name without slashes, e.g. melanoma-1.")
    return name
