"""Traffic lights: what the interval behind an answer says, by one rule, as a colour, a shape and a word.

`good`: the interval is on the good side, and where "no harm" is the good side, it leaves no room for more than `TOLERATED`. `warning`: the
interval is on the bad side. `open`: neither. `untested`: there is nothing to judge.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from sightline.report.probabilities import Binned
from sightline.report.verdict import Looking
from sightline.results import Score, SplitScores
from sightline.results.audit import AuditFacts
from sightline.results.groups import TagGroups

Light = Literal["good", "open", "warning", "untested"]

TOLERATED = 0.05  # of an accuracy or a probability
ENOUGH = 50  # images of an audit
WORDS: dict[Light, str] = {"good": "good", "open": "cannot be told", "warning": "warning", "untested": "not tested"}
SHAPES: dict[Light, str] = {"good": "●", "open": "◐", "warning": "▲", "untested": "○"}
LEGEND: dict[Light, str] = {
    "good": f"the interval shows it; where the good answer is no harm, its worst end is less than {100 * TOLERATED:.0f} points of harm",
    "open": "the interval holds both answers",
    "warning": "the interval shows the opposite",
    "untested": "nothing here tests it",
}


@dataclass(frozen=True)
class Point:
    """A question, the sentence that answers it, and its light; None: it is not a question of good or bad."""

    question: str
    answer: str
    light: Light | None = None

    @property
    def shape(self) -> str:
        """The light as a character, for readers who see no colours."""
        return SHAPES[self.light] if self.light else ""

    @property
    def word(self) -> str:
        """The light as a word."""
        return WORDS[self.light] if self.light else ""


def above(score: Score, level: float) -> Light:
    """Whether a score lies above a level: `good` if the whole interval does."""
    if score.value is None:
        return "untested"
    if score.low is None or score.high is None:
        return "open"
    return "good" if score.low > level else "warning" if score.high < level else "open"


def of_guessing(scores: SplitScores) -> Light:
    """Whether it is better than guessing."""
    kept = scores.classification.at_threshold
    return above(kept.balanced_accuracy if kept else scores.classification.balanced_accuracy, 1 / len(scores.classes))


def of_looking(looks: Looking) -> Light:
    """Whether it looks at the region, see `verdict.looking`."""
    lights: dict[Looking, Light] = {"region": "good", "away": "warning", "unmeasured": "untested"}
    return lights.get(looks, "open")


def of_artefact(usual: SplitScores | None, changed: SplitScores | None) -> Light:
    """Whether the accuracy holds when the artefact changes sides."""
    if usual is None or changed is None or usual.accuracy.value is None or changed.accuracy.value is None:
        return "untested"
    before, after = usual.accuracy, changed.accuracy
    if before.interval is None or after.interval is None:
        return "open"
    if before.interval[0] > after.interval[1]:
        return "warning"
    return "good" if after.interval[0] >= before.number - TOLERATED else "open"


def of_audit(facts: AuditFacts) -> Light:
    """What an audit found. Artefacts that are not known to have been in the training images leave the question open."""
    if facts.flag in ("relying", "aligned but relying"):
        return "warning"
    if facts.flag == "no sign of relying" and facts.images >= ENOUGH:
        return "good"
    return "untested" if facts.flag == "not tested" else "open"


def of_probabilities(overconfidence: Score | None, in_ranges: Binned = "no") -> Light:
    """Whether the probabilities are neither too high nor too low, on average and in each range.

    Args:
        in_ranges: whether they are surely wrong in some range, see `probabilities.beyond_chance`.
    """
    if overconfidence is None or overconfidence.value is None:
        return "untested"
    if overconfidence.interval is None:
        return "open"
    low, high = overconfidence.interval
    if low > 0 or high < 0 or in_ranges == "yes":
        return "warning"
    return "good" if max(-low, high) <= TOLERATED and in_ranges == "no" else "open"


def of_groups(tags: Iterable[TagGroups]) -> Light:
    """Whether each group fares as the others do."""
    changes = [(name == "brier", change) for table in tags for group in table.groups for name, change in group.to_rest.items()]
    if not changes:
        return "untested"
    if any(change.verdict == ("higher" if falls else "lower") for falls, change in changes):
        return "warning"
    worst = [-change.high if falls and change.high is not None else None if falls else change.low for falls, change in changes]
    return "good" if all(one is not None and one >= -TOLERATED for one in worst) else "open"
