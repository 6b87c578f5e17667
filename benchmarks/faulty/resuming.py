"""Trainings that go on after something about their data or their files has changed."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from faulty.fault import Fault, Step, either, reads, refused
from faulty.scenes import NAMES, place, save, scene
from faulty.trainings import TRAIN, lay_out, table


def faults() -> list[Fault]:
    """Each trains, loses the end of that training, and goes on."""
    return [
        Fault("resuming", "nothing changed", partial(_resumed, change=_same), reads(), slow=True, limit=180),
        *(
            Fault("resuming", f"{name}", partial(_resumed, change=change), judge, slow=True, limit=180)
            for name, change, judge in (
                ("an image more", _one_more, refused("new")),
                ("an image less", _one_less, refused(NAMES[3])),
                ("a label changed", _relabelled, refused(NAMES[3])),
                ("a box changed", _moved_box, refused(NAMES[3])),
                ("a picture changed", _repainted, refused(NAMES[3])),
                ("a test image moved into training", _moved_split, refused(NAMES[8])),
                ("last.ckpt empty", partial(_write, name="last.ckpt", content=b""), refused("last.ckpt")),
                ("last.ckpt garbage", partial(_write, name="last.ckpt", content=b"garbage" * 99), refused("last.ckpt")),
                ("last.ckpt cut", partial(_cut, name="last.ckpt"), refused("last.ckpt")),
                ("a byte of last.ckpt flipped", partial(_flip, name="last.ckpt"), refused("last.ckpt")),
                ("a byte of best.safetensors flipped", partial(_flip, name="best.safetensors"), refused("best.safetensors")),
                ("best.safetensors missing", partial(_remove, name="best.safetensors"), refused("best.safetensors")),
                ("split.csv missing", partial(_remove, name="split.csv"), either(refused("split.csv"), reads())),
                ("config.yaml garbage", partial(_write, name="config.yaml", content=b"[: \xff"), refused("config.yaml")),
            )
        ),
        Fault("resuming", "other settings", _other_settings, refused("settings"), slow=True, limit=180),
        Fault("resuming", "a run that never began", _never_began, either(reads(), refused("run")), slow=True, limit=120),
        Fault("resuming", "a folder that is taken", _taken, refused("exists")),
    ]


def _resumed(folder: Path, change: Callable[[Path], object]) -> list[Step]:
    lay_out(folder, table())
    return [interrupted, change, [*TRAIN, "--resume"]]


def interrupted(folder: Path) -> None:
    """Trains, and presses Ctrl-C once the first epoch is kept.

    Raises:
        RuntimeError: the training did not stop, or kept nothing.
    """
    from sightline.cli import main
    from sightline.engine.callbacks import Keeper

    keep = Keeper.on_train_epoch_end

    def keep_and_stop(keeper: Keeper, *args: Any) -> None:
        keep(keeper, *args)
        os.kill(os.getpid(), signal.SIGINT)

    signal.signal(signal.SIGINT, signal.default_int_handler)  # in the background of a shell it is ignored
    Keeper.on_train_epoch_end = keep_and_stop  # type: ignore[method-assign]
    sys.argv = ["sightline", *TRAIN]
    try:
        main()
    except SystemExit as stopped:
        if stopped.code == 130 and (folder / "runs/run/last.ckpt").exists():
            return
        raise
    finally:
        Keeper.on_train_epoch_end = keep  # type: ignore[method-assign]
    raise RuntimeError("the training was not stopped")


def _same(folder: Path) -> None:
    pass


def _one_more(folder: Path) -> None:
    save(folder / "new.png", scene("new"))
    with (folder / "t.csv").open("a", encoding="utf-8") as file:
        file.write("new.png,nevus,train,1 1 9 9,pnew\n")


def _edit(folder: Path, old: str, new: str) -> None:
    text = (folder / "t.csv").read_text(encoding="utf-8")
    if old not in text:
        raise ValueError(f"{old!r} is not in the table")
    (folder / "t.csv").write_text(text.replace(old, new, 1), encoding="utf-8")


def _one_less(folder: Path) -> None:
    lines = (folder / "t.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    (folder / "t.csv").write_text("".join(line for line in lines if not line.startswith(NAMES[3])), encoding="utf-8")


def _relabelled(folder: Path) -> None:
    _edit(folder, f"{NAMES[3]}.png,melanoma", f"{NAMES[3]}.png,nevus")


def _moved_box(folder: Path) -> None:
    _edit(folder, f"{' '.join(map(str, place(NAMES[3])))},p{NAMES[3]}", f"1 1 9 9,p{NAMES[3]}")


def _repainted(folder: Path) -> None:
    save(folder / f"{NAMES[3]}.png", scene("another"))


def _moved_split(folder: Path) -> None:
    _edit(folder, f"{NAMES[8]}.png,melanoma,test", f"{NAMES[8]}.png,melanoma,train")


def _write(folder: Path, name: str, content: bytes) -> None:
    (folder / "runs/run" / name).write_bytes(content)


def _cut(folder: Path, name: str) -> None:
    path = folder / "runs/run" / name
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _flip(folder: Path, name: str) -> None:
    path = folder / "runs/run" / name
    content = bytearray(path.read_bytes())
    content[len(content) * 2 // 3] ^= 1
    path.write_bytes(content)


def _remove(folder: Path, name: str) -> None:
    (folder / "runs/run" / name).unlink()


def _other_settings(folder: Path) -> list[Step]:
    lay_out(folder, table())
    return [interrupted, [*TRAIN, "--resume", "--set", "train.optimizer.weight_decay=0.5"]]


def _never_began(folder: Path) -> list[Step]:
    lay_out(folder, table())
    return [[*TRAIN, "--resume"]]


def _taken(folder: Path) -> list[Step]:
    lay_out(folder, table())
    (folder / "runs/run").mkdir(parents=True)
    (folder / "runs/run/notes.txt").write_text("mine", encoding="utf-8")
    return [TRAIN]
