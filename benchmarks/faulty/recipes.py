"""Recipe files, study plans and names."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path

from faulty.fault import Fault, Judge, Step, either, reads, refused

BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 9))
PLAN = "title: Does it help?\nrecipe: energy\nseeds: 2\nset: {data.name: phantom}\nsplits: [flipped]\n"
PLAN += "arms: [label-only, true-roi]\n"


def faults() -> list[Fault]:
    """Files that `recipes show FILE` and `study FILE` are given."""
    good = "name: mine\nextends: energy\n"
    return [
        _recipe("plain", good, reads("mine")),
        _recipe("empty", "", refused("r.yaml")),
        _recipe("a comment alone", "# nothing\n", refused("r.yaml")),
        _recipe("a list", "- a\n- b\n", refused("r.yaml")),
        _recipe("a word", "energy\n", refused("r.yaml")),
        _recipe("a number", "7\n", refused("r.yaml")),
        _recipe("no YAML", "name: [mine\n", refused("r.yaml")),
        _recipe("tabs", "name: mine\n\tdata: x\n", refused("r.yaml")),
        _recipe("Latin-1", "name: mine\ntitle: für Haut\nextends: energy\n".encode("latin-1"), refused("r.yaml", "utf-8")),
        _recipe("UTF-16", good.encode("utf-16"), either(reads("mine"), refused("r.yaml"))),
        _recipe("with a byte order mark", b"\xef\xbb\xbf" + good.encode(), either(reads("mine"), refused("r.yaml"))),
        _recipe("binary", bytes(range(256)), refused("r.yaml")),
        _recipe("extends itself", "name: mine\nextends: r.yaml\n", refused("r.yaml")),
        _recipe("extends itself by another spelling", "name: mine\nextends: ./r.yaml\n", refused("r.yaml")),
        _recipe("extends what is not there", "name: mine\nextends: enrgy\n", refused("enrgy", "energy")),
        _recipe("extends a number", "name: mine\nextends: 7\n", refused("extends")),
        _recipe("an unknown section", good + "datas: {}\n", refused("datas", "data")),
        _recipe("an unknown key", good + "data: {image_sise: 3}\n", refused("image_sise", "image_size")),
        _recipe("a key twice", good + "train: {epochs: 3}\ntrain: {epochs: 4}\n", refused("train")),
        _recipe("a key twice inside a section", good + "train: {epochs: 3, epochs: 4}\n", refused("epochs")),
        _recipe("aliases that grow", good + BOMB, refused("r.yaml")),
        _recipe("an alias of itself", good + "data: &d {options: *d}\n", refused("r.yaml")),
        _recipe("code", good + "title: !!python/object/apply:os.system ['touch EXECUTED']\n", refused("r.yaml")),
        _recipe("nested 100,000 deep", "name: " + "[" * 100_000, refused("r.yaml")),
        _recipe("a name that leaves its folder", "name: ../../outside\nextends: energy\n", refused("name")),
        _recipe("a name with a slash", "name: a/b\nextends: energy\n", refused("name")),
        _recipe("an empty name", "name: ''\nextends: energy\n", refused("name")),
        _recipe("a name of 5,000 letters", f"name: {'x' * 5000}\nextends: energy\n", refused("name")),
        _recipe("a stage that leaves its folder", good + "stages: [{name: ../x}]\n", refused("stages")),
        _recipe("two stages of one name", good + "stages: [{name: a}, {name: a}]\n", refused("stage")),
        _recipe("two documents", good + "---\n" + good, refused("r.yaml")),
        Fault("recipes", "a folder", lambda folder: [["recipes", "show", "."]], refused(".")),
        Fault("recipes", "not there", lambda folder: [["recipes", "show", "gone.yaml"]], refused("gone.yaml")),
        Fault("recipes", "a pipe", _pipe, refused("r.yaml")),
        Fault("recipes", "/dev/zero", lambda folder: [["recipes", "show", "/dev/zero"]], refused("/dev/zero"), limit=20),
        Fault("recipes", "a misspelt recipe", lambda folder: [["recipes", "show", "enrgy"]], refused("energy")),
        _plan("plain", PLAN, reads()),
        _plan("empty", "", refused("p.yaml")),
        _plan("no YAML", "name: [a", refused("p.yaml")),
        _plan("a list", "- a\n", refused("p.yaml")),
        _plan("an unknown arm", PLAN.replace("label-only", "label-onyl"), refused("label-onyl", "label-only")),
        _plan("no seeds", PLAN.replace("2", "0"), refused("seeds")),
        _plan("half a seed", PLAN.replace("2", "1.5"), refused("seeds")),
        _plan("a billion seeds", PLAN.replace("2", "1000000000"), refused("seeds")),
        _plan("a recipe that is not there", PLAN.replace("energy", "enrgy"), refused("enrgy", "energy")),
        _plan("an unknown key", PLAN + "seedz: 3\n", refused("seedz", "seeds")),
        _plan("an unknown score", PLAN + "scores: [acuracy]\n", refused("acuracy")),
        _plan("an unknown setting", PLAN.replace("data.name: phantom", "data.nmae: phantom"), refused("nmae")),
        _plan("a base that is no arm", PLAN + "base: [random-roi]\n", refused("random-roi")),
        _plan("an arm twice", PLAN.replace("true-roi", "label-only"), refused("label-only")),
        _plan("no arms", PLAN.replace("[label-only, true-roi]", "[]"), refused("arms")),
        _plan("an arm whose name leaves its folder", PLAN.replace("true-roi", "{name: ../x, like: true-roi}"), refused("name")),
        _plan("a grid without values", PLAN + "grid: {train.epochs: []}\n", refused("grid")),
        _plan("a grid over a setting that does not exist", PLAN + "grid: {train.epoch: [1, 2]}\n", refused("epoch")),
        _plan("confidence 1", PLAN + "confidence: 1\n", refused("confidence")),
        _plan("one draw", PLAN + "draws: 1\n", refused("draws")),
        _plan("a key twice", PLAN + "seeds: 3\n", refused("seeds")),
        _plan("aliases that grow", PLAN + BOMB, refused("p.yaml")),
        _plan("Latin-1", PLAN.encode() + "# für\n".encode("latin-1"), refused("p.yaml")),
        _plan("binary", bytes(range(256)), refused("p.yaml")),
    ]


def _recipe(name: str, content: str | bytes, judge: Judge) -> Fault:
    return Fault(
        "recipes",
        f"recipe: {name}",
        partial(_written, file="r.yaml", content=content, command=["recipes", "show", "r.yaml"]),
        judge,
        limit=30,
    )


def _plan(name: str, content: str | bytes, judge: Judge) -> Fault:
    command = ["study", "p.yaml", "--dry-run"]
    return Fault("recipes", f"plan: {name}", partial(_written, file="p.yaml", content=content, command=command), judge, limit=90)


def _written(folder: Path, file: str, content: str | bytes, command: list[str]) -> list[Step]:
    (folder / file).write_bytes(content.encode() if isinstance(content, str) else content)
    return [command]


def _pipe(folder: Path) -> list[Step]:
    os.mkfifo(folder / "r.yaml")
    return [["recipes", "show", "r.yaml"]]
