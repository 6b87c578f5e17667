"""The findings of an audit in sentences."""

from __future__ import annotations

import math
from collections.abc import Iterable

from sightline.audit.findings import LEAST_OUTSIDE, map_explains, weakest_outside
from sightline.engine.decision import Decision
from sightline.plural import count
from sightline.report.words import bounds, listed, percent
from sightline.results import Score
from sightline.results.audit import AuditFacts, Finding, ImageKind, Perturbation, Randomisation, Reliance

TESTS = {
    "as_is": "as they are",
    "only_mean": "only the region, plain",
    "only_blur": "only the region, blurred",
    "removed_mean": "region covered, plain",
    "removed_blur": "region covered, blurred",
    "boxed_mean": "its box covered, plain",
    "boxed_blur": "its box covered, blurred",
    "elsewhere_mean": "elsewhere covered, plain",
    "elsewhere_blur": "elsewhere covered, blurred",
    "background_same": "same class's background",
    "background_other": "other class's background",
}
HOW = {"pasted": "put in", "removed": "taken out", "tag": "present"}
_ACTS = {"pasted": "Putting in", "removed": "Taking out"}
_NAMES = {"band_aid": "band-aid", "token": "side marker", "swatch": "colour swatch", "collimation": "collimation edge"}
_KINDS = {"dermoscopy": "dermoscopy", "ultrasound": "ultrasound", "xray": "X-ray", "photograph": "photograph", "grey": "grey"}
_FEW = 50  # images, below which their number stands beside the verdict


def called(artefact: str) -> str:
    """`band_aid` as it is read."""
    return " + ".join(_NAMES.get(part, part.replace("_", " ")) for part in artefact.split(" + "))


def headline(facts: AuditFacts) -> str:
    """The verdict in one line. Artefacts that are not known to have been in the training images are never named in it."""
    found, given = facts.flag, facts.reasons
    learned = _names(one.finding for one in given if one.finding and one.finding.verdict == "relying")
    what = f"on {'artefacts' if ' and ' in learned else 'an artefact'}: {learned}" if learned else "on what lies outside the region"
    looks = "It looks at the region, and there is" if facts.aligned else "There is"
    line = {
        "not tested": "Nothing could be tested: no region is known, and no artefact could be put in or taken out",
        "aligned but relying": f"Aligned, yet relying: its maps lie on the region, but its decision also rests {what}",
        "relying": f"Its decision rests {what}",
        "thrown off": f"{looks} no sign that it relies on anything else that is known to have been in its training images",
        "no sign of relying": f"{looks} no sign that it relies on anything else",
    }[found]
    if found == "thrown off" and not any(one.tagged + one.untagged for one in (facts.in_training or {}).values()):
        line = "Whether it relies on an artefact cannot be told, since no training image is tagged with one; drawn ones shift its answers"
    few = found in ("thrown off", "no sign of relying") and facts.images < _FEW
    return f"{line}; but only {count(facts.images, 'image')} could be tried" if few else line


def sentences(facts: AuditFacts) -> list[tuple[str, str]]:
    """(question, answer), those that were tested."""
    answers = [
        ("Does it look at the region?", _looks(facts)),
        ("Does it need the region?", _needs(facts.reliance)),
        ("What does the outside tell it?", _outside(facts.reliance)),
        ("Does the background decide?", _background(facts.reliance)),
        ("Which artefacts change its answers?", _artefacts(facts)),
        ("Which artefacts were tried?", _tried(facts.kind)),
        ("Do its maps show what matters?", _curves(facts.perturbation)),
        ("Do its maps depend on what it learned?", _randomised(facts.randomisation)),
    ]
    return [(question, answer) for question, answer in answers if answer]


def as_the_network_gives_them(decision: Decision) -> str:
    """Which probabilities an audit is about, where people are shown others; empty where they are not."""
    if decision.calibration is None:
        return ""
    return (
        "P, odds, separation and curves are those of the probabilities as the network gives them. Under pictures, and where a threshold is "
        f"named, probabilities are calibrated ({decision.calibration.brief})."
    )


def _looks(facts: AuditFacts) -> str:
    alignment = facts.alignment
    if not alignment or alignment.epg.value is None:
        return ""
    epg = alignment.epg
    levels = listed([f"{name} {percent(level)}" for name, level in epg.levels.items()])
    verdict = "Yes" if facts.aligned else "Not shown"
    return f"{verdict}. {percent(epg.value)} of the evidence lies inside {bounds(epg, 0.95)}; levels without looking: {levels}."


