"""Trainings of an earlier version of sightline: a new setting changes what a training is called, and not what was trained."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from sightline.engine.read_files import read_yaml
from sightline.errors import UserError
from sightline.recipe import recipe_from
from sightline.study.cells import key


def other_names(folder: Path, keys: Collection[str]) -> dict[str, str]:
    """key -> name of the folder that holds the same training, of trainings whose own folder is not there.

    Each run folder has all of its settings written down. One that did not exist yet then has its default, as it had in effect; one whose
    default has changed since has the value of that time, and so is another training.

    Args:
        folder: that holds the run folders.
        keys: that are looked for.
    """
    there = {path.name: path for path in folder.iterdir() if path.is_dir()} if folder.is_dir() else {}
    found: dict[str, str] = {}
    if all(wanted in there for wanted in keys):
        return found
    for name in sorted(there.keys() - set(keys)):
        config = there[name] / "config.yaml"
        try:
            today = key(recipe_from(read_yaml(config, ""), config)) if config.is_file() else ""
        except UserError:
            continue  # damaged, or with a setting that is no more: whatever it was, it is not looked for
        if today in keys and today not in there:
            found.setdefault(today, name)
    return found
