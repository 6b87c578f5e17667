"""Trainings on data that no classifier can be learnt from, and trainings that are disturbed."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np

from faulty.fault import Fault, Judge, Outcome, Step, Verdict, either, reads, refused
from faulty.scenes import LABELS, NAMES, mask, pictures, place, save, scene

SMALL = [
    "data.image_size=32",
    "backbone.name=test_resnet",
    "train.epochs=2",
    "train.batch_size=8",
    "evaluate.bootstrap=50",
    "backbone.stride=8",
]
TRAIN = ["train", "energy", "--data", "table", "--root", "t.csv", "--name", "run", "--no-report", *(p for s in SMALL for p in ("--set", s))]
CHECK = ["data", "check", "table", "--root", "t.csv", "--json", "report.json"]
SPLITS = ("train", "train", "train", "train", "train", "train", "val", "val", "test", "test")  # of each class's ten pictures


def faults() -> list[Fault]:
    """Most of them train for two epochs on 20 small pictures."""
    return [*_classes(), *_leaks(), *_runaway(), *_places()]


def table(
    label: Callable[[str, str], str] = lambda n, s: LABELS[n],
    split: Callable[[str, str], str] = lambda n, s: s,
    keep: Callable[[str, str], bool] = lambda n, s: True,
) -> str:
    """A table with the owner's splits; the functions get a picture's name and its usual split."""
    lines = ["image,label,split,box,group"]
    for i, name in enumerate(NAMES):
        usual = SPLITS[i % 10]
        if keep(name, usual):
            lines.append(f"{name}.png,{label(name, usual)},{split(name, usual)},{' '.join(map(str, place(name)))},p{name}")
    return "\n".join(lines) + "\n"


def lay_out(folder: Path, text: str) -> None:
    pictures(folder)
    (folder / "t.csv").write_text(text, encoding="utf-8")


def nothing_left(judge: Judge, run: str = "runs/run") -> Judge:
    """As `judge`, and no run folder was begun."""

    def both(outcome: Outcome) -> tuple[Verdict, str]:
        if (outcome.folder / run / "config.yaml").exists():
            return "silently wrong", "a run folder was begun"
        return judge(outcome)

    return both


def _classes() -> list[Fault]:
    def build(folder: Path, text: str, command: list[str], settings: tuple[str, ...]) -> list[Step]:
        lay_out(folder, text)
        return [[*command, *(p for s in settings for p in ("--set", s))]]

    def only(part: str) -> Callable[[str, str], str]:
        return lambda name, split: "bcc" if split == part and name.startswith("nev") else LABELS[name]

    cases: list[tuple[str, str, Judge, tuple[str, ...]]] = [
        ("one class in training", table(keep=lambda n, s: s != "train" or n.startswith("mel")), refused("nevus"), ()),
        ("a class that only the test set has", table(label=only("test")), refused("bcc"), ()),
        ("a class that only the validation set has", table(label=only("val")), refused("bcc"), ()),
        ("one class in validation", table(keep=lambda n, s: s != "val" or n.startswith("mel")), refused("nevus", "val"), ()),
        ("no validation images", table(split=lambda n, s: "train" if s == "val" else s), refused("val"), ("data.split.val=0",)),
        ("no training images", table(split=lambda n, s: "val" if s == "train" else s), refused("train"), ()),
        ("more folds than images", table(split=lambda n, s: ""), refused("melanoma", "fewer parts"), ("data.split.folds=50",)),
    ]  # fmt: skip
    found = []
    for name, text, judge, settings in cases:
        found.append(Fault("training", name, partial(build, text=text, command=TRAIN, settings=settings), nothing_left(judge)))
        found.append(Fault("training", f"data check: {name}", partial(build, text=text, command=CHECK, settings=settings), judge))
    return found


def _leaks() -> list[Fault]:
    changes: dict[str, Callable[[np.ndarray], np.ndarray]] = {
        "a copy": lambda p: p,
        "a copy that is flipped": lambda p: p[:, ::-1],
        "a copy that is upside down": lambda p: p[::-1],
        "a copy turned by a quarter": lambda p: np.rot90(p),
        "a copy turned by half": lambda p: p[::-1, ::-1],
        "a copy cropped by 5 percent": lambda p: p[2:-2, 2:-2],
        "a brighter copy": lambda p: np.clip(p.astype(int) + 20, 0, 255).astype(np.uint8),
    }

    def build(folder: Path, change: Callable[[np.ndarray], np.ndarray]) -> list[Step]:
        lay_out(folder, table())
        source, target = NAMES[0], NAMES[8]  # melanoma in training, melanoma in the test set
        save(folder / f"{target}.png", np.ascontiguousarray(change(scene(source))))
        return [CHECK]

    found = [
        Fault("training", f"leak: {name}", partial(build, change=change), either(refused(NAMES[8]), reads(NAMES[8])))
        for name, change in changes.items()
    ]
    return [
        *found,
        Fault("training", "leak: a patient in two splits", _patient, either(refused("same group"), refused("patient"))),
        Fault("training", "no leak among unlike pictures", lambda folder: (lay_out(folder, table()), [CHECK])[1], reads(leaks__number=0)),
    ]


def _patient(folder: Path) -> list[Step]:
    lay_out(folder, table().replace(f"p{NAMES[8]}", f"p{NAMES[0]}"))
    return [CHECK]


def _runaway() -> list[Fault]:
    def build(folder: Path, settings: tuple[str, ...]) -> list[Step]:
        lay_out(folder, table())
        return [[*TRAIN, *(p for s in settings for p in ("--set", s))]]

    def unfinished(outcome: Outcome) -> tuple[Verdict, str]:
        if (outcome.folder / "runs/run/model.json").exists() and outcome.status == 0:
            return "silently wrong", "runaway weights were saved as a finished run"
        return refused()(outcome)

    sgd = ("train.optimizer.name=sgd", "train.optimizer.momentum=0")
    return [
        Fault(
            "training",
            "a learning rate of 1e38",
            partial(build, settings=(*sgd, "train.optimizer.lr=1e38")),
            unfinished,
            slow=True,
            limit=120,
        ),
        Fault(
            "training",
            "the largest learning rate",
            partial(build, settings=(*sgd, "train.optimizer.lr=10", "train.epochs=6")),
            either(unfinished, reads()),
            slow=True,
            limit=120,
        ),
        Fault(
            "training",
            "an accelerator that is not there",
            partial(build, settings=("train.accelerator=mps",)),
            nothing_left(refused("mps")),
        ),
        Fault(
            "training",
            "weights to start from that are not there",
            partial(build, settings=("train.start=gone",)),
            nothing_left(refused("gone")),
        ),
        Fault(
            "training",
            "a validation score that is not measured",
            partial(build, settings=("train.select=val/auk",)),
            nothing_left(refused("val/auk")),
        ),
        Fault("training", "no annotations for a guided recipe", _unguided, nothing_left(refused("annotated"))),
        Fault("training", "masks of the wrong pictures", _swapped_masks, either(refused("mask"), reads()), slow=True, limit=120),
    ]


def _unguided(folder: Path) -> list[Step]:
    pictures(folder)
    lines = [line.split(",") for line in table().splitlines()]
    (folder / "t.csv").write_text("\n".join(",".join(cells[:3]) for cells in lines) + "\n", encoding="utf-8")
    return [TRAIN]


def _swapped_masks(folder: Path) -> list[Step]:
    pictures(folder)
    lines = ["image,label,split,mask"]
    for i, name in enumerate(NAMES):
        save(folder / "masks" / f"{name}.png", mask(NAMES[i - 1]))
        lines.append(f"{name}.png,{LABELS[name]},{SPLITS[i % 10]},masks/{name}.png")
    (folder / "t.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return [TRAIN]


def _places() -> list[Fault]:
    def named(folder: Path, name: str) -> list[Step]:
        lay_out(folder, table())
        return [[*(name if part == "run" else part for part in TRAIN)]]

    def runs(folder: Path, make: Callable[[Path], object]) -> list[Step]:
        lay_out(folder, table())
        make(folder)
        return [[*TRAIN, "--runs", "place"]]

    def outside(outcome: Outcome) -> tuple[Verdict, str]:
        return refused("name")(outcome)

    return [
        *(
            Fault("training", f"--name {name!r}", partial(named, name=name), outside)
            for name in ("../out", "/tmp/sightline-out", "a/../../b", "..", ".", "", "x" * 300, "a\nb", "a\0b")
        ),
        Fault(
            "training", "--runs is a file", partial(runs, make=lambda f: (f / "place").write_text("x", encoding="utf-8")), refused("place")
        ),
        Fault("training", "--runs is a pipe", partial(runs, make=lambda f: os.mkfifo(f / "place")), refused("place")),
        Fault("training", "the run's folder is a file", _run_is_a_file, refused("run")),
        Fault("training", "--json into a folder that is not there", _json_nowhere, either(refused("gone"), reads()), slow=True, limit=120),
        Fault("training", "--json into a folder", _json_folder, refused("json"), slow=True, limit=120),
    ]


def _run_is_a_file(folder: Path) -> list[Step]:
    lay_out(folder, table())
    (folder / "runs").mkdir()
    (folder / "runs/run").write_text("x", encoding="utf-8")
    return [TRAIN]


def _json_nowhere(folder: Path) -> list[Step]:
    lay_out(folder, table())
    return [[*TRAIN, "--json", "gone/x.json"]]


def _json_folder(folder: Path) -> list[Step]:
    lay_out(folder, table())
    (folder / "json").mkdir()
    return [[*TRAIN, "--json", "json"]]
