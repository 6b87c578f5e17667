"""Files that somebody made to do harm: run code, leave the folder, break the page."""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np

from faulty.fault import EXECUTED, Fault, Judge, Outcome, Step, Verdict, either, reads, refused
from faulty.resuming import interrupted
from faulty.run_files import VERBS, copied
from faulty.scenes import LABELS, NAMES, pictures, rows, save, scene
from faulty.trainings import SPLITS, TRAIN, lay_out, table

FORMULA = "=HYPERLINK(0)"
SCRIPT = "<script>alert(1)</script>"


class Harm:
    """Unpickled, it leaves the file `EXECUTED`."""

    def __reduce__(self) -> tuple[Callable[[str], int], tuple[str]]:
        return os.system, (f"touch {EXECUTED}",)


def faults() -> list[Fault]:
    """Whatever comes out, the file `EXECUTED` must not be there."""
    return [
        Fault("attacks", "last.ckpt that runs a command", _checkpoint, refused("last.ckpt"), slow=True, limit=180),
        Fault(
            "attacks",
            "last.ckpt that runs a command, its hash made to fit",
            partial(_checkpoint, rehash=True),
            refused("last.ckpt"),
            slow=True,
            limit=180,
        ),
        _on_run("model.safetensors that runs a command", partial(_pickle, name="model.safetensors"), VERBS["explain"], refused("model")),
        _on_run("attention maps that run a command", _npz, VERBS["compare"], either(refused("test.npz"), reads())),
        _on_run(
            "a config that runs a command",
            partial(_config, text="a: !!python/object/apply:os.system ['touch EXECUTED']"),
            VERBS["evaluate"],
            refused("config.yaml"),
        ),
        _on_run(
            "a config whose recipe leaves the folder",
            partial(_edit_config, old="name: energy", new="name: ../../x"),
            VERBS["evaluate"],
            either(refused("name"), reads()),
        ),
        Fault("attacks", "weights to start from that run a command", _start, refused("x.safetensors")),
        Fault("attacks", "backbone weights that run a command", _backbone, refused("x.pt")),
        Fault("attacks", "an id that is a formula", _formula, _no_formula, slow=True, limit=120),
        Fault("attacks", "a class that is a formula", _formula_class, _no_formula, slow=True, limit=120),
        Fault("attacks", "an id that is a script", partial(_report, id_of_first=SCRIPT), _no_script, slow=True, limit=120),
        Fault("attacks", "a class that is a script", partial(_report, label=SCRIPT), _no_script, slow=True, limit=120),
        Fault(
            "attacks",
            "an id that leaves the folder",
            partial(_report, id_of_first="../../../escaped"),
            _nothing_escaped,
            slow=True,
            limit=120,
        ),
        Fault("attacks", "a mask that is a link to another file", _linked_mask, either(refused("mask"), reads("mask"))),
        Fault("attacks", "a table that is a link to /dev/zero", _endless, refused("/dev/zero"), limit=20),
    ]


def _on_run(name: str, change: Callable[[Path], object], command: list[str], judge: Judge) -> Fault:
    def build(folder: Path) -> list[Step]:
        copied(folder)
        change(folder)
        return [command]

    return Fault("attacks", name, build, judge, limit=120)


def _checkpoint(folder: Path, rehash: bool = False) -> list[Step]:
    lay_out(folder, table())
    return [interrupted, partial(_harm_checkpoint, rehash=rehash), [*TRAIN, "--resume"]]


def _harm_checkpoint(folder: Path, rehash: bool) -> None:
    """Puts the harm into the checkpoint; with `rehash`, also into whatever keeps hashes of the run's files."""
    import hashlib

    path = folder / "runs/run/last.ckpt"
    old = hashlib.sha256(path.read_bytes()).hexdigest()
    path.write_bytes(pickle.dumps(Harm()))
    new = hashlib.sha256(path.read_bytes()).hexdigest()
    for file in (folder / "runs/run").iterdir() if rehash else ():
        if file.is_file() and old.encode() in file.read_bytes():
            file.write_bytes(file.read_bytes().replace(old.encode(), new.encode()))


