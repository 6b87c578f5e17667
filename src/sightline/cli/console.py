"""What people read in the terminal."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from sightline.cli.grids import grids
from sightline.cli.words import in_flags
from sightline.errors import plain
from sightline.plural import count
from sightline.results import Difference, Score
from sightline.results.audit import AuditReport
from sightline.results.differences import AreaTest, McNemar

NARROWEST = 40  # columns; a terminal that says it has fewer, or none, would show nothing at all


class Terminal(Console):
    """What is printed, for as long as somebody reads it.

    Where the reader has gone (`sightline train ... | head`) the work goes on, and what it prints goes nowhere: a training is worth more
    than its last lines.
    """

    def on_broken_pipe(self) -> None:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


console = Terminal(highlight=False, soft_wrap=True, markup=False, emoji=False)  # a class may be called [b] or :x:
if console.width < NARROWEST:
    console.width = NARROWEST


def say(message: str) -> None:
    """One line, or several; what the library says in the words of the command line."""
    console.print(plain(in_flags(message), keep="\n"))


def rounded(value: Any, digits: int = 3) -> str:
    """`.873`-like figures; a dash for what could not be computed."""
    return "-" if value is None else f"{value:.{digits}f}"


def p_value(p: float | None) -> str:
    """Three digits, `<0.001` below them."""
    return "<0.001" if p is not None and p < 0.001 else rounded(p)


def interval(score: Score | None, digits: int = 3) -> str:
    """`0.873 [0.842, 0.901]`."""
    if not score or score.value is None:
        return "-"
    bounds = "" if score.low is None else f" [{rounded(score.low, digits)}, {rounded(score.high, digits)}]"
    return rounded(score.value, digits) + bounds


def table(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Prints a table, see `cli.grids`; the first column is text."""
    for grid in grids(title, columns, rows, console.width):
        console.print(grid)


def differences_tables(rows: Sequence[Difference]) -> None:
    """Paired differences with their tests, a table for each run; those that could not be computed are passed over.

    Without a variance, as at an area of 1, DeLong's interval has no width and says nothing: it is not shown.
    """
    from sightline.report.differences import UNSTABLE, shown_name

    def both(test: Difference | AreaTest | McNemar) -> list[str]:
        return [p_value(test.p), p_value(test.p_holm)]

    by_run: dict[str, list[list[str]]] = {}
    for row in rows:
        if row.value is None:
            continue
        lines = by_run.setdefault(f"{row.run} minus {row.base}, on the same images of {row.split}", [])
        shown = interval(row) + (UNSTABLE if row.method == "percentile" else "")
        lines.append([shown_name(row.metric), shown, *both(row), row.verdict])
        if delong := row.delong:
            lines.append(["  DeLong", "-" if delong.p is None else interval(delong), *both(delong), ""])
        if mcnemar := row.mcnemar:
            lines.append(["  McNemar", f"{mcnemar.only_a} : {mcnemar.only_b}", *both(mcnemar), ""])
    for title, lines in by_run.items():
        table(title, ["score", "difference", "p", "Holm", ""], lines)


def audit_tables(found: AuditReport) -> None:
    """What changed images do to the answers, as `audit.json` holds it."""
    from sightline.report.audit_words import HOW, TESTS, called, times

    if tests := found.reliance:
        rows = [
            [TESTS[name], interval(scores.accuracy, 2), interval(scores.auc, 2), rounded(scores.flips.value, 2)]
            for name, scores in tests.conditions.items()
        ]
        base = rounded(tests.base_rate.value, 2)
        table(f"{count(tests.n, 'image')}; always naming one class: {base}", ["shown", "accuracy", "AUC", "flips"], rows)
    rows = []
    for one in found.artefacts:
        flips = " / ".join(rounded(score.value if score else None, 2) for score in (one.flips, one.control_flips))
        name = f"{called(one.artefact)}, {HOW[one.how]}"
        rows.append([name, str(one.n), one.label, times(one), flips, p_value(one.p_holm), one.verdict])
    if len(found.classes) == 2:
        rows = [[*row[:2], *row[3:]] for row in rows]
    if rows:
        of = f" of {found.classes[-1]}" if len(found.classes) == 2 else ""
        columns = ["artefact", "n", *(["class"] if not of else []), f"odds{of}, times", "flips / control", "p, Holm", "verdict"]
        table("What an artefact changes beyond its control", columns, rows)


class Bar:
    """A progress bar over (done, all), shown from the first call to the last."""

    def __init__(self, title: str) -> None:
        self.title = title
        self.progress: Progress | None = None

    def __call__(self, done: int, total: int) -> None:
        """Moves the bar; takes it away at the end."""
        if not console.is_terminal:
            return
        if self.progress is None:
            columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("left"), TimeRemainingColumn())
            self.progress = Progress(*columns, console=console, transient=True)
            self.progress.start()
            self.task = self.progress.add_task(self.title, total=total)
        self.progress.update(self.task, completed=done, total=total)
        if done >= total:
            self.progress.stop()
            self.progress = None


class Counter:
    """How many are done, and how many a second, where nobody knows how many there are; shown until the end of the block."""

    def __init__(self, title: str) -> None:
        shown = (
            TextColumn("{task.description}"),
            TextColumn("{task.completed:,.0f}"),
            TextColumn("{task.fields[rate]}"),
            TimeElapsedColumn(),
        )
        self.progress = Progress(*shown, console=console, transient=True, disable=not console.is_terminal)
        self.task = self.progress.add_task(title, total=None, rate="")
        self.first: tuple[int, float] | None = None

    def __enter__(self) -> Counter:
        self.progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.progress.stop()

    def __call__(self, done: int) -> None:
        """Moves the counter."""
        now = self.progress.get_time()
        self.first = self.first or (done, now)
        rate = (done - self.first[0]) / (now - self.first[1]) if now > self.first[1] else 0.0
        self.progress.update(self.task, completed=done, rate=f"{rate:,.1f}/s")
