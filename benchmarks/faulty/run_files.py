"""Run folders of which a file is missing, cut, empty or something else, and the verbs that read them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from threading import Lock

from faulty.fault import Fault, Judge, Step, either, reads, refused
from faulty.scenes import NAMES, save, scene
from faulty.trainings import TRAIN, lay_out, table

FILES = (
    "config.yaml",
    "model.json",
    "model.safetensors",
    "split.csv",
    "metrics.json",
    "predictions.csv",
    "thresholds.json",
    "environment.json",
    "attention/test.npz",
    "logs/metrics.csv",
)
VERBS = {
    "evaluate": ["evaluate", "run"],
    "explain": ["explain", "run", "a.png", "--out", "maps"],
    "compare": ["compare", "run", "other", "--out", "comparison"],
    "report": ["figure", "loss-curve", "--run", "run"],
    "audit": ["audit", "run", "--seconds", "1", "--images", "4"],
    "annotate-next": ["annotate-next", "run", "--budget", "2"],
}
SCORES = ("metrics.json", "predictions.csv", "thresholds.json", "environment.json", "attention/test.npz", "logs/metrics.csv")
DONE_WITHOUT = {  # verb -> files that it makes again or never reads, so that it may just work
    "evaluate": SCORES,
    "explain": (*SCORES, "split.csv"),
    "compare": (*(name for name in SCORES if name != "predictions.csv"), "model.safetensors"),
    "report": tuple(name for name in FILES if name != "logs/metrics.csv"),
    "audit": SCORES,
    "annotate-next": SCORES,
}


def _missing(path: Path) -> None:
    path.unlink()


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _halved(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _garbage(path: Path) -> None:
    path.write_bytes(bytes(range(256)) * 9)


def _another(path: Path) -> None:
    path.write_text("[1, 2]", encoding="utf-8")


def _folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


DAMAGES = {
    "missing": _missing,
    "empty": _empty,
    "cut in half": _halved,
    "garbage": _garbage,
    "something else": _another,
    "a folder": _folder,
}


def faults() -> list[Fault]:
    """Every verb on every file, damaged in a way that goes round; and what else can be wrong with a run."""
    found = []
    for v, verb in enumerate(VERBS):
        for f, file in enumerate(FILES):
            for d, (name, damage) in enumerate(DAMAGES.items()):
                optional = file in DONE_WITHOUT[verb]
                begun = verb in ("compare", "audit") and name == "missing" and file in ("metrics.json", "predictions.csv")
                names = "not evaluated" if begun else file.split("/")[-1]
                judge: Judge = either(refused(names), *([reads()] if optional else []))
                slow = (v + f + d) % len(DAMAGES) != 0
                found.append(
                    Fault(
                        "run files",
                        f"{verb}: {file} {name}",
                        partial(_damaged, verb=verb, file=file, damage=damage),
                        judge,
                        slow=slow,
                        limit=120,
                        writes=tuple(f"run/{name}" for name in SCORES) if verb == "evaluate" else (),
                    )
                )
    return [*found, *_others()]


def _others() -> list[Fault]:
    def run(name: str, change: Callable[[Path], object], command: list[str], judge: Judge) -> Fault:
        return Fault("run files", name, partial(_changed, change=change, command=command), judge, limit=120)

    def edit(file: str, old: str, new: str) -> Callable[[Path], object]:
        def change(folder: Path) -> None:
            path = folder / "run" / file
            text = path.read_text(encoding="utf-8")
            if old not in text:
                raise ValueError(f"{old!r} is not in {file}")
            path.write_text(text.replace(old, new), encoding="utf-8")

        return change

    explain = VERBS["explain"]
    return [
        run("nothing damaged", lambda f: None, VERBS["evaluate"], reads()),
        run(
            "classes swapped in model.json",
            edit("model.json", '"melanoma",\n  "nevus"', '"nevus",\n  "melanoma"'),
            VERBS["evaluate"],
            refused("model.json"),
        ),
        run(
            "a class renamed in predictions.csv",
            edit("predictions.csv", ",melanoma,", ",wart,"),
            VERBS["compare"],
            refused("predictions.csv"),
        ),
        run("a word for a probability", edit("predictions.csv", ",0.", ",x0."), VERBS["compare"], refused("predictions.csv")),
        run("pictures gone", lambda f: [p.unlink() for p in f.glob("nev*.png")], VERBS["evaluate"], refused("nev")),
        run("the table gone", lambda f: (f / "t.csv").unlink(), VERBS["evaluate"], refused("t.csv")),
        run(
            "a test picture repainted",
            lambda f: save(f / f"{NAMES[8]}.png", scene("other")),
            VERBS["evaluate"],
            either(refused(NAMES[8]), reads(NAMES[8]), reads("changed")),
        ),
        run("a test label changed", lambda f: _edit_label(f), VERBS["evaluate"], either(refused(NAMES[8]), reads(NAMES[8]))),
        run("explain a folder", lambda f: (f / "a.png").rename(f / "b.png") and (f / "a.png").mkdir(), explain, refused("a.png", "folder")),
        run("explain what is not there", lambda f: (f / "a.png").unlink(), explain, refused("a.png")),
        run("explain a text", lambda f: (f / "a.png").write_text("x", encoding="utf-8"), explain, refused("a.png")),
        run("explain into a file", lambda f: (f / "maps").write_text("x", encoding="utf-8"), explain, refused("maps")),
        run("explain an unknown class", lambda f: None, [*explain, "--target", "melanomma"], refused("melanom")),
        run("explain by an unknown method", lambda f: None, [*explain, "--method", "magic"], refused("magic")),
        run("an unknown split", lambda f: None, ["evaluate", "run", "--split", "tset"], refused("tset")),
        run("compare a run with itself", lambda f: None, ["compare", "run", "run", "--out", "c"], either(reads(), refused("run"))),
        run("compare one run", lambda f: None, ["compare", "run"], refused("run")),
        run("no run at all", lambda f: None, ["evaluate", "gone"], refused("gone")),
        run("a picture for a run", lambda f: None, ["evaluate", "a.png"], refused("a.png")),
        run("an unknown figure", lambda f: None, ["figure", "rock", "--run", "run"], refused("roc")),
    ]


def _edit_label(folder: Path) -> None:
    text = (folder / "t.csv").read_text(encoding="utf-8")
    (folder / "t.csv").write_text(text.replace(f"{NAMES[8]}.png,melanoma", f"{NAMES[8]}.png,nevus"), encoding="utf-8")


_LOCK = Lock()


@cache
def _trained() -> Path:
    """One small finished run, its data beside it; made once."""
    folder = Path(tempfile.mkdtemp(prefix="sightline-faults-"))
    lay_out(folder, table())
    save(folder / "a.png", scene("a"))
    command = [*TRAIN, "--set", "data.annotated_fraction=0.5"]  # annotate-next needs images that are left to annotate
    one = os.environ | {"OMP_NUM_THREADS": "1"}  # as in the steps of the faults
    subprocess.run([sys.executable, "-m", "sightline.cli", *command], cwd=folder, check=True, capture_output=True, env=one)
    (folder / "runs" / "run").rename(folder / "run")
    return folder


def copied(folder: Path) -> None:
    with _LOCK:
        source = _trained()
    shutil.copytree(source, folder, dirs_exist_ok=True)
    shutil.copytree(source / "run", folder / "other")
    for run in ("run", "other"):  # the copy's own table, not that of the original
        config = folder / run / "config.yaml"
        config.write_text(config.read_text(encoding="utf-8").replace(str(source), str(folder)), encoding="utf-8")


def _damaged(folder: Path, verb: str, file: str, damage: Callable[[Path], None]) -> list[Step]:
    copied(folder)
    damage(folder / "run" / file)
    return [VERBS[verb]]


def _changed(folder: Path, change: Callable[[Path], object], command: list[str]) -> list[Step]:
    copied(folder)
    change(folder)
    return [command]
