"""What of a training was damaged since, and so is made again: all of it can be, from the plan."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from sightline.engine.checkpoint import check_resumable
from sightline.engine.read_files import Damaged
from sightline.engine.run import Run
from sightline.engine.saving import check_split, described
from sightline.errors import UserError


def damage(run: Run) -> str | None:
    """Why a finished training cannot be used any more; None: its files are whole."""
    try:
        _ = run.recipe, run.findings or run.classes, run.split_table
        described(run.path)
        check_split(run.path)
    except UserError as error:  # also a recipe that is none: it was one when it was written
        return str(error)
    return None


def unresumable(folder: Path) -> str | None:
    """Why an unfinished training cannot be gone on with, for want of whole files; None: it can."""
    try:
        run = Run(folder)
        _ = run.recipe, run.split_table
        for place in {path.parent for path in folder.rglob("last.ckpt")}:
            check_resumable(place)
    except UserError as error:
        return str(error)
    return None


def forget_damaged(run: Run) -> None:
    """Removes scores, thresholds and predictions that cannot be read, so that they are taken again.

    Thresholds that are lost alone take the scores of the validation images with them, on which they are chosen.
    """
    for finding in run.findings:
        if (run.finding_folder(finding) / "finding.json").is_file():
            forget_damaged(run.of(finding))
    if run.findings:
        return
    readers: dict[str, Callable[[], object]] = {
        "metrics.json": lambda: run.scores,
        "thresholds.json": lambda: run.thresholds,
        "predictions.csv": run.every_prediction,
    }
    for name, read in readers.items():
        path = run.path / name
        try:
            read()
        except Damaged:
            _remove(path if path.exists() else run.path / "metrics.json")


def maps_are_damaged(run: Run, split: str) -> bool:
    """Whether the maps of a split, or the predictions that they belong to, are lost."""
    try:
        run.attention(split)
        return split not in run.scores  # without scores nobody knows whether there should be maps
    except UserError:  # also a split that is no longer among the predictions
        return True


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()
