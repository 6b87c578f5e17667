"""Is the first training a good one? The preset `good` beside fastai's `fine_tune` and a loop of plain timm, at equal budget.

    uv run --with fastai python benchmarks/first_training.py --busi DIR --isic2017 DIR --backbone mobilenetv2_100 \\
        --weights mobilenetv2_100.safetensors --out first-training

Same images, same division, same pretrained backbone, same image size and number of epochs, three seeds. Every training leaves
`OUT/DATA-TOOL-SEED.json`; those that are there are kept, so an interrupted table goes on where it stopped. Two numbers of epochs may be
given as `--epochs busi=5 --epochs isic2017=4`. Intervals (95 %) are for other patients and other seeds. The balanced accuracy is given
for the most probable class and for the threshold that is best on the validation images. Time is processor time of the whole training.
`--split val` scores validation images, for whoever changes a preset; `--preset`, `--set` change what sightline does.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Container
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import torch
from first_cells import TOOLS, Cell, patients_of

from sightline.engine.files import write_json
from sightline.metrics.confidence.hierarchical import hierarchical
from sightline.metrics.scores.ranks import auc, curves
from sightline.metrics.scores.thresholds import decision_threshold
from sightline.results.study import OverSeeds

SCORES = ("AUC", "balanced accuracy", "balanced accuracy at the threshold")


def one(cell: Cell, tool: str, path: Path) -> None:
    """Trains one cell in this process and writes what it answered."""
    began = time.perf_counter()
    said = TOOLS[tool](cell)
    write_json(path, {"splits": said, "processor_seconds": sum(os.times()[:4]), "seconds": time.perf_counter() - began})


def statistics(answers: dict[str, Any], split: str, weights: np.ndarray) -> dict[str, np.ndarray]:
    """The scores of one training on weighted images: name -> (R,)."""
    labels, scores = (np.array(answers["splits"][split][key]) for key in ("labels", "scores"))
    held = answers["splits"]["val"]
    threshold, _ = decision_threshold(np.array(held["scores"]), np.array(held["labels"]) == 1) or (0.5, 0.0)

    def balanced(at: float) -> np.ndarray:
        right = (scores >= at) == (labels == 1)
        return np.mean([(weights * (right & (labels == c))).sum(1) / (weights * (labels == c)).sum(1) for c in (0, 1)], axis=0)

    area = auc(*curves(scores, np.broadcast_to(labels == 1, weights.shape), weights))
    return dict(zip(SCORES, (area, balanced(0.5), balanced(threshold)), strict=True))


def over_seeds(
    trained: list[dict[str, Any]], split: str, groups: list[str], base: list[dict[str, Any]] | None = None
) -> dict[str, OverSeeds]:
    """Means over the seeds, or mean differences from `base`, with intervals for other seeds and patients."""

    def values(seed: int, weights: np.ndarray) -> dict[str, np.ndarray]:
        own = statistics(trained[seed], split, weights)
        return own if base is None else {name: own[name] - value for name, value in statistics(base[seed], split, weights).items()}

    return hierarchical(values, [len(groups)] * len(trained), shared=True, groups=[groups] * len(trained))


def said(found: OverSeeds, sign: str = "") -> str:
    """A mean with its interval."""
    interval = f" [{found.low:{sign}.3f}, {found.high:{sign}.3f}]" if found.low is not None else ""
    return f"{found.value:{sign}.3f}{interval}"


def table(cells: dict[tuple[str, str], list[dict[str, Any]]], split: str, groups: dict[str, dict[str, str]]) -> list[str]:
    """Markdown: a row per data set and tool, and the differences from sightline."""
    rows = []
    for (data, tool), trained in cells.items():
        patients = [groups[data][i] for i in trained[0]["splits"][split]["ids"]]
        scores = over_seeds(trained, split, patients)
        seconds = np.mean([t["processor_seconds"] for t in trained])
        other = "-" if tool == "sightline" else said(over_seeds(cells[data, "sightline"], split, patients, trained)["AUC"], "+")
        rows.append([data, tool, str(len(trained)), *(said(scores[name]) for name in SCORES), other, f"{seconds:.0f} s"])
    head = ["data", "tool", "seeds", *SCORES, "AUC of sightline minus this", "processor time"]
    return [f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *rows)]


def whole(done: Container[str], data: str, seeds: int) -> list[int]:
    """The seeds that every tool has finished: others would compare other trainings."""
    return [seed for seed in range(seeds) if all(f"{data}-{tool}-{seed}" in done for tool in TOOLS)]


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--busi", type=Path)
    parser.add_argument("--isic2017", type=Path)
    parser.add_argument("--backbone", default="resnet18", help="a model of timm")
    parser.add_argument("--weights", type=Path, required=True, help="its pretrained weights, a safetensors file with timm's names")
    parser.add_argument("--out", type=Path, default=Path("first-training"))
    parser.add_argument("--size", type=int, default=96)
    parser.add_argument("--epochs", action="append", default=[], metavar="DATA=N", help="default: busi=5, isic2017=4")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--device", default="auto")
    parser.add_argument("--jobs", type=int, default=1, help="trainings at a time")
    parser.add_argument("--only", action="append", metavar="PART", help="only cells with this in their name, e.g. busi-timm; repeatable")
    parser.add_argument("--split", default="test", choices=["val", "test"], help="images that are scored")
    parser.add_argument("--preset", default="good")
    parser.add_argument("--set", action="append", default=[], dest="settings", metavar="KEY=VALUE", help="a further setting of sightline")
    parser.add_argument("--cell", help=argparse.SUPPRESS)
    return parser.parse_args()


def main() -> None:
    given = arguments()
    epochs = {"busi": 5, "isic2017": 4} | {k: int(v) for k, _, v in (pair.partition("=") for pair in given.epochs)}
    roots = {name: root.resolve() for name in epochs if (root := getattr(given, name)) is not None}
    cells = {
        f"{data}-{tool}-{seed}": (
            tool,
            Cell(
                data,
                root,
                given.backbone,
                given.weights.resolve(),
                epochs[data],
                given.size,
                seed,
                given.device,
                given.preset,
                tuple(given.settings),
            ),
        )
        for seed in range(given.seeds)
        for data, root in roots.items()
        for tool in TOOLS
    }
    if given.cell:
        torch.set_num_threads(given.threads)
        tool, cell = cells[given.cell]
        one(cell, tool, given.out / f"{given.cell}.json")
        return

    def train(name: str) -> None:
        environment = os.environ | {"OMP_NUM_THREADS": str(given.threads)}
        subprocess.run([sys.executable, *sys.argv, "--cell", name], check=True, env=environment)
        print(f"{name} done", file=sys.stderr, flush=True)

    given.out.mkdir(parents=True, exist_ok=True)
    wanted = [name for name in cells if not given.only or any(part in name for part in given.only)]
    with ThreadPoolExecutor(given.jobs) as pool:
        list(pool.map(train, [name for name in wanted if not (given.out / f"{name}.json").is_file()]))

    done = {name: json.loads(path.read_text(encoding="utf-8")) for name in cells if (path := given.out / f"{name}.json").is_file()}
    shown = {(data, tool): [done[f"{data}-{tool}-{s}"] for s in whole(done, data, given.seeds)] for data in roots for tool in TOOLS}
    groups = {data: patients_of(cells[f"{data}-sightline-0"][1]) for data in roots}
    print("\n".join(table({key: trained for key, trained in shown.items() if trained}, given.split, groups)))


if __name__ == "__main__":
    main()
