"""How a run folder is begun, and whether a begun one can be gone on with."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from sightline.data.guide.review_lines import nameless
from sightline.data.several import for_several
from sightline.engine.files import LOCK, write_json, write_table, write_text
from sightline.engine.reproducible import environment
from sightline.engine.run import Run
from sightline.engine.run_folder import REVIEWS
from sightline.engine.same_data import COLUMNS, check_same
from sightline.errors import UserError
from sightline.paths import expanded
from sightline.recipe import Recipe
from sightline.yaml_text import dump

_OPENING = {LOCK, "environment.json", "split.csv", REVIEWS}  # what lies in a folder before it is a run


def is_begun(recipe: Recipe, folder: Path, resume: bool) -> bool:
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
    if not {name for name in found if not name.endswith(".partial")} - _OPENING:
        return False
    if not resume:
        raise UserError(folder, "exists already", "Give another `folder=...`, go on with `resume=True`, or remove it.")
    if not started_from(Run(folder).recipe, recipe):
        remedy = "Resume with the same recipe and settings, or give another `folder=...`."
        raise UserError(folder, "was started with other settings", remedy)
    return True


def check_data(folder: Path, recipe: Recipe, table: list[dict[str, str]], say: Callable[[str], None]) -> None:
    """Refuses to go on with other data than those that the run was begun with.

    Raises:
        UserError: names what differs.
    """
    if Run(folder).recipe.data.grey != recipe.data.grey:
        raise UserError(folder, "was started with pictures of another range of grey values", "Give the data that it was started with.")
    before = Run(folder).split_table
    if any("picture" not in row for row in before):
        say(f"{folder} was begun by an earlier version: whether pictures and annotations have changed since is not known.")
    check_same(before, table, folder, "Restore the data as they were, or start a new run in another `folder=...`.")


def started_from(kept: Recipe, recipe: Recipe) -> bool:
    """Whether a run with these settings was started from this recipe, in which the scale of deep greys, and the class loss of several
    findings, may have been left to be found; what a recipe says of itself may have been put into other words since."""
    grey = recipe.data.grey or kept.data.grey
    given = recipe.model_copy(update={"data": recipe.data.model_copy(update={"grey": grey})})
    return wordless(kept) in (wordless(given), wordless(for_several(given)))


def wordless(recipe: Recipe) -> Recipe:
    """The recipe without what it says of itself."""
    return recipe.model_copy(update={"title": "", "source": "", "deviations": []})


def open_folder(folder: Path, recipe: Recipe, table: list[dict[str, str]]) -> None:
    """Starts the run folder; the configuration comes last, since it makes the folder a run."""
    write_json(folder / "environment.json", environment(recipe))
    write_table(folder / "split.csv", table, list(dict.fromkeys([*COLUMNS, *table[0]])))
    if recipe.data.reviews is not None:
        write_text(folder / REVIEWS, nameless(expanded(recipe.data.reviews)))
    write_text(folder / "config.yaml", dump(recipe.model_dump(mode="json")))