def _needs(reliance: Reliance | None) -> str:
    if not reliance:
        return ""
    tests, needed = reliance.conditions, [reliance.differences[f"region_needed_{how}"] for how in ("mean", "blur")]
    whole, gone, elsewhere = (tests[name].auc for name in ("as_is", "removed_mean", "elsewhere_mean"))
    if None in (whole.value, gone.value, elsewhere.value):
        return ""
    sure = all(one.low is not None and one.low > 0 for one in needed)
    verdict = "Yes" if sure else "Not shown"
    return (
        f"{verdict}. The AUC is {whole.number:.2f} on the images as they are, {gone.number:.2f} without the region and "
        f"{elsewhere.number:.2f} without an area of the same size elsewhere: "
        f"the region is worth {needed[0].number:.2f} more ({span(needed[0])})."
    )


def _outside(reliance: Reliance | None) -> str:
    if not reliance:
        return ""
    left, base = weakest_outside(reliance), reliance.base_rate
    right, above = reliance.conditions["removed_mean"].accuracy, reliance.differences["above_base_rate_mean"]
    auc = reliance.conditions["boxed_mean"].auc
    if left.value is None or auc.value is None:
        return ""
    verdict = "Much" if left.low is not None and left.low > LEAST_OUTSIDE else "Not shown to be much"
    return (
        f"{verdict}. With the region's box covered, {percent(left.value)} {bounds(left)} of what separates the classes is left, and the "
        f"AUC is {auc.value:.2f} ({span(auc)}), {auc.value - 0.5:+.2f} from guessing. Without the region it is right for "
        f"{percent(right.value)} {bounds(right)}, {points(above)} above always naming the most frequent class "
        f"({percent(base.value)})."
    )


def _background(reliance: Reliance | None) -> str:
    if not reliance or reliance.differences["background_separation"].value is None:
        return ""
    gap, tests = reliance.differences["background_flips"], reliance.conditions
    apart = reliance.differences["background_separation"]
    same, other = tests["background_same"].flips, tests["background_other"].flips
    verdict = "Yes" if gap.low is not None and gap.low > 0 else "No sign of it"
    return (
        f"{verdict}. With the region on the background of an image of another class, {percent(other.value)} of the decisions change; "
        f"of the same class, {percent(same.value)}. The difference is {points(gap)}. Of what "
        f"separates the classes, {percent(apart.value)} {bounds(apart)} goes with the background."
    )


def _artefacts(facts: AuditFacts) -> str:
    tested = facts.artefacts
    if not tested:
        return ""
    said = [artefact_sentence(one) for one in tested if one.verdict in ("relying", "differs")]
    if strange := [one for one in tested if one.verdict == "thrown off"]:
        said.append(_thrown_off(strange, facts.in_training is not None))
    moving = {one.artefact for one in tested if one.found}
    return " ".join([*said, *_no_sign([one for one in tested if one.artefact not in moving], any_found=bool(moving))])


def _thrown_off(strange: list[Finding], training_read: bool) -> str:
    """What moves the model without being known to have been in its training images."""

    def described(one: Finding) -> str:
        turned = f"{_share(one.flips)} of the decisions change, {_share(one.control_flips)} with the control"
        return f"{called(one.artefact)} {HOW[one.how]} (odds of {one.label} {factor(one.number)} times; {turned})"

    never, unknown = ([one for one in strange if one.seen == answer] for answer in ("no", "unknown"))
    said = []
    if never:
        said.append(f"Thrown off by drawings of artefacts that are in no training image: {listed([described(one) for one in never])}.")
    if unknown:
        why = "nobody tagged whether its training images have it" if training_read else "its training images could not be read"
        said.append(f"Thrown off by drawings that it may never have seen, since {why}: {listed([described(one) for one in unknown])}.")
    if unknown and training_read:
        said.append(f"Tags of {_names(unknown)} on the training images would show whether it relies on them.")
    return " ".join(said)


def _no_sign(still: list[Finding], any_found: bool) -> list[str]:
    """The artefacts without effect, with the effects that remain possible: few images show large effects only."""
    said = []
    if judged := [one for one in still if not one.too_few and one.low is not None]:
        widest = max(judged, key=_room)
        fewest, most = min(one.n for one in judged), max(one.n for one in judged)
        images = count(most, "image") if fewest == most else f"{fewest:,} to {most:,} images"
        none = f"{'No' if any_found else 'None was found: no'} effect of {_names(judged)} that is significant and large enough to matter"
        said.append(
            f"{none}; from {images}, changes of the odds by a factor of up to {factor(_room(widest))} ({called(widest.artefact)}), or "
            "its reciprocal, are not ruled out."
        )
    if few := [one for one in still if one.too_few or one.low is None]:
        each = listed([f"{called(one.artefact)} {HOW[one.how]} ({count(one.n, 'image')})" for one in few])
        said.append(f"Too few images to find anything: {each}.")
    return said


