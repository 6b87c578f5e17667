"""Is nothing lost? One small training is killed at random moments, and run into full disks; resumed, it has to end in the same bits.

    uv run python benchmarks/kill_and_resume.py [--kills 20] [--full 5] [--seed 0]

Kills are SIGKILL. A full disk is a small tmpfs with a ballast file that leaves room for a part of the run, which needs the right to mount;
without it these rows are left out. Takes a minute or two on two cores. Exits 1 if any row is not bit-equal.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from pathlib import Path

import torch
from safetensors.torch import load_file

from sightline.engine.checkpoint import LAST
from sightline.engine.read_files import read_table
from sightline.engine.run import Run
from sightline.engine.train import train
from sightline.errors import UserError, from_system
from sightline.recipe import Recipe, recipe_from

LIMIT = 300  # seconds after which a training counts as hanging


def recipe() -> Recipe:
    """A guided training of five epochs that takes seconds, with all that has a state: optimiser, schedule, average, two stages."""
    stages = [{"name": "labels", "set": {"train.epochs": 2}}, {"name": "guided", "set": {"losses.guidance": [{"name": "energy"}]}}]
    tree: dict[str, object] = {
        "name": "kill-and-resume",
        "data": {
            "name": "phantom",
            "image_size": 32,
            "options": {"size": 64, "train": 48, "val": 12, "test": 8},
            "augment": {"flip_x": 0.5, "rotate": [-30, 30]},
        },
        "backbone": {"name": "test_resnet", "stride": 8},
        "train": {"epochs": 3, "batch_size": 8, "schedule": {"name": "cosine"}, "ema": 0.9},
        "stages": stages,
    }
    return recipe_from(tree, where="kill_and_resume")


def child(folder: Path, said: Path, resume: bool) -> int:
    """Process that trains in `folder`; its exit status is 0 at the end, 2 after a mistake said in one line (to `said`), else 1."""
    if (pid := os.fork()) != 0:
        return pid
    status = 1
    try:
        train(recipe(), folder, resume=resume, say=lambda line: None)
        status = 0
    except (UserError, OSError) as error:
        told = error if isinstance(error, UserError) else from_system(error)
        said.write_text(str(told) if told else traceback.format_exc(), encoding="utf-8")
        status = 2 if told else 1
    except BaseException:
        said.write_text(traceback.format_exc(), encoding="utf-8")
    finally:
        os._exit(status)


def ended(pid: int) -> int:
    """The exit status of a process, negative for a signal; one that hangs is killed."""
    deadline = time.monotonic() + LIMIT
    while time.monotonic() < deadline:
        found, status = os.waitpid(pid, os.WNOHANG)
        if found:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.01)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    return -signal.SIGKILL


def standing(folder: Path) -> str:
    """How far a training has come."""
    if not folder.exists():
        return "no folder yet"
    if (folder / "model.json").exists():
        return "finished"
    epochs = sum(len(read_table(path)) for path in folder.glob("**/logs/metrics.csv"))
    return f"{epochs} epochs logged, {len(list(folder.rglob(LAST)))} checkpoints"


def same(one: Path, other: Path) -> str:
    """`bit-equal`, or in what two finished runs differ."""
    first, second = load_file(one / "model.safetensors"), load_file(other / "model.safetensors")
    if first.keys() != second.keys() or not all(torch.equal(first[name], second[name]) for name in first):
        return "OTHER WEIGHTS"
    if Run(one).history != Run(other).history:
        return "OTHER HISTORY"
    left = [path.name for path in other.rglob("*.partial")]
    return f"LEFT {left}" if left else "bit-equal"


def after_kill(folder: Path, said: Path, seconds: float) -> str:
    """Trains, kills that after so many seconds, and says where it stood."""
    pid = child(folder, said, resume=False)
    time.sleep(seconds)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    return f"killed after {seconds:.2f} s: {standing(folder)}"


def after_full_disk(folder: Path, said: Path, size: int, room: int) -> str:
    """Trains on a disk of `size` bytes of which `room` are free, then frees the rest, and says what the training said."""
    ballast = folder.parent / "ballast"
    ballast.write_bytes(bytes(size - room))
    status = ended(child(folder, said, resume=False))
    ballast.unlink()
    line = said.read_text(encoding="utf-8").strip() if said.exists() else ""
    word = {0: "finished", 2: "one line"}.get(status, f"STATUS {status}")
    return f"{room // 1024} KiB free: {word}: {line.splitlines()[-1][:100] if line else standing(folder)}"


def row(number: int, whole: Path, folder: Path, interrupt: Callable[[Path, Path], str]) -> bool:
    """One interruption and its resumption, printed; whether all is well."""
    said = whole.parent / f"said-{number}.txt"
    happened = interrupt(folder, said)
    status = ended(child(folder, said, resume=True))
    outcome = same(whole, folder) if status == 0 else f"STATUS {status}: {said.read_text(encoding='utf-8')[-300:] if said.exists() else ''}"
    print(f"{number:3}  {outcome:12} {happened}", flush=True)
    return outcome == "bit-equal" and "STATUS" not in happened


def main() -> None:
    """Prints a line for each interruption, and how many ended well."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--full", type=int, default=5)
    parser.add_argument("--seed", type=int, default=0)
    wanted = parser.parse_args()
    torch.set_num_threads(1)
    draws, good = random.Random(wanted.seed), []
    with tempfile.TemporaryDirectory() as place:
        whole = Path(place) / "whole"
        began = time.monotonic()
        if status := ended(child(whole, Path(place) / "said.txt", resume=False)):
            sys.exit(f"the undisturbed training ended with status {status}: {(Path(place) / 'said.txt').read_text(encoding='utf-8')}")
        seconds = time.monotonic() - began
        print(f"undisturbed: {seconds:.1f} s")
        for number in range(1, wanted.kills + 1):
            moment = draws.uniform(0, seconds)
            good.append(row(number, whole, Path(place) / f"run-{number}", lambda f, s, m=moment: after_kill(f, s, m)))  # type: ignore[misc]
        used = sum(path.stat().st_size for path in whole.rglob("*") if path.is_file())
        size = 4 * used
        for number in range(wanted.kills + 1, wanted.kills + wanted.full + 1):
            disk = Path(place) / f"disk-{number}"
            disk.mkdir()
            mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size + 65536}", "tmpfs", str(disk)], capture_output=True)
            if mounted.returncode:
                print(f"{number:3}  left out: no right to mount a small disk")
                continue
            room = int(used * (number - wanted.kills) / (wanted.full + 1) * 1.2)
            try:
                good.append(row(number, whole, disk / "run", lambda f, s, r=room: after_full_disk(f, s, size, r)))  # type: ignore[misc]
            finally:
                subprocess.run(["umount", "--lazy", str(disk)], check=True)
    print(f"{sum(good)} of {len(good)} resumed bit-equal")
    sys.exit(sum(good) < len(good))


if __name__ == "__main__":
    main()
