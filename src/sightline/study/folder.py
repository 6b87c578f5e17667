"""The folder of a study. What is done is read off the disk, so nothing can be lost or contradict itself after a sudden end."""

from __future__ import annotations

import statistics
from collections.abc import Collection, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from sightline.engine.files import write_json, write_text
from sightline.engine.read_files import Damaged, read_json, read_yaml
from sightline.errors import UserError
from sightline.recipe import recipe_from, validated
from sightline.results.masks import PredictedMasks
from sightline.results.study import DrawnRegions
from sightline.study.answers import Answers, beside, load, readable
from sightline.study.cells import Cell, cells
from sightline.study.cells import key as key_of
from sightline.study.forms import seconds_taken
from sightline.study.plan import Plan
from sightline.study.score_names import measures
from sightline.study.trials import NOTHING, foreseen, settled, standing
from sightline.yaml_text import dump


class Study:
    """A folder with `plan.yaml`, `manifest.json` (which trainings belong to which arm), `cells/KEY` (one run each) and `failed/KEY.txt`.

    A training is done when its scores of every split are there and can be read; these are written last and whole. What is half done is
    gone on with, what failed is tried again, and so is what was damaged since.

    Args:
        path: of the folder.
        plan: as it is written there.
        failed: keys of trainings of the search that are given up; None: all of which it is written down that they failed.

    Attributes:
        searched: where the search of the plan stands.
        trials: the trainings that it has asked for so far.
        to_search: those of them that it needs next, and which can be trained side by side.
        settled: the plan, with what the search has found.
        cells: the trainings of all arms but those that wait for the search.
    """

    def __init__(self, path: Path, plan: Plan, failed: Collection[str] | None = None) -> None:
        self.path, self.plan = path, plan
        self.searched = standing(plan, plan.search, path, failed) if plan.search else NOTHING
        self.trials, self.to_search = self.searched.cells, self.searched.missing
        self.settled = settled(plan, self.searched.best)
        self.cells = cells(self.settled)
        self.measures = {split: measures(plan.scores_on(split)) for split in plan.splits}
        judged = {plan.search.split: measures([plan.search.score])} if plan.search else {}
        self._of_search = {cell.key: judged for cell in self.trials}
        self._tuned = {cell.key for cell in self.cells if cell.candidate}
        self._sound: dict[tuple[Path, tuple[str, ...]], tuple[tuple[int, int], ...]] = {}

    @classmethod
    def open(cls, path: Path) -> Study:
        """The study that lies there.

        Raises:
            UserError: there is none, or its plan is damaged.
        """
        file = path / "plan.yaml"
        if not file.exists():
            raise UserError(path, "is not the folder of a study (it has no plan.yaml)", "Give the folder of a study.")
        remedy = "Carry out the study again with the same `out=...`: that writes the plan anew."
        return cls(path, validated(Plan, read_yaml(file, remedy), where=file))

    def write_manifest(self) -> None:
        """What the study consists of, for people and scripts. Trainings of an earlier form of the plan stay and are used again."""
        write_text(self.path / "plan.yaml", dump(self.plan.model_dump(mode="json")))
        rows = [
            {"key": c.key, "arm": c.arm, "seed": c.seed, "setting": dict(c.setting), "candidate": dict(c.candidate)}
            for c in (*self.trials, *self.cells)
        ]
        write_json(self.path / "manifest.json", {"name": self.plan.name, "cells": rows})

    @property
    def trainings(self) -> list[Cell]:
        """One cell of each content."""
        return list({cell.key: cell for cell in reversed(self.cells)}.values())[::-1]

    def run_folder(self, key: str) -> Path:
        """Where the training of this content is; what an earlier version of sightline trained may have another name."""
        return self.path / "cells" / self._names.get(key, key)

    @cached_property
    def _names(self) -> dict[str, str]:
        return other_names(self.path / "cells", {cell.key for cell in self.cells})

    def name_anew(self) -> None:
        """Gives the folders of trainings that an earlier version of sightline made the names of today, so that they can be gone on with."""
        for key, name in self._names.items():
            (self.path / "cells" / name).rename(self.path / "cells" / key)
        self._names.clear()

    def answers(self, key: str, split: str) -> Path:
        """What the training answered on a split; see `answers.py`."""
        return self.run_folder(key) / "answers" / f"{split}.npz"

    def splits(self, key: str) -> tuple[str, ...]:
        """On which the training is judged: those of the plan, and the validation images where it is one candidate of several."""
        if key in self._of_search:
            return tuple(self._of_search[key])
        return self.plan.splits if key not in self._tuned or "val" in self.plan.splits else (*self.plan.splits, "val")

    def measured(self, key: str) -> Mapping[str, tuple[str, ...]]:
        """What is measured besides, by split."""
        return self._of_search.get(key, self.measures)

    def load(self, key: str, split: str) -> Answers:
        """The same, read, with what the scores ask for on the splits of the plan; NaN where that is not measured yet."""
        return load(self.answers(key, split), self.measures.get(split, ()))

    def trained(self, key: str) -> bool:
        """Whether the training has answered; what the scores ask for besides may be missing."""
        return all(self._readable(self.answers(key, split)) for split in self.splits(key))

    def done(self, key: str) -> bool:
        """Whether nothing is left to do for this content."""
        return self.trained(key) and all(self._readable(self.answers(key, split), names) for split, names in self.measured(key).items())

    def _readable(self, path: Path, measures: tuple[str, ...] = ()) -> bool:
        """Whether answers and measurements are there and whole. They are read once, and again when they have changed."""
        try:
            facts = [file.stat() for file in (path, *(beside(path, name) for name in measures))]
        except OSError:
            return False
        seen = tuple((one.st_mtime_ns, one.st_size) for one in facts)
        if self._sound.get((path, measures)) != seen:
            if not readable(path, measures):
                return False
            self._sound[path, measures] = seen
        return True

    def failure(self, key: str) -> Path:
        """Where it is told why a training failed."""
        return self.path / "failed" / f"{key}.txt"

    def failures(self) -> dict[str, str]:
        """key -> the last line of what went wrong, of trainings that failed and are not done."""
        tried = (*self.trials, *self.trainings)
        texts = {c.key: self.failure(c.key) for c in tried if self.failure(c.key).is_file() and not self.done(c.key)}
        lines = {key: path.read_text(encoding="utf-8", errors="replace").strip().splitlines() for key, path in texts.items()}
        return {key: found[-1] if found else "why was not written down" for key, found in lines.items()}

    def seconds(self) -> dict[str, float]:
        """key -> how long the training took, of those that have answered and of which it is known."""
        found = {c.key: seconds_taken(self.run_folder(c.key)) for c in self.trainings if self.trained(c.key)}
        return {key: taken for key, taken in found.items() if taken is not None}

    def drawn(self, found: Sequence[Cell]) -> DrawnRegions | None:
        """How good the regions are that were drawn for some trainings, as far as they are there; None: none are."""
        files = {self.path / "drawn" / cell.drawing.name / "pseudo.json" for cell in found if cell.drawing is not None}
        remedy = "Remove the file: the report is then written without the quality of the drawn regions."
        facts = [read_json(path, PredictedMasks, remedy) for path in sorted(files) if path.exists()]
        if not facts:
            return None
        dice = [one.held_out.dice.number for one in facts if one.held_out.dice and one.held_out.dice.value is not None]
        if len(dice) < len(facts):
            raise Damaged(self.path / "drawn", "holds a drawing whose quality is not known", remedy)
        kept = sum(one.images.kept for one in facts) / sum(one.images.predicted for one in facts)
        return DrawnRegions(drawings=len(facts), dice=statistics.fmean(dice), low=min(dice), high=max(dice), kept=kept)

    def to_do(self) -> list[Cell]:
        """What is left, in order."""
        return [cell for cell in self.trainings if not self.done(cell.key)]

    def to_come(self) -> list[Cell]:
        """Stand-ins for about as many trainings as the search will ask for, and those of the arms that wait for it."""
        return foreseen(self.plan, self.plan.search, self.searched.trials) if self.plan.search and self.to_search else []

    def count_done(self) -> int:
        """Finished trainings, those of the search included."""
        return sum(self.done(cell.key) for cell in (*self.trials, *self.trainings))


def grouped(found: Sequence[Cell]) -> dict[tuple[tuple[str, Any], ...], dict[str, list[Cell]]]:
    """Setting -> arm -> its cells."""
    result: dict[tuple[tuple[str, Any], ...], dict[str, list[Cell]]] = {}
    for cell in found:
        result.setdefault(cell.setting, {}).setdefault(cell.arm, []).append(cell)
    return result


def other_names(folder: Path, keys: Collection[str]) -> dict[str, str]:
    """key -> name of the folder that holds the same training, of trainings whose own folder is not there.

    A new setting changes what a training is called, and not what was trained. Each run folder has all of its settings written down: one
    that did not exist when it was written has its default, as it had in effect; one whose default has changed since has the value of that
    time, and so is another training.

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
            today = key_of(recipe_from(read_yaml(config, ""), config)) if config.is_file() else ""
        except UserError:
            continue  # damaged, or with a setting that is no more: whatever it was, it is not looked for
        if today in keys and today not in there:
            found.setdefault(today, name)
    return found