def _room(one: Finding) -> float:
    """The largest change of the log-odds inside the interval."""
    return max(map(abs, one.interval or (0.0,)))


def _tried(kind: ImageKind | None) -> str:
    """Which artefacts were put in, and how the kind of image was found that decides it."""
    if not kind or not kind.tried:
        return ""
    names, image = listed([called(name) for name in kind.tried]), _KINDS[kind.name]
    if kind.how == "guessed":
        pictures = "grey pictures, which may be ultrasound or X-ray" if kind.name == "grey" else "pictures in colour"
        found = f"(guessed from {pictures}; to change it, set data.kind, or give the kind of image to the audit)"
    else:
        found = f"({'as told' if kind.how == 'told' else 'as the data set says'})"
    return f"Kind of image: {image} {found}. Put in: {names}."


def artefact_sentence(one: Finding) -> str:
    """One finding: what was done, which probability moved, by how much, and how sure that is."""
    name, shift = called(one.artefact), one.probability.number
    if one.how == "tag":
        return (
            f"In images with {name} the odds of {one.label} are {times(one)} times those of others of their class (P {shift:+.2f}; "
            f"{one.n} have it)."
        )
    return (
        f"{_ACTS[one.how]} {name} makes the odds of {one.label} {times(one)} times as high (P {shift:+.2f}; "
        f"{count(one.n, 'image')}) and changes {_share(one.flips)} of the decisions, its control "
        f"{_share(one.control_flips)}."
    )


def _share(score: Score | None) -> str:
    return percent(score.value if score else None)


def times(score: Score) -> str:
    """Log-odds as a factor with its interval: `0.70 (0.60 to 0.81)`."""
    inside = "no interval" if score.interval is None else " to ".join(map(factor, score.interval))
    return f"{factor(score.number)} ({inside})"


def factor(log_odds: float) -> str:
    """
    >>> factor(-0.357), factor(1.2175), factor(4)
    ('0.70', '3.38', '55')
    """
    value = math.exp(log_odds)
    return f"{value:.0f}" if value >= 10 else f"{value:.1g}" if value < 0.1 else f"{value:.2f}"


def _curves(found: Perturbation | None) -> str:
    if not found:
        return ""
    deletion, insertion = found.deletion.minus_random, found.insertion.minus_random
    good, beyond = _both(deletion, insertion), _both(found.deletion.minus_centre, found.insertion.minus_centre)
    sure = "Yes, and not only because it lies in the middle" if beyond else "More than chance; not more than the middle"
    return (
        f"{sure if good else 'Not shown'}. Against random order, deleting what the map marks first lowers the area under the curve by "
        f"{-deletion.number:.2f} ({span(deletion, True)}), inserting it first raises it by {insertion.number:.2f} ({span(insertion)}); "
        f"{count(found.n, 'image')}."
    )


def _both(deletion: Score, insertion: Score) -> bool:
    """Whether deletion surely falls faster and insertion surely rises faster."""
    falls, rises = deletion.interval, insertion.interval
    return falls is not None and rises is not None and falls[1] < 0 < rises[0]


def _randomised(found: Randomisation | None) -> str:
    if not found:
        return ""
    end, level = found.steps[-1].rank_correlation, found.other_images
    if end.value is None:
        return "Yes: once the weights are scrambled the maps are the same everywhere."
    verdict = {True: "Yes", False: "No: they stay the same, so they do not explain this model", None: "Undecided"}[map_explains(found)]
    other = "" if level.value is None else f"; between maps of different images it is {level.value:.2f}"
    return f"{verdict}. With all weights scrambled, their rank correlation with the original maps is {end.value:.2f} ({span(end)}){other}."


def span(score: Score, turned: bool = False) -> str:
    """`0.12 to 0.30`; `turned`: with the opposite sign, of what is said to fall."""
    if score.interval is None:
        return "no interval"
    low, high = score.interval
    ends = (-high, -low) if turned else (low, high)
    return " to ".join(f"{round(end, 2) + 0.0:.2f}" for end in ends)  # no minus before zero


def points(score: Score) -> str:
    """A difference of shares, in points of a hundred."""
    whole = round(100 * score.number) + 0
    points_word = f"{whole} point{'' if abs(whole) == 1 else 's'}"
    inside = "no interval" if score.interval is None else " to ".join(f"{100 * end:.0f}" for end in score.interval)
    return f"{points_word} ({inside})"


def _names(several: Iterable[Finding]) -> str:
    """Artefacts, each once; empty if there are none."""
    names = list(dict.fromkeys(called(one.artefact) for one in several))
    return listed(names) if names else ""
