"""From scores to sentences. Nothing is called better, worse or found unless an interval says so."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from sightline.plural import count
from sightline.report.words import bounds, decimal, listed, p_value, percent
from sightline.results import Score, SplitScores
from sightline.results.differences import Paired
from sightline.results.scores import Decided, Level

Looking = Literal["region", "middle", "not", "away", "unsure", "unmeasured"]
Habit = Literal["falls", "holds", "rises", "unsure", "untested"]

LEVEL_WORDS = {
    "uniform": "a map that is the same everywhere",
    "centre": "a blob in the centre",
    "shuffled": "its maps on other images' regions",
}
_METRIC_WORDS = {
    "accuracy": "accuracy",
    "decided_balanced_accuracy": "balanced accuracy of its decisions",
    "auc": "AUC",
    "epg": "share of evidence inside the region",
}


def how_good(scores: SplitScores, where: str, confidence: float = 0.95) -> str:
    """How often it is right, and whether that is more than guessing.

    Args:
        scores: of one split, as in `metrics.json`.
        where: name of the split.
        confidence: of the intervals.
    """
    found, n = scores.classification, scores.n
    accuracy, balanced, auc = found.accuracy, found.balanced_accuracy, found.auc
    kept = found.at_threshold
    if kept is not None and kept.balanced_accuracy.value is not None:
        right = round(sum(share.number * found.per_class[name].n for name, share in _of_classes(scores.classes, kept)))
        text = f"On the {where} images its decisions are right for {right:,} of {count(n, 'image')}, a balanced accuracy of "
        text += f"{percent(kept.balanced_accuracy.value)} {bounds(kept.balanced_accuracy, confidence)}, with an AUC of {decimal(auc.value)}"
        return f"{text}. {_against_guessing(kept.balanced_accuracy, len(scores.classes))}"
    if accuracy.value is None:
        return f"How often it is right on the {where} images could not be computed."
    sure = bounds(accuracy, confidence)
    # the accuracy is defined by the most probable class, whatever threshold the run keeps for its decisions
    text = f"On the {where} images its most probable class is right for {percent(accuracy.value)} of {count(n, 'image')} {sure}"
    if auc.value is not None:
        text += f", with an AUC of {auc.value:.2f}"
    return f"{text}. {_against_guessing(balanced, len(scores.classes))}"


def _of_classes(classes: list[str], kept: Decided) -> list[tuple[str, Score]]:
    """Of two classes the share that is decided rightly."""
    return [(classes[0], kept.specificity), (classes[-1], kept.sensitivity)]


def _against_guessing(balanced: Score, classes: int) -> str:
    chance = 1 / classes
    if balanced.value is None:
        return "Against guessing it could not be judged."
    if balanced.low is None or balanced.high is None:
        return "No interval was computed, so it cannot be told from guessing."
    if balanced.low > chance:
        return "That is better than guessing."
    mean = f"the classes' mean accuracy is {percent(balanced.value)} {bounds(balanced)}, guessing gives {percent(chance)}"
    return f"That is worse than guessing: {mean}." if balanced.high < chance else f"That is not distinguishable from guessing: {mean}."


def looking(score: Level | None) -> Looking:
    """Whether a localisation score shows that the model looks at the annotated region.

    `region`: the whole interval lies above what a uniform map, a centred blob and other images' regions reach. `middle`: above the uniform
    map only. `away`: below the uniform map. `not`: none of these. `unsure`: no interval. `unmeasured`: no map, or no annotation.
    """
    if not score or score.value is None:
        return "unmeasured"
    if score.low is None or score.high is None or score.uniform is None:
        return "unsure"
    if score.low > max(score.levels.values()):
        return "region"
    if score.low > score.uniform:
        return "middle"
    return "away" if score.high < score.uniform else "not"


def where_it_looks(score: Level | None) -> str:
    """What the energy score says, beside the levels that it must be judged against."""
    found = looking(score)
    if found == "unmeasured" or score is None:
        return "This was not measured: there is no attention map, or no image of this set is annotated."
    text = f"Of the evidence in its attention maps, {percent(score.value)} lies inside the annotated region {bounds(score)}. "
    levels = [f"{LEVEL_WORDS[name]} {percent(level)}" for name, level in score.levels.items()]
    if levels:
        text += f"For comparison: {listed(levels)}. "
    return text + _LOOKING_WORDS[found]


_LOOKING_WORDS: dict[Looking, str] = {
    "region": "It looks at the region that belongs to the image, not just where regions usually are.",
    "middle": "That is more than chance, but a map made without looking at the image does as well: it looks where regions usually are, and "
    "is not shown to look at the region of each image.",
    "not": "That is not distinguishable from a map that is the same everywhere: it is not shown to look at the annotated region.",
    "away": "That is less than a map that is the same everywhere reaches: it looks elsewhere.",
    "unsure": "No interval was computed, so whether it looks at the annotated region cannot be said.",
    "unmeasured": "",
}


def habit(usual: SplitScores | None, changed: SplitScores | None) -> Habit:
    """What becomes of the accuracy when the artefact changes sides. `falls` and `rises` only where the two intervals lie apart."""
    if not usual or not changed:
        return "untested"
    before, after = usual.accuracy, changed.accuracy
    if before.interval is None or after.interval is None:
        return "unsure"
    if before.interval[0] > after.interval[1]:
        return "falls"
    return "rises" if after.interval[0] > before.interval[1] else "holds"


def reliance(usual: SplitScores | None, changed: SplitScores | None, looks: Looking) -> str:
    """Whether the decision rests on the artefact, which a map alone cannot tell. Empty where it was not tested.

    Args:
        usual, changed: scores of the test sets with the artefact beside the same class as in training, and beside the other class.
    """
    found = habit(usual, changed)
    if found == "untested" or usual is None or changed is None:
        return ""
    before, after = usual.accuracy, changed.accuracy
    fall = f"from {percent(before.value)} to {percent(after.value)} {bounds(after)} when the artefact changes sides"
    rests = f"the decision {'partly ' if above_guessing(changed) else ''}rests on the artefact"
    if found == "falls" and looks == "region":
        return (
            f"Aligned, yet relying: its maps lie on the region, and still its accuracy falls {fall}. So {rests}; "
            "the maps alone would have hidden it."
        )
    if found == "falls":
        return f"Its accuracy falls {fall}: {rests}."
    if found == "unsure":
        return f"Its accuracy goes {fall}; no intervals were computed, so chance cannot be ruled out."
    if found == "rises":
        return f"Its accuracy rises {fall}."
    return f"Its accuracy goes {fall}, a change that is not distinguishable from chance: no sign that it relies on the artefact."


def above_guessing(scores: SplitScores) -> bool:
    """Whether the accuracy is surely higher than that of drawing lots."""
    low = scores.accuracy.low
    return low is not None and low > 1 / len(scores.classification.confusion)


def headline(looks: Looking, found: Habit, partly: bool = False) -> str:
    """The verdict in one line; `partly`: the decision is still better than guessing where the artefact misleads."""
    relies_on = f"{'partly ' * partly}decides by the artefact"
    if looks == "region":
        return {
            "falls": f"Aligned, yet relying: it looks at the region, but {relies_on}",
            "holds": "It looks at the annotated region, and there is no sign that it relies on the artefact",
        }.get(found, "It looks at the annotated region")
    relies = f", and {relies_on}" if found == "falls" else ""
    return {
        "middle": "It looks where regions usually are" + (relies or ", not shown to look at the region of each image"),
        "not": "It is not shown to look at the annotated region" + relies,
        "away": "It looks elsewhere than at the annotated region" + relies,
        "unsure": "Whether it looks at the annotated region cannot be said" + relies,
        "unmeasured": f"It {relies_on}" if found == "falls" else "Where it looks was not measured",
    }[looks]


_ENOUGH = 10  # images of a group, for its interval to mean something


def where_it_fails(scores: SplitScores, where: str, how: str = "") -> str:
    """How many errors, of which class most, and in which group.

    Args:
        scores: of one split, the confusion matrix and the sensitivities those of the run's decisions.
        how: they were made, where it is not by the most probable class, as the groups' accuracies are.
    """
    found = scores.classification
    wrong = scores.n - sum(row[i] for i, row in enumerate(found.confusion))
    if wrong == 0:
        return f"On the {where} images it made no error{how and f', {how}'}."
    text = f"On the {where} images it is wrong {count(wrong, 'time')} in {scores.n:,}{how and f', {how}'}. "
    defined = {c: s.sensitivity for c, s in found.per_class.items() if s.sensitivity.value is not None}
    if len(defined) > 1:
        weakest = min(defined, key=lambda c: defined[c].value or 0.0)
        text += f"Of class {weakest} it finds the fewest: {percent(defined[weakest].value)} {bounds(defined[weakest])}. "
    groups = scores.groups
    if groups and groups.worst_group:
        n = groups.by_group[groups.worst_group].n
        sure = bounds(groups.worst) if n >= _ENOUGH else "(too few to say more)"
        by = ", by the most probable class," if how else ""
        right = f"{percent(groups.worst.value)} right{by} of {count(n, 'image')}"
        text += f"The worst group is “{groups.worst_group}” with {right} {sure}. "
    return text.strip()


def comparison_in_words(name: str, base: str, metric: str, difference: Paired, where: str) -> str:
    """One score of one arm against the baseline, on the same images. "Better" only if the interval of the difference excludes zero, and the
    test, corrected for all comparisons, bears it out."""
    word, value, low, high = _METRIC_WORDS[metric], difference.value, difference.low, difference.high
    if value is None:
        return f"On the {where} images, the {word} of {name} and of {base} could not be compared."
    unit = "" if metric == "auc" else " points"
    if low is None or high is None:
        return (
            f"On the {where} images, the {word} of {name} minus that of {base} is {_signed(metric, value)}{unit}; no interval was computed."
        )
    if _unclear(difference):
        between = f"{_signed(metric, low)} to {_signed(metric, high)}{unit}"
        if not low <= 0 <= high:
            between += f"; p = {p_value(difference.p_holm)} once corrected for all comparisons"
        return f"On the {where} images, {name} and {base} are not distinguishable in {word} ({between})."
    verdict = ("higher" if value > 0 else "lower") if metric == "epg" else "better" if value > 0 else "worse"
    least, most = sorted((abs(low), abs(high)))
    size = f"{_size(metric, abs(value))}{unit} ({_size(metric, least)} to {_size(metric, most)})"
    return f"On the {where} images, {name} is {verdict} than {base} in {word}, by {size}."


def _unclear(difference: Paired) -> bool:
    """Whether the interval holds zero or cannot be computed, or the test, corrected for all comparisons, does not bear it out."""
    low, high = difference.low, difference.high
    return low is None or high is None or low <= 0 <= high or difference.verdict == "not distinguishable"


def _size(metric: str, value: float) -> str:
    """A difference without its sign: points of a hundred, but of AUC the number itself."""
    return f"{value:.3f}" if metric == "auc" else f"{100 * value:.0f}"


def _signed(metric: str, value: float) -> str:
    return ("+" if value >= 0 else "−") + _size(metric, abs(value))


def guidance_helps(differences: Mapping[str, Mapping[str, Paired]], name: str, base: str) -> str:
    """Whether guidance helped, in one sentence: by what it changed in the decisions, set by set.

    These are judged by their balanced accuracy where both runs keep a threshold for them, else by the accuracy of the most probable class.

    Args:
        differences: test set -> metric -> paired difference (guided minus baseline).
    """
    decide = all(decided_metric(metrics) != "accuracy" for metrics in differences.values())
    better: list[str] = []
    worse: list[str] = []
    unclear: list[str] = []
    for where, metrics in differences.items():
        change = metrics[decided_metric(metrics) if decide else "accuracy"]
        (unclear if _unclear(change) else better if (change.value or 0) > 0 else worse).append(where)
    decisions = f"the decisions of {name} have a {{}} balanced accuracy than those of {base}"
    by = decisions if decide else f"{name} is {{}} often right than {base}"
    more, less = ("higher", "lower") if decide else ("more", "less")
    rest = f" On {listed(unclear)} the two are not distinguishable." if unclear else ""
    if better and not worse:
        return f"Guidance helps: {by.format(more)} on {listed(better)}.{rest}"
    if worse and not better:
        return f"Guidance costs accuracy: {by.format(less)} on {listed(worse)}.{rest}"
    if better:
        return f"Guidance helps on {listed(better)} and costs accuracy on {listed(worse)}."
    return f"Whether guidance helps the accuracy cannot be said: {name} and {base} are not distinguishable on {listed(unclear)}."


def decided_metric(differences: Mapping[str, Paired]) -> str:
    """The score by which decisions are compared: at the kept thresholds where both runs keep one, else of the most probable class."""
    return "decided_balanced_accuracy" if "decided_balanced_accuracy" in differences else "accuracy"