def _pickle(folder: Path, name: str) -> None:
    (folder / "run" / name).write_bytes(pickle.dumps(Harm()))


def _npz(folder: Path) -> None:
    np.savez(folder / "run" / "attention" / "test.npz", ids=np.array([Harm()], dtype=object))


def _config(folder: Path, text: str) -> None:
    (folder / "run" / "config.yaml").write_text(text, encoding="utf-8")


def _edit_config(folder: Path, old: str, new: str) -> None:
    path = folder / "run" / "config.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")


def _start(folder: Path) -> list[Step]:
    lay_out(folder, table())
    (folder / "x.safetensors").write_bytes(pickle.dumps(Harm()))
    return [[*TRAIN, "--from", "x.safetensors"]]


def _backbone(folder: Path) -> list[Step]:
    lay_out(folder, table())
    (folder / "x.pt").write_bytes(pickle.dumps(Harm()))
    return [[*TRAIN, "--set", "backbone.weights=x.pt"]]


def _formula(folder: Path) -> list[Step]:
    pictures(folder)
    lines = table().splitlines()
    (folder / "t.csv").write_text(
        "\n".join([f"id,{lines[0]}", *(f"{FORMULA}{i},{line}" for i, line in enumerate(lines[1:]))]) + "\n", encoding="utf-8"
    )
    return [TRAIN]


def _formula_class(folder: Path) -> list[Step]:
    lay_out(folder, table(label=lambda n, s: FORMULA if LABELS[n] == "nevus" else LABELS[n]))
    return [TRAIN]


def _no_formula(outcome: Outcome) -> tuple[Verdict, str]:
    """Refused, or no cell of any table that was written begins as a formula does."""
    import csv

    for path in (outcome.folder / "runs").rglob("*.csv"):
        with path.open(newline="", encoding="utf-8") as file:
            if any(cell.startswith("=") for row in csv.reader(file) for cell in row):
                return "silently wrong", f"{path.name} holds a cell that begins with ="
    return either(refused("="), reads())(outcome)


def _report(folder: Path, id_of_first: str | None = None, label: str | None = None) -> list[Step]:
    pictures(folder)
    lines = ["id,image,label,split,box"]
    for i, name in enumerate(NAMES):
        id = id_of_first if id_of_first and i % 10 == 8 and i < 10 else name
        told = label if label and LABELS[name] == "nevus" else LABELS[name]
        lines.append(f"{id},{name}.png,{told},{SPLITS[i % 10]},6 8 24 22")
    (folder / "t.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return [[part for part in TRAIN if part != "--no-report"]]


def _no_script(outcome: Outcome) -> tuple[Verdict, str]:
    for page in (outcome.folder / "runs").rglob("*.html"):
        if SCRIPT in page.read_text(encoding="utf-8"):
            return "code executed", f"{page.name} holds the script as it is"
    return either(reads(), refused())(outcome)


def _nothing_escaped(outcome: Outcome) -> tuple[Verdict, str]:
    if list(outcome.folder.parent.glob("escaped*")) or list(outcome.folder.parent.parent.glob("escaped*")):
        return "lost", "a file was written outside of the run"
    return either(reads(), refused())(outcome)


def _linked_mask(folder: Path) -> list[Step]:
    pictures(folder)
    (folder / "mask.png").symlink_to("/etc/passwd")
    (folder / "t.csv").write_text(rows("image,label,mask", cells={NAMES[0]: {"mask": "mask.png"}}), encoding="utf-8")
    return [["data", "check", "table", "--root", "t.csv", "--json", "report.json"]]


def _endless(folder: Path) -> list[Step]:
    save(folder / "a.png", scene("a"))
    (folder / "t.csv").symlink_to("/dev/zero")
    return [["data", "check", "table", "--root", "t.csv"]]
