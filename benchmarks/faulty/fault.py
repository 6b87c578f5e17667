"""What a fault is, what came of it, and how that is judged.

A fault is a small input that is wrong on purpose, with what the program may do about it: read it right, or refuse it in a line that names
what is wrong. Anything else is a failure, and `Verdict` names its kind.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

Step = Sequence[str] | Callable[[Path], None]
"""Arguments of `sightline`, or something done to the fault's folder between two of its commands."""

Verdict = Literal["right", "refused", "traceback", "silently wrong", "hung", "code executed", "lost", "badly said"]
EXECUTED = "EXECUTED"  # an attack that succeeds leaves a file of this name in the fault's folder


@dataclass(frozen=True)
class Outcome:
    """What the last command of a fault left.

    Attributes:
        folder: of the fault; commands ran inside it.
        status: exit status; None: it was stopped after the time limit.
        out, err: what it printed.
        seconds: how long all commands took.
        changed: files of the input that are gone or changed, though only the program had a hand on them.
    """

    folder: Path
    status: int | None
    out: str
    err: str
    seconds: float
    changed: tuple[str, ...] = ()

    @property
    def said(self) -> str:
        """All that it printed, on one line and in lower case, as no narrow terminal breaks it."""
        return " ".join((self.out + " " + self.err).split()).lower()

    def report(self) -> dict[str, Any]:
        """What `--json report.json` wrote; empty if it did not."""
        path = self.folder / "report.json"
        return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


Judge = Callable[[Outcome], tuple[Verdict, str]]
"""Outcome -> verdict, and what speaks against it where it is not `right` or `refused`."""


@dataclass(frozen=True)
class Fault:
    """One named fault.

    Attributes:
        group: the row of the table that it counts in.
        name: unique within the group.
        build: writes the input below a folder and returns the steps.
        judge: says whether the last step's outcome is what it has to be.
        slow: needs a training of its own; left out by the part that CI runs.
        limit: seconds after which it counts as hung.
        writes: files of the input that the command is there to write anew.
    """

    group: str
    name: str
    build: Callable[[Path], list[Step]]
    judge: Judge
    slow: bool = False
    limit: float = 60
    writes: tuple[str, ...] = ()


def judged(fault: Fault, outcome: Outcome) -> tuple[Verdict, str]:
    """The verdict; what holds for every fault is looked at first."""
    if (outcome.folder / EXECUTED).exists():
        return "code executed", "the file that the attack writes is there"
    if outcome.status is None:
        return "hung", f"stopped after {outcome.seconds:.0f} s"
    if "Traceback (most recent call last)" in outcome.out + outcome.err:
        return "traceback", outcome.err.strip().splitlines()[-1] if outcome.err.strip() else "on standard output"
    if outcome.status not in (0, 1, 2):
        return "traceback", f"exit status {outcome.status}"
    if lost := [name for name in outcome.changed if name not in fault.writes]:
        return "lost", ", ".join(lost[:3])
    return fault.judge(outcome)


def refused(*words: str) -> Judge:
    """Exit status 1 (`data check` found problems) or 2 (one line on standard error), and every word is in what it said."""

    def judge(outcome: Outcome) -> tuple[Verdict, str]:
        if outcome.status == 0:
            return "silently wrong", f"accepted: {outcome.said[:200]}"
        errors = [line for line in outcome.err.splitlines() if line.strip()]
        ours = [line for line in errors if line.startswith("sightline: ")]
        if outcome.status == 2 and len(ours) != 1 and not any("usage:" in line.lower() for line in errors):
            return "badly said", f"{len(ours)} lines of refusal: {outcome.err[-300:]}"
        missing = [word for word in words if word.lower() not in outcome.said]
        return ("badly said", f"{missing} not in: {outcome.said[-400:]}") if missing else ("refused", "")

    return judge


def reads(*words: str, **expected: Any) -> Judge:
    """Exit status 0, the JSON report holds the expected values (`a__b=1` looks up `report["a"]["b"]`), and every word was said."""

    def judge(outcome: Outcome) -> tuple[Verdict, str]:
        if outcome.status != 0:
            return "badly said", f"refused, though it can be read: {outcome.said[-400:]}"
        report = outcome.report()
        for name, value in expected.items():
            found: Any = report
            for part in name.split("__"):
                found = found.get(part) if isinstance(found, Mapping) else None
            if found != value:
                return "silently wrong", f"{name} is {found!r}, not {value!r}"
        missing = [word for word in words if word.lower() not in outcome.said]
        return ("silently wrong", f"{missing} not said: {outcome.said[:400]}") if missing else ("right", "")

    return judge


def either(*judges: Judge) -> Judge:
    """The first judge that is content; if none is, what the last one says."""

    def judge(outcome: Outcome) -> tuple[Verdict, str]:
        verdict: tuple[Verdict, str] = ("silently wrong", "no judge")
        for one in judges:
            verdict = one(outcome)
            if verdict[0] in ("right", "refused"):
                return verdict
        return verdict

    return judge
