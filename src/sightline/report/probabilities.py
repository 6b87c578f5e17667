"""Are its probabilities right? The sentence, the rows and the picture of that section."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from sightline.engine.run import Run
from sightline.explain.reliability import reliability_figure
from sightline.explain.run_pictures import names
from sightline.metrics.scores.calibration import Bin, reliability
from sightline.plural import count
from sightline.report.pictures import Chart, Charts
from sightline.report.words import decimal, percent
from sightline.results import Score
from sightline.results.calibration import BinnedError, CalibrationScores, ProbabilityScores

Binned = Literal["no", "unclear", "yes"]


def are_they_right(scores: CalibrationScores | None, where: str, confidence: float = 0.95) -> str:
    """Whether the probabilities that people are shown are too high or too low, and whether the calibration helps; nothing is said that an
    interval does not bear out.

    Args:
        scores: of one split; None: of a run of an earlier version.
        where: name of the split.
        confidence: of the intervals.
    """
    if scores is None:
        return "This was not measured: the run was scored by an earlier version."
    sure = (scores.after or scores.before).overconfidence
    if sure.value is None or sure.low is None or sure.high is None:
        return f"Whether its probabilities are right on the {where} images cannot be said: no interval was computed."
    if sure.low > 0 or sure.high < 0:
        high, beside = ("high", "above") if sure.low > 0 else ("low", "below")
        least, most = sorted((abs(sure.low), abs(sure.high)))
        text = f"On the {where} images its probabilities are too {high}: on average, that of the most probable class lies "
        text += f"{100 * abs(sure.value):.0f} points {beside} the share of images that are of this class "
        text += f"({confidence:.0%} interval {100 * least:.0f} to {100 * most:.0f})."
    else:
        off = f"({_points(sure.value)} points, {confidence:.0%} interval {_points(sure.low)} to {_points(sure.high)})"
        text = _right_on_average((scores.after or scores.before).ece, where, off)
    return f"{text} {_change(scores.change)}".strip()


def beyond_chance(ece: BinnedError) -> Binned:
    """Whether a calibration error is more than probabilities that are exactly right would show in so many images."""
    if ece.value is None or ece.if_right is None or ece.value <= ece.if_right:
        return "no"
    return "yes" if ece.if_right_high is not None and ece.value > ece.if_right_high else "unclear"


def _right_on_average(ece: BinnedError, where: str, off: str) -> str:
    """Of probabilities whose mean is not known to be wrong: whether they are right in every range, too."""
    binned = beyond_chance(ece)
    if binned == "no":
        return f"On the {where} images there is no sign that its probabilities are too high or too low on average {off}."
    text = f"On the {where} images its probabilities are not known to be too high or too low on average {off}"
    chance = f"{decimal(ece.if_right)}, which exactly right ones would show by chance on average"
    if binned == "yes":
        return (
            f"{text}, but they are not right in every range: their calibration error (ECE) of {decimal(ece.value)} is more than {chance}, "
            f"and than the {decimal(ece.if_right_high)} that these would exceed once in 20 times; see the diagram."
        )
    high = "" if ece.if_right_high is None else f" These would exceed {decimal(ece.if_right_high)} once in 20 times, so that w"
    return (
        f"{text}. Their calibration error (ECE) of {decimal(ece.value)} is more than {chance}.{high or ' W'}hether they are right in every "
        "range cannot be told."
    )


def _change(change: Score | None) -> str:
    """What the calibration does."""
    if change is None or change.value is None:
        return ""
    if change.value == change.low == change.high == 0:
        return "The calibration leaves them as they are."
    if change.low is None or change.high is None:
        return ""
    if change.low <= 0 <= change.high:
        by = f"{_signed(change.value)} ({_signed(change.low)} to {_signed(change.high)})"
        return f"Whether the calibration makes them better cannot be said: their Brier score changes by {by}."
    better, falls = ("better", "falls") if change.high < 0 else ("worse", "rises")
    least, most = sorted((abs(change.low), abs(change.high)))
    return f"The calibration makes them {better}: their Brier score {falls} by {abs(change.value):.3f} ({least:.3f} to {most:.3f})."


def _signed(value: float) -> str:
    return f"{value:+.3f}".replace("-", "−")


def _points(share: float) -> str:
    return f"{100 * share:+.0f}".replace("-", "−")


@dataclass(frozen=True)
class ProbabilityRow:
    """The probabilities of one arm, as the network gives them or calibrated."""

    arm: str
    which: str
    scores: ProbabilityScores


def rows(runs: Sequence[Run], split: str) -> list[ProbabilityRow]:
    """Arms x before and after; arms that were scored by an earlier version are left out."""
    found = []
    for run, name in zip(runs, names(runs), strict=True):
        if scores := run.scores[split].calibration:
            both = (("as the network gives them", scores.before), ("calibrated", scores.after))
            found += [ProbabilityRow(name, which, one) for which, one in both if one]
    return found


def calibrations(runs: Sequence[Run]) -> list[str]:
    """How each arm is calibrated, in words."""
    found = []
    for run, name in zip(runs, names(runs), strict=True):
        own = run.calibration
        said = f"{own.words()}. {own.note}".strip() if own else "no calibration is kept."
        found.append(f"{name}: {said}")
    return found


def chart(charts: Charts, run: Run, name: str, split: str) -> Chart:
    """The reliability diagram of one run."""
    said, calibration = run.predictions(split), run.calibration if split != "val" else None  # it was fitted to these
    before = reliability(said.labels, said.probabilities)
    after = reliability(said.labels, calibration(said.probabilities)) if calibration else None
    label = run.classes[1] if len(run.classes) == 2 else None
    kinds = [("as the network gives them", before)] + ([("calibrated", after)] if after else [])
    alt = "Reliability diagram. " + " ".join(f"{kind[0].upper()}{kind[1:]}: {_spoken(bins)}." for kind, bins in kinds)
    caption = (
        f"{name} on {split}, {count(len(said.ids), 'image')} in up to 15 bins of equal width. Below the dashed line probabilities are too "
        "high, above it too low. The area of a dot stands for the number of images, the line through it for the interval of their share."
    )
    return charts(reliability_figure(before, after, label, run.recipe.evaluate.confidence), alt, caption)


def _spoken(bins: Sequence[Bin]) -> str:
    return "; ".join(f"claimed {percent(one.claimed)}, came true {percent(one.share)} of {one.n}" for one in bins)
