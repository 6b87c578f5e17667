"""What other runs say of the same cases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from sightline.engine.run import Predictions, Run
from sightline.explain.run_pictures import names
from sightline.explain.window import Window, window
from sightline.review.cases import Case
from sightline.review.maps import Maps


@dataclass(frozen=True)
class Answer:
    """What another run says of a case.

    Attributes:
        name: of the run.
        decided: the class that it decides for; empty: it was not asked about this image.
        probability: of that class, calibrated where the run keeps a calibration.
        meaning: what the colours of its maps mean; empty: it has none.
        silence: why there is nothing to see on its map; empty: there is.
    """

    name: str
    decided: str = ""
    right: bool = False
    probability: float = 0.0
    meaning: str = ""
    silence: str = ""


class Beside:
    """Another run.

    Args:
        name: that tells it from the others.
        splits: of the cases.

    Raises:
        UserError: its images have several findings.
    """

    def __init__(self, run: Run, name: str, splits: Sequence[str]) -> None:
        run.require_one_label()
        self.run, self.name, self.maps = run, name, Maps(run, splits)

    @cached_property
    def _said(self) -> Mapping[str, Predictions]:
        return self.run.every_prediction()

    @cached_property
    def _places(self) -> Mapping[str, dict[str, int]]:
        return {split: {name: i for i, name in enumerate(said.ids)} for split, said in self._said.items()}

    def answer(self, case: Case) -> Answer:
        """What it says of a case."""
        place = self._places.get(case.split, {}).get(case.id)
        if place is None:
            return Answer(self.name)
        raw, decision = self._said[case.split].probabilities[place], self.run.decision
        chosen = int(decision(raw))
        seen = self.maps.of(case.split, case.id, self.maps.first)
        meaning, silence = ("", "") if seen is None else (self.maps.meaning(self.maps.first), self.maps.silence(seen))
        decided = self.run.classes[chosen]
        return Answer(self.name, decided, decided == case.label, float(decision.shown(raw)[chosen]), meaning, silence)

    def window(self, size: tuple[int, int]) -> Window:
        """The part of a picture of (H, W) that its network saw."""
        return window(size, self.run.recipe.data)


def beside(first: Run, others: Sequence[Run], splits: Sequence[str]) -> list[Beside]:
    """Other runs, with names that tell them apart from each other and from the first."""
    called = names([first, *others])[1:]
    return [Beside(run, name, splits) for run, name in zip(others, called, strict=True)]
