"""The verb `study`: plan, train what is left, judge, and say what came out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sightline.cli.groups import app
from sightline.cli.options import Address, Device, ExecutorName, Json, Root, Threads, Workers, finish
from sightline.errors import UserError

if TYPE_CHECKING:
    from sightline.results.study import StudyOutlook, StudyResult

EXAMPLES = (
    "Examples:\n\n    sightline study phantom-controls --dry-run\n\n"
    "    sightline study plan.yaml --root ~/isic2017 --out studies/melanoma\n\n"
    "    sightline study plan.yaml --seeds 3 --set train.epochs=5\n\n"
    "    sightline study report studies/melanoma"
)


SHOWN = 5  # trials of a search; the others stand on the page


@app.command(epilog=EXAMPLES)
def study(
    plan: Annotated[
        list[str],
        typer.Argument(
            metavar="PLAN | report DIR",
            help="Name of a plan or a YAML file; or the word report and the folder of a study, whose report is written again.",
            show_default=False,
        ),
    ],
    root: Root = None,
    settings: Annotated[
        list[str],
        typer.Option("--set", metavar="KEY=VALUE", help="Change a setting of every training, e.g. train.epochs=3; can be repeated."),
    ] = [],
    seeds: Annotated[int | None, typer.Option(help="Number of seeds. Default: the plan's.", metavar="N", min=1, show_default=False)] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="Folder of the study. Default: studies/NAME, with the name of the plan.", metavar="DIR", show_default=False),
    ] = None,
    executor: ExecutorName = "local",
    workers: Workers = None,
    threads: Threads = 1,
    address: Address = None,
    device: Device = "auto",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only print what would be trained and about how long it would take.")] = False,
    json: Json = None,
) -> None:
    """Train several arms (variants of a training) with several seeds and say, with intervals, whether they differ.

    Finished trainings are not repeated: after Ctrl-C, the same command continues the study. A training that fails is listed and does not
    stop the others; the exit status is then 1. In a plan, the line "like: NAME" starts an arm from a ready-made one, such as label-only,
    weight-decay or random-roi.
    """
    from sightline.cli.console import Bar, console, say
    from sightline.face.study import Trained, study_report
    from sightline.face.study import study as carry_out
    from sightline.overrides import parse_settings

    if plan[0] == "report":
        finish(_say_result(study_report(_only(plan[1:], "study report", "Give the folder of one study."))), json)
        return
    asked: dict[str, Any] = {
        "plan": _only(plan, "study", "Give one plan, or `report DIR`."),
        "out": out,
        "root": root,
        "settings": parse_settings(settings),
        "seeds": seeds,
        "executor": executor,
        "workers": workers,
        "threads": threads,
        "address": address,
        "device": device,
    }
    outlook = carry_out(**asked, dry_run=True)
    _announce(outlook)
    if dry_run:
        finish(outlook, json)
        return
    bar = Bar(outlook.name)

    def told(one: Trained) -> None:
        if one.failure:
            say(f"failed: {one.name}: {one.failure}")
        elif not console.is_terminal:
            say(f"{one.done}/{one.total}  {one.name}  {one.seconds:.0f} s")
        bar(one.done, one.total)

    try:
        result = carry_out(**asked, told=told)
    except KeyboardInterrupt:
        say(f"Stopped. Go on with the same command; what is done stays in {outlook.study}.")
        raise SystemExit(130) from None
    finish(_say_result(result), json)
    if result.failed:
        raise typer.Exit(1)


def _only(names: list[str], verb: str, remedy: str) -> str:
    """The one plan or folder."""
    if len(names) != 1:
        raise UserError(verb, f"{len(names)} plans or folders given", remedy)
    return names[0]


def _announce(outlook: StudyOutlook) -> None:
    """Says what there is to do."""
    from sightline.cli.console import say, table

    say(f"{outlook.name}: {outlook.title}" if outlook.title else outlook.name)
    for key, values in outlook.grid.items():
        say(f"{key}: {' | '.join(values)}")
    if outlook.search:
        counts = [f"{number} with {words}" for number, words in zip(outlook.search.expected, outlook.search.rungs, strict=True)]
        say(f"first a search of {outlook.search.trials} trials: {'; '.join(counts)}")
    rows = [[arm.arm, str(arm.candidates), str(arm.seeds), str(arm.to_do)] for arm in outlook.arms]
    table(f"{len(rows)} arms in {outlook.settings} setting(s)", ["arm", "candidates", "seeds", "trainings to do"], rows)
    shared = f" ({outlook.shared} of the grid are the same as another)" if outlook.shared else ""
    about = "about " if outlook.search and outlook.to_do else ""
    left = f"{outlook.to_do} to do, {outlook.workers} at a time: about {duration(outlook.seconds)} to go."
    say(f"{about}{outlook.trainings} trainings{shared}, {left}")


def duration(seconds: float) -> str:
    """`45 s`, `12 min`, `3.5 h`."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def _say_result(result: StudyResult) -> StudyResult:
    """What came out."""
    from sightline.cli.console import interval, say, table

    if result.search:
        say(result.search.sentence)
        tried = [[one.says, *(_score(one.scores, i) for i in range(len(result.search.rungs)))] for one in result.search.trials[:SHOWN]]
        table(f"the best by {result.search.score} on {result.search.split}", ["trial", *result.search.rungs], tried)
    for part in result.comparisons:
        rows = [[row.arm, row.base, interval(row.simultaneous), _short(row.verdict.word)] for row in part.rows]
        table(f"{part.where}, corrected for {part.family} comparison{'s' * (part.family != 1)}", ["arm", "minus", "difference", ""], rows)
    for line in result.conclusion or result.answer:
        say(line)
    for note in result.notes:
        say(note)
    for failed in result.failed:
        say(f"failed: {failed.arm}, seed {failed.seed}: {failed.reason}")
    for path in result.files:
        say(path)
    return result


def _score(scores: Sequence[float | None], rung: int) -> str:
    """Of a trial on a rung, if it was trained there."""
    if rung >= len(scores):
        return ""
    score = scores[rung]
    return "failed" if score is None else f"{score:.3f}"


def _short(word: str) -> str:
    """A verdict, so that the table fits 80 columns."""
    return {"too small a test set to tell": "too few images", "too few seeds to tell": "too few seeds"}.get(word, word)
