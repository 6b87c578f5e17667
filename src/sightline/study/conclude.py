"""Does guidance help here, and is it the region that helps? A line per setting and arm that is guided by the true region; one
line where all settings agree."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sightline.results.setting_words import setting_words
from sightline.results.study import Comparisons, Word
from sightline.study.plan import Plan

WITHOUT = "label-only"
_TURNED: dict[Word, Word] = {"better": "worse", "worse": "better"}  # the same comparison, said of the other arm
BLIND = ("random-roi", "centre-prior", "weight-decay")  # what helps without knowing the region


def conclusions(plan: Plan, comparisons: Iterable[Comparisons]) -> list[str]:
    """From the comparisons of the deciding score; nothing where no arm is guided by the true region, or none is without guidance."""
    like = {arm.name: arm.like for arm in plan.arms}
    without = next((name for name in like if like[name] == WITHOUT), None)
    guided = [name for name in like if like[name] == "true-roi"]
    if without is None:
        return []
    deciding = [part for part in comparisons if (part.score, part.split) == plan.decides]
    blind = [name for name in like if like[name] in BLIND]
    told = [(_where(part, arm, guided), _said(_words(part), arm, without, blind)) for part in deciding for arm in guided]
    lines = [(begins, said) for begins, said in told if said is not None]
    if len(lines) > 1 and len(guided) == len({said for _, said in lines}) == 1:
        return [f"In each of {len(lines)} settings: {lines[0][1]}"]
    return [f"{begins}: {said}" if begins else said for begins, said in lines]


def _words(part: Comparisons) -> dict[tuple[str, str], Word]:
    """(arm, base) -> verdict, each comparison also the other way round."""
    words = {(row.arm, row.base): row.verdict.word for row in part.rows}
    return words | {(base, arm): _TURNED.get(word, word) for (arm, base), word in words.items()}


def _where(part: Comparisons, arm: str, guided: Sequence[str]) -> str:
    return ": ".join(text for text in (setting_words(part.setting), arm if len(guided) > 1 else "") if text)


def _said(words: Mapping[tuple[str, str], str], arm: str, without: str, blind: list[str]) -> str | None:
    helps = words.get((arm, without))
    if helps is None:
        return None
    if helps == "worse":
        return "Guidance by the true region makes it worse."
    if helps != "better":
        return f"No evidence that guidance by the true region helps: {helps}."
    against = {control: words[arm, control] for control in blind if (arm, control) in words}
    beaten = [control for control, word in against.items() if word == "better"]
    rest = [f"{control} ({word})" for control, word in against.items() if word != "better"]
    others = [control for control in blind if words.get((control, without)) == "better"]
    text = "Guidance by the true region helps"
    if rest:
        text += f", but it is not shown that the region is the reason: it is not better than {', '.join(rest)}"
    elif beaten:
        text += f", and the region is the reason: it is also better than {', '.join(beaten)}"
    else:
        text += "; whether any other region would have done as well was not tried"
    return text + (f". Also better than no guidance: {', '.join(others)}." if others else ".")
