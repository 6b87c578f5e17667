"""Several problems at a time: the first is raised with the number of the others, and equal problems are reported once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TypeVar

from sightline.errors import UserError
from sightline.types import Records

T = TypeVar("T")
U = TypeVar("U")

NAMED = 3  # of the files or images that share a problem
NUMBER, FILE = re.compile(r"\d+(\.\d+)?"), re.compile(r"[^\s'\"(]*\.[A-Za-z]\w{1,4}\b")


class Several(UserError):
    """Problems as one: the first, and how many more there are.

    Attributes:
        problems: all of them, at least one.
        rest: what a reader could read in spite of them; None: nothing.
    """

    def __init__(self, problems: Sequence[UserError], rest: Records | None = None) -> None:
        first, like = problems[0], len(_kinds(problems)[0]) - 1
        others = len(problems) - 1 - like
        said = [f"{like} more {'has' if like == 1 else 'have'} the same problem."] * bool(like)
        said += [f"There {'is one more problem' if others == 1 else f'are {others} more problems'}."] * bool(others)
        said += ["`sightline.check(...)` with the same settings lists them all."] * bool(said)
        super().__init__(first.where, first.reason, " ".join([first.remedy, *said]))
        self.problems, self.rest = tuple(problems), rest

    def __reduce__(self) -> tuple[type[UserError], tuple[str, str, str]]:
        return UserError, (self.where, self.reason, self.remedy)


def refuse(problems: Sequence[UserError], rest: Records | None = None) -> None:
    """
    Raises:
        Several: there are problems.
    """
    if problems:
        raise Several(problems, rest)


def each(make: Callable[[T], U], items: Iterable[T], problems: list[UserError]) -> list[U]:
    """What `make` makes of each item; of those that it refuses, `problems` gets why."""
    made = []
    for item in items:
        try:
            made.append(make(item))
        except UserError as error:
            problems.append(error)
    return made


def grouped(problems: Sequence[UserError]) -> list[str]:
    """One line per kind of problem, the most frequent first; problems of one kind differ in names of files and in numbers alone.

    >>> box = "box (9 9 9 9) has no area"
    >>> grouped([UserError(name, box, "Mend it.") for name in ("a.png", "b.png")])
    ['2 images: box (9 9 9 9) has no area. Mend it. (the first is a.png; then b.png)']
    """
    lines = []
    for some in sorted(_kinds(problems), key=len, reverse=True):
        first = some[0]
        if len(some) == 1:
            lines.append(str(first))
            continue
        named = [problem.where for problem in some[1:NAMED]]
        more = f" and {len(some) - NAMED} more" if len(some) > NAMED else ""
        lines.append(f"{len(some)} images: {first.reason}. {first.remedy} (the first is {first.where}; then {', '.join(named)}{more})")
    return lines


def _kinds(problems: Sequence[UserError]) -> list[list[UserError]]:
    """The problems by kind, in the order in which the kinds come."""
    kinds: dict[tuple[str, str, str], list[UserError]] = {}
    for problem in problems:
        kinds.setdefault(_kind(problem), []).append(problem)
    return list(kinds.values())


def _kind(problem: UserError) -> tuple[str, str, str]:
    """What is left of a problem without the names of files and the numbers; a problem of a setting is of its own kind."""
    image = Path(problem.where).suffix or any(letter.isdigit() for letter in problem.where)
    blank = [NUMBER.sub("#", FILE.sub("#", text)) for text in (problem.reason, problem.remedy)]
    return "" if image else problem.where, blank[0], blank[1]
