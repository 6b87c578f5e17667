"""The verdict of a comparison of two arms, in words.

That no difference was found means two things: that there is none worth having, or that the study could not have seen it. Which of them is
decided by the smallest difference that matters. If the study would have found it with 80 % probability, the arms are not distinguishable;
else the test set, or the number of seeds, is too small to tell, and how many it would take follows from the spread that was measured.
"""

from __future__ import annotations

from math import ceil

from sightline.metrics.comparisons.power import Noise, both_needed, detectable, images_needed, noise_of, seeds_needed
from sightline.metrics.confidence.possible import Range, excludes_nothing, within
from sightline.results.study import Judgement, OverSeeds, Word

# with fewer, a two-sided signed-rank test over pairs of seeds cannot reach p < 0.05, whatever they say: five stop at 0.0625
ENOUGH_SEEDS = 6
FAR = 20  # times as many images or seeds as there are: what few of them say of so many more is no number to plan by


def judge(
    found: OverSeeds,
    smallest: float,
    *,
    higher_is_better: bool = True,
    possible: Range | None = None,
    arm: str = "the arm",
    base: str = "the baseline",
    metric: str = "score",
) -> Judgement:
    """The verdict on the difference arm minus base.

    Args:
        found: of the difference, over seeds, its interval as it was computed.
        possible: where such a difference can lie, see `metrics.possible`; None: anywhere.
        smallest: the smallest difference that matters, above 0, in the units of the score.
        arm, base, metric: names for the sentence.
    """
    value, low, high, noise = found.value, found.low, found.high, noise_of(found)
    needs: dict[str, int] = {}
    limit = None
    most = None if possible is None else max(-possible[0], possible[1])
    word: Word
    if value is None:
        word, why = "not measured", ""
    elif found.seeds < 2:
        word, why, needs = "too few seeds to tell", "One seed does not say how much seeds differ", {"seeds": ENOUGH_SEEDS}
    elif low is None or high is None or noise is None:
        word, why = "too small a test set to tell", "All images are of one patient, or too few for an interval"
    else:
        alpha = 1 - found.confidence
        limit = detectable(noise, alpha=alpha) if found.se else high - value
        if not low <= 0 <= high:
            word, why = "better" if (value > 0) == higher_is_better else "worse", ""
        elif limit <= smallest:
            word = "not distinguishable"
            seen = f"One of {smallest:.3g} would have been found with 80 % probability"
            why = f"Any difference is below {smallest:.3g}" if max(-low, high) < smallest else seen
        elif not found.se:
            word, why = "too small a test set to tell", "No image and no seed made a difference, but they are few"
            needs = {"images": ceil(found.images * limit / smallest)}
        else:
            word, needs = _missing(noise, smallest, alpha)
            why = _could_see(found, limit, most, excludes_nothing(found, possible))
    shown = within(found, possible)
    there = {"images": found.images, "seeds": found.seeds}
    near = {kind: count for kind, count in needs.items() if count <= FAR * max(1, there[kind])}
    what = f"{arm} against {base}, {metric}"
    return Judgement(
        word=word,
        sentence=_sentence(shown, word, why, needs if near == needs else {}, smallest, what, _far(needs, near, smallest)),
        smallest=smallest,
        value=value,
        low=shown.low,
        high=shown.high,
        detectable=None if limit is None or (most is not None and limit > most) else limit,
        needs_images=near.get("images"),
        needs_seeds=near.get("seeds"),
    )


def _could_see(found: OverSeeds, limit: float, most: float | None, vacuous: bool) -> str:
    """The smallest difference that the study could have found; in words if it is larger than any possible difference."""
    seeds = f"{found.seeds} seeds"
    if most is None or limit <= most:
        return f"Only one of {limit:.2g} would have been found with 80 % probability"
    if vacuous:
        return f"With {seeds} the interval excludes no difference that is possible, so they cannot show any here"
    return f"With {seeds} and these images no difference that is possible would have been found with 80 % probability"


def _far(needs: dict[str, int], near: dict[str, int], smallest: float) -> str:
    """What the study would need, in words if the number would be too large to be reliable."""
    if near == needs:
        return ""
    return f"To find one of {smallest:.3g} it needs more than {FAR} times as many {' and '.join(needs)}."


def _missing(noise: Noise, smallest: float, alpha: float) -> tuple[Word, dict[str, int]]:
    """What is lacking, and how many are needed: images or seeds, whichever has to grow by less; both if neither suffices alone."""
    words: dict[str, Word] = {"images": "too small a test set to tell", "seeds": "too few seeds to tell"}
    needed = {"images": images_needed(noise, smallest, alpha=alpha), "seeds": seeds_needed(noise, smallest, alpha=alpha)}
    growth = {kind: count / getattr(noise, kind) for kind, count in needed.items() if count is not None}
    if growth:
        kind = min(growth, key=lambda kind: growth[kind])
        return words[kind], {kind: needed[kind] or 0}
    both = both_needed(noise, smallest, alpha=alpha)
    found = words["images" if noise.of_images >= noise.of_seeds else "seeds"]
    return found, dict(zip(("images", "seeds"), both, strict=True)) if both else {}


def _sentence(found: OverSeeds, word: Word, why: str, needs: dict[str, int], smallest: float, what: str, far: str) -> str:
    if found.value is None:
        return f"{what}: {word}."
    text = f"{what}: {word}. The difference is {_signed(found.value)}"
    if found.low is not None and found.high is not None:
        text += f" ({100 * found.confidence:.4g} % interval {_signed(found.low)} to {_signed(found.high)})"
    text += f", with {found.seeds} seed{'s' * (found.seeds != 1)} and {found.images:,} images."
    if why:
        text += f" {why}."
    if needs:
        listed = " and ".join(f"{_rounded(count):,} {kind}" for kind, count in needs.items())
        text += f" To find one of {smallest:.3g} it needs about {listed}."
    if far:
        text += f" {far}"
    if 1 < found.seeds < ENOUGH_SEEDS:
        text += f" (With fewer than {ENOUGH_SEEDS} seeds no paired rank test could confirm it.)"
    return text


def _signed(value: float) -> str:
    return f"{value:+.3f}".replace("-", "−")


def _rounded(count: int) -> int:
    """Rounded up to two digits, since the estimate is not more precise."""
    step = 10 ** max(0, len(str(count)) - 2)
    result: int = -(-count // step) * step
    return result
