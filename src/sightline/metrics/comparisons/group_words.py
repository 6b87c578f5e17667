"""What the scores of groups say, in sentences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sightline.results.base import Score
from sightline.results.groups import TagGroup, TagGroups, ToRest
from sightline.tag_groups import ByTag

_MOST = 5  # groups that a sentence names


def sentences(table: TagGroups, by: ByTag, least: int) -> Iterator[str]:
    """How the images are divided, which group is the worst, and what is left out.

    Args:
        least: number of images from which on a group is shown.
    """
    if by.words:
        yield by.words
    if len(table.groups) > 1:
        yield from _worst(table)
    elif table.groups:
        yield f"Only one group of {table.tag} is shown, so there is no other to compare it with."
    if table.hidden:
        verb, they = ("are", "they have") if len(table.hidden) > 1 else ("is", "it has")
        named = _first([f"{one.name} ({_count(one.n, 'image')})" for one in table.hidden])
        groups = f"{_count(len(table.hidden), 'group')} of {table.tag}"
        yield f"{groups} {verb} hidden, since {they} fewer than {least} images: {named}."
    yield from _left_out(table)


def _left_out(table: TagGroups) -> Iterator[str]:
    """Which scores are missing, and why."""
    names: dict[tuple[str, str], list[str]] = {}
    for group in table.groups:
        for why in dict.fromkeys(group.left_out.values()):
            scores = listed([score_name(score) for score, reason in group.left_out.items() if reason == why], "or")
            names.setdefault((scores, why), []).append(group.name)
    for (scores, why), groups in names.items():
        the, have = ("The groups", "have") if len(groups) > 1 else ("The group", "has")
        they = "they have" if len(groups) > 1 else "it has"
        yield f"{the} {_first(groups)} of {table.tag} {have} no {scores}, since {they} {why}."


def score_name(score: str) -> str:
    """`balanced_accuracy` as it is read."""
    return {"auc": "AUC", "epg": "EPG", "brier": "Brier score"}.get(score, score.replace("_", " "))


def _worst(table: TagGroups) -> Iterator[str]:
    for score in ("accuracy", "auc"):
        scored = [group for group in table.groups if score in group.scores and group.scores[score].value is not None]
        values = [group.scores[score].number for group in scored]
        if len(values) > 1 and min(values) == max(values):
            yield f"All groups of {table.tag} have the same {score_name(score)}: {values[0]:.3f}."
        elif len(values) > 1:
            yield _lowest(table, min(scored, key=lambda group: group.scores[score].number), score)
    found = {group.name: _verdicts(group) for group in table.groups if _verdicts(group)}
    if found:
        named = "; ".join(f"“{name}”: {verdicts}" for name, verdicts in found.items())
        yield f"Scores of groups of {table.tag} that differ from those of all other images by more than chance: {named}."
    elif any(group.to_rest for group in table.groups):
        yield f"No score of a group of {table.tag} differs from that of all other images by more than chance may explain."


def _verdicts(group: TagGroup) -> str:
    return ", ".join(f"{score_name(name)} {one.verdict}" for name, one in group.to_rest.items() if one.verdict != "not distinguishable")


def _lowest(table: TagGroups, group: TagGroup, score: str) -> str:
    value = f"{_score(group.scores[score])}, of {_count(group.n, 'image')}"
    text = f"Of the groups of {table.tag}, “{group.name}” has the lowest {score_name(score)}: {value}."
    change = group.to_rest.get(score)
    # the rest ranks images of different groups, too, so that the lowest AUC of a group may still be higher
    return text if change is None or change.value is None or change.value > 0 else f"{text} {_change(change, table.comparisons)}"


def _change(change: ToRest, comparisons: int) -> str:
    """How the group differs from the rest, and whether this may be chance."""
    equal, more = abs(change.number) < 0.0005, "higher" if change.number > 0 else "lower"
    size = "equal to" if equal else f"{abs(change.number):.3f} {more} than"
    chance = ", a difference that chance may explain" if change.verdict == "not distinguishable" and not equal else ""
    p = "" if change.p_holm is None else f"p = {change.p_holm:.3f}" if change.p_holm >= 0.001 else "p < 0.001"
    corrected = p and f"; {p}{', corrected for ' + _count(comparisons, 'comparison') if comparisons > 1 else ''}"
    return f"It is {size} that of all other images{_bounds(change, ' (interval ')}{chance}{corrected}."


def _score(score: Score) -> str:
    return f"{score.number:.3f}" + _bounds(score, " (interval ")


def _bounds(score: Score, start: str) -> str:
    return "" if score.interval is None else f"{start}{score.interval[0]:.3f} to {score.interval[1]:.3f})"


def _count(n: int, one: str) -> str:
    return f"{n:,} {one}{'s' * (n != 1)}"


def listed(words: Sequence[str], last: str = "and") -> str:
    """
    >>> listed(["a", "b", "c"], "or")
    'a, b or c'
    """
    return f" {last} ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def _first(names: Sequence[str]) -> str:
    """The first few names, and how many more there are."""
    return listed(names) if len(names) <= _MOST else listed([*names[: _MOST - 1], f"{len(names) - _MOST + 1} more"])
