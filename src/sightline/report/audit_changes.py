"""What each tested change does to the decisions, in a sentence: how many it turns, whether its control turns as many, and whether a model
that decides by the region would do so."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sightline.report.audit_words import called, points
from sightline.report.words import percent
from sightline.results import Score
from sightline.results.audit import AuditFacts, Finding, Reliance

NOTABLE = 0.1  # share of the decisions from which a change has a sentence
_COVERS = {"mean": "by one colour", "blur": "by blur"}
_DONE = {"pasted": "Putting in", "removed": "Taking out"}

# what it means that a change turns more or fewer decisions than its control, or as many as far as can be told
_REGION = {
    "more": "This is expected: it needs the region more than another area.",
    "fewer": "This is not expected of a model that needs the region: what lies around it turns more.",
    "": "Of a model that needs the region, more are expected; without a difference, covering as such turns them, wherever it lies.",
}
_ELSEWHERE = {
    "more": "This is not expected, since the region is left: the cover, or what lies around the region, turns its decisions.",
    "fewer": "Fewer are expected of a control. So many are not: the cover, or what lies around the region, turns decisions, too.",
    "": "So many are not expected of a control, which leaves the region: the cover, or what lies around the region, turns decisions.",
}
_OTHER = {
    "more": "This is not expected of a model that decides by the region: the background tells it something.",
    "fewer": "This is not expected: another class in the background turns less than the seams do.",
    "": "The seams are the same. No difference is expected of a model that does not decide by the background.",
}
_SAME = dict.fromkeys(
    ("more", "fewer", ""),
    "This is the control. A model that decides by the region alone would keep its decisions: seams, or a background as such, turn them.",
)
_ALONE = {  # of changes without a control of the same size
    "only": "There is no control of this size. This is not expected of a model that decides by the region, which is left; but so large a "
    "cover can turn decisions by itself.",
    "boxed": "There is no control of this size. This is expected of a model that needs the region, since its outline is hidden, too.",
}


def changes(facts: AuditFacts) -> list[str]:
    """The sentences on changes that turn a notable share of the decisions; of an artefact, unless the verdict speaks of it."""
    found = list(_of_images(facts.reliance)) if facts.reliance else []
    return found + [_of_artefact(one) for one in facts.artefacts if one.how in _DONE and not one.found and _notable(one.flips)]


def _notable(flips: Score | None) -> bool:
    return flips is not None and flips.value is not None and flips.value >= NOTABLE


def _of_images(reliance: Reliance) -> Iterator[str]:
    for test, (done, control, key, sign, expected) in _tests().items():
        if test not in reliance.conditions or not _notable(flips := reliance.conditions[test].flips):
            continue
        said = f"With {done}, {percent(flips.value)} of the decisions change."
        kind = test.partition("_")[0]
        yield f"{said} {_ALONE[kind] if kind in _ALONE else _against(_signed(reliance.differences.get(key), sign), control, expected)}"


_Told = tuple[str, str, str, int, Mapping[str, str]]


def _tests() -> dict[str, _Told]:
    """Test -> what was done, what its control is, which difference tells them apart, its sign, and what is expected."""
    found: dict[str, _Told] = {}
    for how, by in _COVERS.items():
        key = f"region_flips_{how}"
        found[f"only_{how}"] = (f"all but the region covered {by}", "", "", 1, {})
        found[f"removed_{how}"] = (f"the region covered {by}", "with an area of the same size elsewhere covered", key, 1, _REGION)
        found[f"boxed_{how}"] = (f"the region's box covered {by}", "", "", 1, {})
        found[f"elsewhere_{how}"] = (f"an area of the same size elsewhere covered {by}", "with the region covered", key, -1, _ELSEWHERE)
    on, key = "the region on the background of an image of", "background_flips"
    found["background_same"] = (f"{on} the same class", "on that of another class", key, -1, _SAME)
    found["background_other"] = (f"{on} another class", "on that of the same class", key, 1, _OTHER)
    return found


def _signed(difference: Score | None, sign: int) -> Score | None:
    """A difference, or the same seen from the other side."""
    if difference is None or difference.value is None or difference.interval is None or sign == 1:
        return difference
    low, high = difference.interval
    return Score(value=-difference.value, low=-high, high=-low)


def _against(beyond: Score | None, control: str, expected: Mapping[str, str]) -> str:
    """Whether that is more or fewer than with a control, and what it means."""
    if beyond is None or beyond.value is None or beyond.interval is None:
        return "Whether that is more than its control cannot be said."
    low, high = beyond.interval
    which = "more" if low > 0 else "fewer" if high < 0 else ""
    if not which:
        return f"The difference to that {control} is {points(beyond)}, {_UNTOLD}. {expected['']}"
    size = points(beyond if which == "more" else _signed(beyond, -1) or beyond)
    return f"That is {size} {which} than {control}. {expected[which]}"


_UNTOLD = "which these images cannot tell from none"


def _of_artefact(one: Finding) -> str:
    beyond, share = one.excess_flips, [percent(flips.value if flips else None) for flips in (one.flips, one.control_flips)]
    begun = f"{_DONE[one.how]} {called(one.artefact)} changes {share[0]} of the decisions, its control {share[1]}."
    if beyond is None or beyond.value is None or beyond.interval is None:
        return f"{begun} Whether that is more cannot be said."
    low, high = beyond.interval
    if low > 0:
        return f"{begun} That is more, but what it does to the odds of the class is not shown to be sure and large enough to count."
    if high < 0:
        return f"{begun} That is fewer: that the image is changed explains it, not the artefact, as is expected of a model that ignores it."
    return f"{begun} The difference is {points(beyond)}, {_UNTOLD}; no difference is expected of a model that ignores it."
