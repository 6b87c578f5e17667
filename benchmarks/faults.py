"""Named faults: what the program does with inputs that are wrong, one child process each.

    uv run python benchmarks/faults.py                       # all of them; a table per group, and each failure
    uv run python benchmarks/faults.py --group tables --name semicolon
    uv run python benchmarks/faults.py --quick               # those that need no training of their own
    uv run python benchmarks/faults.py --json faults.json --markdown faults.md

Every fault builds its own input in a folder of its own, runs `sightline` there and judges what came out: read right, or refused in one
line that names what is wrong. A traceback, a wrong answer without a word, a hang, executed code, a changed or lost input file, and a
refusal that does not say what is wrong are failures; the exit status is 1 if there is any.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import multiprocessing
import os
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from faulty import attacks, coco, folders, gaze, networks, pictures, recipes, resuming, run_files, settings, tables, tools, trainings, voc
from faulty.fault import Fault, Outcome, Step, Verdict, judged

GROUPS = (tables, gaze, folders, coco, voc, tools, pictures, settings, recipes, trainings, resuming, run_files, networks, attacks)
GOOD: tuple[Verdict, ...] = ("right", "refused")
VERDICTS: tuple[Verdict, ...] = (*GOOD, "traceback", "silently wrong", "hung", "code executed", "lost", "badly said")
STATUS = ".status.txt"
PRELOADED = ["__main__", "sightline.cli", "sightline.engine.train", "sightline.engine.evaluate", "sightline.data.check"]


def all_faults() -> list[Fault]:
    """Every fault of every group."""
    found = [fault for group in GROUPS for fault in group.faults()]
    twice = [name for name, number in Counter((f.group, f.name) for f in found).items() if number > 1]
    if twice:
        raise ValueError(f"faults of the same name: {twice}")
    return found


def carry_out(fault: Fault, place: Path) -> tuple[Verdict, str, float]:
    """Builds a fault below `place`, runs it, judges it."""
    folder = place / f"{fault.group}-{hashlib.sha256(fault.name.encode()).hexdigest()[:12]}"
    folder.mkdir()
    steps = fault.build(folder)
    before = _digests(folder)
    started = time.monotonic()
    child = multiprocessing.get_context("forkserver").Process(target=_run, args=(steps, folder))
    child.start()
    child.join(fault.limit)
    told = _text(folder / STATUS)  # of a child that ended by itself: Python at times loses the status of a forked one
    status = child.exitcode if child.exitcode is None or not told else int(told)
    if status is None and child.pid is not None:
        os.killpg(child.pid, signal.SIGKILL)
        child.join()
    after = _digests(folder)
    touched = any(callable(step) for step in steps)
    changed = () if touched else tuple(name for name, digest in before.items() if after.get(name) != digest)
    out, err = (_text(folder / f".{name}.txt") for name in ("out", "err"))
    verdict, why = judged(fault, Outcome(folder, status, out, err, time.monotonic() - started, changed))
    return verdict, why, time.monotonic() - started


def _run(steps: Sequence[Step], folder: Path) -> None:
    """In the child: each step in turn; a command that fails ends it, and what is kept is what the last one printed."""
    os.setsid()
    os.chdir(folder)
    temporary = folder / ".tmp"
    temporary.mkdir()
    os.environ |= {"TMPDIR": str(temporary), "COLUMNS": "200", "SIGHTLINE_FAULTS": "1"}
    tempfile.tempdir = None
    import torch

    torch.set_num_threads(1)  # sums over several threads may differ in their last bit, and a run that is scored again has to stay as it is
    from sightline.cli import main
    from sightline.errors import UserError

    def ended(code: object) -> None:
        (folder / STATUS).write_text(str(code if isinstance(code, int) else int(code is not None)), encoding="utf-8")

    for step in steps:
        for number, name in ((1, "out"), (2, "err")):
            os.dup2(os.open(f".{name}.txt", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644), number)
        try:
            if callable(step):
                step(folder)
            else:
                sys.argv = ["sightline", *step]
                main()
        except UserError as error:  # of a call from Python
            print(f"sightline: {error}", file=sys.stderr)
            ended(2)
            raise SystemExit(2) from None
        except SystemExit as stopped:
            if stopped.code not in (None, 0):
                ended(stopped.code)
                raise
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
    ended(0)


def _digests(folder: Path) -> dict[str, str]:
    """Regular files of the input, by name; what the program writes of its own accord is not there yet."""
    files = [f for f in folder.rglob("*") if f.is_file() and not f.is_symlink() and not f.name.startswith((".out", ".err", STATUS))]
    return {f.relative_to(folder).as_posix(): hashlib.sha256(f.read_bytes()).hexdigest() for f in files if ".tmp" not in f.parts}


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""


def table(results: Iterable[tuple[Fault, Verdict, str, float]]) -> list[str]:
    """A Markdown table: a row per group, a column per verdict."""
    counts: dict[str, Counter[Verdict]] = {}
    for fault, verdict, _, _ in results:
        counts.setdefault(fault.group, Counter())[verdict] += 1
    total = sum(counts.values(), Counter[Verdict]())
    lines = [f"| group | faults | {' | '.join(VERDICTS)} |", "|---|" + "---:|" * (len(VERDICTS) + 1)]
    for group, some in [*counts.items(), ("all", total)]:
        lines.append(f"| {group} | {some.total()} | {' | '.join(str(some[v]) for v in VERDICTS)} |")
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--group", action="append", default=[], help="only this group; repeatable")
    parser.add_argument("--name", default="", help="only faults whose name contains this")
    parser.add_argument("--quick", action="store_true", help="leave out those that train")
    parser.add_argument("--every", type=int, default=1, help="only every so-manieth of those chosen")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--markdown", type=Path)
    parser.add_argument("--keep", type=Path, help="folder in which the inputs stay")
    options = parser.parse_args()
    chosen = [f for f in all_faults() if (not options.group or f.group in options.group) and options.name in f.name]
    chosen = [f for f in chosen if not (options.quick and f.slow)][:: options.every]
    with tempfile.TemporaryDirectory() as temporary:
        place = options.keep or Path(temporary)
        place.mkdir(parents=True, exist_ok=True)
        results = carry_out_all(chosen, place, options.jobs)
    lines = table(results)
    print("\n".join(lines))
    failures = [(f, verdict, why) for f, verdict, why, _ in results if verdict not in GOOD]
    for fault, verdict, why in failures:
        print(f"{verdict}: {fault.group}: {fault.name}: {why}")
    if options.json:
        facts = [{"group": f.group, "name": f.name, "verdict": v, "why": w, "seconds": round(s, 2)} for f, v, w, s in results]
        options.json.write_text(json.dumps(facts, indent=1, ensure_ascii=False), encoding="utf-8")
    if options.markdown:
        options.markdown.write_text("\n".join(lines) + "\n", encoding="utf-8")
    raise SystemExit(bool(failures))


def carry_out_all(faults: Sequence[Fault], place: Path, jobs: int) -> list[tuple[Fault, Verdict, str, float]]:
    """Several faults side by side, in the order of the list."""
    os.environ |= {"OMP_NUM_THREADS": "1"}
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(PRELOADED)
    with ThreadPoolExecutor(jobs) as pool:
        return [(fault, *found) for fault, found in zip(faults, pool.map(lambda f: carry_out(f, place), faults), strict=True)]


if __name__ == "__main__":
    main()
