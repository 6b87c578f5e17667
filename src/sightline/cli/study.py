"""The verb `study`: plan, train what is left, judge, and say what came out."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sightline.cli.groups import app
from sightline.cli.options import Address, Device, ExecutorName, Json, Root, Threads, Workers, executor_of, finish, on_device
from sightline.errors import UserError

if TYPE_CHECKING:
    from sightline.cluster import Executor
    from sightline.results.study import StudyResult
    from sightline.study.folder import Study
    from sightline.study.work import Outcome

EXAMPLES = (
    "Examples:\n\n    sightline study phantom-controls --dry-run\n\n"
    "    sightline study plan.yaml --root ~/isic2017 --out studies/melanoma\n\n"
    "    sightline study plan.yaml --seeds 3 --set train.epochs=5\n\n"
    "    sightline study report studies/melanoma"
)


@app.command(epilog=EXAMPLES)
def study(
    plan: Annotated[
        list[str],
        typer.Argument(
            metavar="PLAN | report DIR", help="Name of a plan or a YAML file; or `report` and the folder of a study.", show_default=False
        ),
    ],
    root: Root = None,
    settings: Annotated[
        list[str],
        typer.Option("--set", metavar="KEY=VALUE", help="Change a setting of every training, e.g. train.epochs=3; can be repeated."),
    ] = [],
    seeds: Annotated[int | None, typer.Option(help="Number of seeds, in place of the plan's.", min=1, show_default=False)] = None,
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
    stop the others; the exit status is then 1. In a plan, `like: NAME` starts from a ready-made arm, such as label-only, weight-decay,
    random-roi.
    """
    if plan[0] == "report":
        finish(report(plan[1:]), json)
        return
    result = run(plan, root, settings, seeds, out, executor_of(executor), workers, threads, address, on_device(device), dry_run)
    finish(result, json)
    if getattr(result, "failed", None):
        raise typer.Exit(1)


def run(
    names: list[str],
    root: Path | None,
    settings: list[str],
    seeds: int | None,
    out: Path | None,
    executor: Executor,
    workers: int | None,
    threads: int,
    address: str | None,
    placed: dict[str, Any],
    dry_run: bool,
) -> StudyResult | dict[str, Any]:
    """`sightline study PLAN`."""
    from sightline.cli.console import Bar, console, say
    from sightline.overrides import parse_settings
    from sightline.paths import expanded
    from sightline.study.check import check_data
    from sightline.study.folder import Study
    from sightline.study.plan import load_plan

    if len(names) != 1:
        raise UserError("study", f"{len(names)} plans given", "Give one plan, or `report DIR`.")
    place = {} if root is None else {"data.root": str(expanded(root).resolve())}
    plan = load_plan(names[0], place | placed | parse_settings(settings), seeds)
    folder = out or Path("studies") / plan.name
    study = Study(folder, plan)
    check_data(plan, study.cells)
    facts = _announce(study, workers, threads)
    if dry_run:
        return {"study": str(folder), "dry_run": True} | facts

    from sightline.study.run import run_study

    arms, bar = {cell.key: f"{cell.arm}, seed {cell.seed}" for cell in reversed(study.cells)}, Bar(plan.name)

    def told(outcome: Outcome, done: int, total: int) -> None:
        if outcome.failure:
            say(f"failed: {arms[outcome.key]}: {outcome.failure}")
        elif not console.is_terminal:
            say(f"{done}/{total}  {arms[outcome.key]}  {outcome.seconds:.0f} s")
        bar(done, total)

    try:
        run_study(plan, folder, told, executor=executor, workers=workers, threads=threads, address=address)
    except KeyboardInterrupt:
        say(f"Stopped. Go on with the same command; what is done stays in {folder}.")
        raise SystemExit(130) from None
    return report([str(folder)])


def _announce(study: Study, workers: int | None, threads: int) -> dict[str, Any]:
    """Says what there is to do."""
    from sightline.cli.console import say, table
    from sightline.device import cores
    from sightline.study.estimate import seconds_left
    from sightline.study.run import cuda_devices

    plan, left = study.plan, study.to_do()
    settings = 1 if not plan.grid else len({cell.setting for cell in study.cells})
    say(f"{plan.name}: {plan.title}" if plan.title else plan.name)
    todo = Counter(cell.arm for cell in left)
    tried = {arm.name: len({c.candidate for c in study.cells if c.arm == arm.name}) for arm in plan.arms}
    for key, values in plan.grid.items():
        say(f"{key}: {', '.join(map(str, values))}")
    rows = [[arm.name, str(tried[arm.name]), str(plan.seeds), str(todo[arm.name])] for arm in plan.arms]
    table(f"{len(plan.arms)} arms in {settings} setting(s)", ["arm", "candidates", "seeds", "trainings to do"], rows)
    count = workers or cuda_devices() or cores(threads)
    facts = {"trainings": len(study.trainings), "to_do": len(left), "workers": count, "seconds": seconds_left(study, threads) / count}
    same = len(study.cells) - len(study.trainings)
    shared = f" ({same} of the grid are the same as another)" if same else ""
    say(f"{len(study.trainings)} trainings{shared}, {len(left)} to do, {count} at a time: about {duration(facts['seconds'])} to go.")
    return facts


def duration(seconds: float) -> str:
    """`45 s`, `12 min`, `3.5 h`."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def report(names: list[str]) -> StudyResult:
    """`sightline study report DIR`."""
    from sightline.cli.console import interval, say, table
    from sightline.report.study import write
    from sightline.study.analyse import analyse
    from sightline.study.folder import Study

    if len(names) != 1:
        raise UserError("study report", f"{len(names)} folders given", "Give the folder of one study.")
    study = Study.open(Path(names[0]))
    result = analyse(study)
    for part in result.comparisons:
        rows = [[row.arm, row.base, interval(row.simultaneous), _short(row.verdict.word)] for row in part.rows]
        title = f"{part.score} on {part.split}" + (f", {part.setting}" if part.setting else "")
        table(f"{title}, corrected for {part.family} comparison{'s' * (part.family != 1)}", ["arm", "minus", "difference", ""], rows)
    for line in result.conclusion or result.answer:
        say(line)
    for note in result.notes:
        say(note)
    for failed in result.failed:
        say(f"failed: {failed.arm}, seed {failed.seed}: {failed.reason}")
    files = write(study, result)
    for path in files:
        say(str(path))
    return result.but(study=str(study.path), files=[str(path) for path in files])


def _short(word: str) -> str:
    """A verdict, so that the table fits 80 columns."""
    return {"too small a test set to tell": "too few images", "too few seeds to tell": "too few seeds"}.get(word, word)
