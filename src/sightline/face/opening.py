"""What the verbs take: runs, open or by their folders, and perhaps the images of another data set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import overload

from sightline.device import AUTO
from sightline.engine.run import Run
from sightline.errors import UserError
from sightline.paths import expanded

AnyRun = Run | str | Path  # a run, or its folder


def opened(run: AnyRun, device: str = AUTO, root: str | Path | None = None) -> Run:
    """The run.

    Args:
        device: not used for a run that is open already.
        root: where its data are now; None: where they were in training.

    Raises:
        UserError: there is no run in this folder, or no such device.
    """
    if not isinstance(run, Run):
        return Run(expanded(Path(run)), device, place_of(root))
    return run if root is None else Run(run.path, str(run.device), place_of(root))


def opened_all(runs: Sequence[AnyRun], device: str, data: str | None, root: str | Path | None) -> list[Run]:
    """The runs. Where no other data set is named, `root` is the place of their own data."""
    return [opened(run, device, None if data else root) for run in runs]


@overload
def place_of(path: None) -> None: ...


@overload
def place_of(path: str | Path) -> Path: ...


@overload
def place_of(path: str | Path | None) -> Path | None: ...


def place_of(path: str | Path | None) -> Path | None:
    """A path as people write it; None stays None."""
    return None if path is None else expanded(Path(path))


def needs_data(data: str | None, **given: object) -> None:
    """Refuses arguments that are for another data set where none is named.

    Raises:
        UserError: one was given all the same.
    """
    for name, value in given.items():
        if value and data is None:
            raise UserError(f"`{name}=...`", "is for another data set", "Name that data set with `data=...`.")


def one_split(split: str | Sequence[str] | None) -> str | None:
    """The part of another data set.

    Raises:
        UserError: several are given.
    """
    several = [split] if isinstance(split, str) else list(split or ())
    if len(several) > 1:
        raise UserError(f"`split={several[1]!r}`", "is a second split of the other data set", "Give one, or none for its test set.")
    return next(iter(several), None)


Labels = Mapping[str, str]  # label of another data set -> class of the run
