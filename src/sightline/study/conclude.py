"""Does guidance help here, and is it the region that helps? The answer in a line per setting."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sightline.study.plan import Plan

WITHOUT = "label-only"
BLIND = ("random-roi", "centre-prior", "weight-decay")  # what helps without knowing the region


def conclusions(plan: Plan, comparisons: Iterable[Mapping[str, Any]]) -> list[str]:
    """One line per setting, from the comparisons of the deciding score; nothing where no arm is guided by the true region."""
    like = {arm.name: arm.like for arm in plan.arms}
    lines = []
    for part in comparisons:
        if (part["score"], part["split"]) != plan.decides:
            continue
        words = {(like[row["arm"]], like[row["base"]]): row["verdict"]["word"] for row in part["rows"]}
        if (said := _said(words)) is not None:
            where = ", ".join(f"{key} = {value}" for key, value in part["setting"].items())
            lines.append(f"{where}: {said}" if where else said)
    return lines


def _said(words: Mapping[tuple[str | None, str | None], str]) -> str | None:
    helps = words.get(("true-roi", WITHOUT))
    if helps is None:
        return None
    if helps == "worse":
        return "Guidance by the true region makes it worse."
    if helps != "better":
        return f"No evidence that guidance by the true region helps: {helps}."
    against = {control: words[("true-roi", control)] for control in BLIND if ("true-roi", control) in words}
    beaten = [control for control, word in against.items() if word == "better"]
    rest = [f"{control} ({word})" for control, word in against.items() if word != "better"]
    others = [control for control in BLIND if words.get((control, WITHOUT)) == "better"]
    text = "Guidance by the true region helps"
    if rest:
        text += f", but that it is the region that helps is not shown: it is not better than {', '.join(rest)}"
    elif beaten:
        text += f", and it is the region that helps: it is also better than {', '.join(beaten)}"
    else:
        text += "; whether any other region would have done as well was not tried"
    return text + (f". Better than nothing, too: {', '.join(others)}." if others else ".")
