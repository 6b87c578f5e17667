"""The folder of a study. What is done is read off the disk, so nothing can be lost or contradict itself after a sudden end."""

from __future__ import annotations

import json
import statistics
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sightline.engine.files import write_json, write_text
from sightline.errors import UserError
from sightline.recipe import validated
from sightline.study.answers import Answers, beside, load
from sightline.study.cells import Cell, cells
from sightline.study.plan import Plan
from sightline.study.score_names import measures
from sightline.yaml_text import dump, read


class Study:
    """A folder with `plan.yaml`, `manifest.json` (which trainings belong to which arm), `cells/KEY` (one run each) and `failed/KEY.txt`.

    A training is done when its scores of every split are there; these are written last and whole. What is half done is gone on with,
    what failed is tried again.

    Args:
        path: of the folder.
        plan: as it is written there.
    """

    def __init__(self, path: Path, plan: Plan) -> None:
        self.path, self.plan = path, plan
        self.cells = cells(plan)
        self.measures = {split: measures(plan.scores_on(split)) for split in plan.splits}
        self._tuned = {cell.key for cell in self.cells if cell.candidate}

    @classmethod
    def open(cls, path: Path) -> Study:
        """The study that lies there.

        Raises:
            UserError: there is none.
        """
        file = path / "plan.yaml"
        if not file.is_file():
            raise UserError(path, "is not the folder of a study (it has no plan.yaml)", "Give a folder that `sightline study` wrote.")
        return cls(path, validated(Plan, read(file), where=file))

    def write_manifest(self) -> None:
        """What the study consists of, for people and scripts. Trainings of an earlier form of the plan stay and are used again."""
        write_text(self.path / "plan.yaml", dump(self.plan.model_dump(mode="json")))
        rows = [
            {"key": c.key, "arm": c.arm, "seed": c.seed, "setting": dict(c.setting), "candidate": dict(c.candidate)} for c in self.cells
        ]
        write_json(self.path / "manifest.json", {"name": self.plan.name, "cells": rows})

    @property
    def trainings(self) -> list[Cell]:
        """One cell of each content."""
        return list({cell.key: cell for cell in reversed(self.cells)}.values())[::-1]

    def run_folder(self, key: str) -> Path:
        """Where the training of this content is."""
        return self.path / "cells" / key

    def answers(self, key: str, split: str) -> Path:
        """What the training answered on a split; see `answers.py`."""
        return self.run_folder(key) / "answers" / f"{split}.npz"

    def splits(self, key: str) -> tuple[str, ...]:
        """On which the training is judged: those of the plan, and the validation images where it is one candidate of several."""
        return self.plan.splits if key not in self._tuned or "val" in self.plan.splits else (*self.plan.splits, "val")

    def load(self, key: str, split: str) -> Answers:
        """The same, read, with what the scores ask for on the splits of the plan; NaN where that is not measured yet."""
        return load(self.answers(key, split), self.measures.get(split, ()))

    def trained(self, key: str) -> bool:
        """Whether the training has answered; what the scores ask for besides may be missing."""
        return all(self.answers(key, split).is_file() for split in self.splits(key))

    def done(self, key: str) -> bool:
        """Whether nothing is left to do for this content."""
        measured = [beside(self.answers(key, split), name) for split, names in self.measures.items() for name in names]
        return self.trained(key) and all(path.is_file() for path in measured)

    def failure(self, key: str) -> Path:
        """Where it is told why a training failed."""
        return self.path / "failed" / f"{key}.txt"

    def failures(self) -> dict[str, str]:
        """key -> the last line of what went wrong, of trainings that failed and are not done."""
        texts = {c.key: self.failure(c.key) for c in self.trainings if self.failure(c.key).is_file() and not self.done(c.key)}
        return {key: path.read_text(encoding="utf-8").strip().splitlines()[-1] for key, path in texts.items()}

    def seconds(self) -> dict[str, float]:
        """key -> how long the training took, of those that have answered."""
        files = {c.key: self.run_folder(c.key) / "took.json" for c in self.trainings if self.trained(c.key)}
        return {key: float(json.loads(path.read_text())["seconds"]) for key, path in files.items() if path.is_file()}

    def drawn(self, found: Sequence[Cell]) -> dict[str, Any] | None:
        """How good the regions are that were drawn for some trainings, as far as they are there; None: none are.

        Returns:
            drawings: how many; dice, low, high: of images that were held out, mean and range over the drawings; kept: share of the masks.
        """
        files = {self.path / "drawn" / cell.drawing.name / "pseudo.json" for cell in found if cell.drawing is not None}
        facts = [json.loads(path.read_text()) for path in sorted(files) if path.is_file()]
        if not facts:
            return None
        dice = [one["held_out"]["dice"]["value"] for one in facts]
        kept, predicted = (sum(one["images"][name] for one in facts) for name in ("kept", "predicted"))
        return {"drawings": len(facts), "dice": statistics.fmean(dice), "low": min(dice), "high": max(dice), "kept": kept / predicted}

    def to_do(self) -> list[Cell]:
        """What is left, in order."""
        return [cell for cell in self.trainings if not self.done(cell.key)]


def grouped(found: Sequence[Cell]) -> dict[tuple[tuple[str, Any], ...], dict[str, list[Cell]]]:
    """Setting -> arm -> its cells."""
    result: dict[tuple[tuple[str, Any], ...], dict[str, list[Cell]]] = {}
    for cell in found:
        result.setdefault(cell.setting, {}).setdefault(cell.arm, []).append(cell)
    return result
