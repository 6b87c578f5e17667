"""Arms side by side, with seeds and intervals: the tables in `docs/results.md`.

    uv run python benchmarks/arms.py phantom --json phantom.json
    uv run python benchmarks/arms.py isic2017 --root DIR --weights mobilenetv2.safetensors --json isic2017.json
    uv run python benchmarks/arms.py busi --root DIR --weights mobilenetv2.safetensors --seeds 1 --json busi.json

Every arm of a plan shares backbone, schedule, images and number of epochs, and keeps its last epoch, so that nothing is chosen on the
images that are reported. Finished runs in `--runs` are kept, so an interrupted table goes on where it stopped. Intervals are 95 %
bootstrap intervals over images of the mean over seeds; the range over seeds stands beside them.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from sightline.engine.compare import judged
from sightline.engine.evaluate import evaluate
from sightline.engine.files import write_json
from sightline.engine.run import Run
from sightline.engine.train import train
from sightline.metrics.bootstrap import interval, intervals
from sightline.metrics.ranks import overall_auc
from sightline.recipe import load_recipe


@dataclass(frozen=True)
class Plan:
    """Arms (name -> recipe and settings of its own), what they share, and the splits that are reported."""

    arms: dict[str, tuple[str, dict[str, Any]]]
    shared: dict[str, Any]
    splits: tuple[str, ...]
    seed_settings: tuple[str, ...] = ("train.seed",)


MOBILE = {
    "backbone.name": "mobilenetv2_100",
    "train.optimizer": {"name": "adamw", "lr": 5e-4, "weight_decay": 0.01},
    "train.schedule": {"name": "one_cycle"},
    "train.batch_size": 32,
    "train.select": "last",
    "data.image_size": 128,
    "data.augment": {"flip_x": 0.5, "flip_y": 0.5, "rotate90": True, "brightness": 0.1, "contrast": 0.1},
}
REAL_ARMS = {
    "label-only": ("label-only", {}),
    "energy": ("energy", {}),
    "gates + Dice": (
        "gates",
        {"losses.classification": {"name": "cross_entropy"}, "losses.guidance.0.weight": 0.3, "losses.guidance.1.weight": 0.3},
    ),
    "decoder": ("decoder", {}),
}
ENERGY, OUTSIDE, BACKGROUND = {"name": "energy", "classes": "all"}, {"name": "outside", "classes": "all"}, {"name": "background"}


def phantom_arm(guidance: list[dict[str, Any]], behaviour: list[dict[str, Any]], **settings: Any) -> tuple[str, dict[str, Any]]:
    """The demo's guided recipe with other losses."""
    return "demo-guided", {"losses.guidance": guidance, "losses.behaviour": behaviour} | settings


PLANS = {
    "phantom": Plan(
        arms={
            "label-only": ("demo-label-only", {}),
            "outside + energy": ("demo-guided", {}),
            "energy + background": phantom_arm([ENERGY | {"weight": 0.5}], [BACKGROUND]),
            "outside": phantom_arm([OUTSIDE], []),
            "background": phantom_arm([], [BACKGROUND]),
            "energy": phantom_arm([ENERGY | {"weight": 0.5}], []),
        },
        shared={},
        splits=("matched", "flipped", "removed"),
        seed_settings=("train.seed", "data.options.seed"),
    ),
    "isic2017": Plan(REAL_ARMS, MOBILE | {"train.epochs": 4, "data.leaks": "drop"}, ("val",)),
    "busi": Plan(
        REAL_ARMS,
        MOBILE | {"train.epochs": 8, "data.split": {"val": 0.25, "test": 0.0, "near_duplicates": True}},
        ("val",),
    ),
}


def scores(runs: list[Run], split: str) -> dict[str, Any]:
    """Means over seeds with intervals over images, and the range over seeds."""
    answers = [judged(run, split) for run in runs]
    ids, labels = answers[0].ids, answers[0].labels
    answers = [answer.ordered_as(ids) for answer in answers]
    right = np.mean([(a.probabilities.argmax(1) == labels).astype(float) for a in answers], axis=0)

    def area(weights: np.ndarray) -> dict[str, np.ndarray]:
        return {"auc": np.mean([overall_auc(labels, a.probabilities, weights) for a in answers], axis=0)}

    result: dict[str, Any] = {"n": len(ids), "accuracy": interval(right), "auc": intervals(area, len(labels))["auc"]}
    metrics = [run.metrics[split] for run in runs]
    for name in ("accuracy", "auc"):
        values = [m["classification"][name]["value"] for m in metrics]
        result[name] |= {"seeds": values}
    if all(a.epg is not None for a in answers):
        result["epg"] = dict(interval(np.mean([a.epg for a in answers], axis=0)))
        first = [next(iter(m["localisation"].values())) for m in metrics]
        result["epg"]["seeds"] = [m["epg"]["value"] for m in first]
        result["epg"] |= {level: float(np.mean([m["epg"][level] for m in first])) for level in ("uniform", "centre", "shuffled")}
        result["pixel_ap"] = {key: float(np.mean([m["pixel_ap"][key] for m in first])) for key in ("value", "centre", "shuffled")}
    return result


def row(arm: str, split: str, result: dict[str, Any]) -> str:
    """One line of the Markdown table."""

    def cell(score: dict[str, Any] | None) -> str:
        if score is None:
            return "-"
        spread = f"; seeds {min(score['seeds']):.3f} to {max(score['seeds']):.3f}" if len(score["seeds"]) > 1 else ""
        return f"{score['value']:.3f} [{score['low']:.3f}, {score['high']:.3f}]{spread}"

    epg = result.get("epg")
    levels = " / ".join(f"{epg[k]:.2f}" for k in ("uniform", "centre", "shuffled")) if epg else "-"
    ranked = result.get("pixel_ap")
    pixels = f"{ranked['value']:.2f} / {ranked['centre']:.2f} / {ranked['shuffled']:.2f}" if ranked else "-"
    return f"| {arm} | {split} | {cell(result['accuracy'])} | {cell(result['auc'])} | {cell(epg)} | {levels} | {pixels} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("plan", choices=sorted(PLANS))
    parser.add_argument("--root", type=Path, help="folder of the data set")
    parser.add_argument("--weights", help="safetensors file for the backbone")
    parser.add_argument("--seeds", type=int, default=0, help="number of seeds (default: 3 for phantom, 2 otherwise)")
    parser.add_argument("--runs", type=Path, default=Path("runs"))
    parser.add_argument("--arm", action="append", help="only these arms; repeatable")
    parser.add_argument("--set", action="append", default=[], dest="settings", metavar="KEY=VALUE", help="change a setting of every arm")
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()

    from sightline.recipe import parse_settings

    plan = PLANS[arguments.plan]
    seeds = arguments.seeds or (3 if arguments.plan == "phantom" else 2)
    shared = plan.shared | {"data.name": arguments.plan}
    if arguments.root:
        shared["data.root"] = str(arguments.root.resolve())
    if arguments.weights:
        shared["backbone.weights"] = str(Path(arguments.weights).resolve())
    result: dict[str, Any] = {}
    for arm, (recipe, own) in plan.arms.items():
        if arguments.arm and arm not in arguments.arm:
            continue
        runs = []
        for seed in range(seeds):
            settings = shared | own | parse_settings(arguments.settings) | dict.fromkeys(plan.seed_settings, seed)
            folder = arguments.runs / arguments.plan / f"{arm.replace(' ', '-')}-{seed}"
            run = train(load_recipe(recipe, settings), folder, resume=folder.exists(), title=f"{arm}, seed {seed}")
            if not set(plan.splits) <= set(run.metrics):
                evaluate(run, plan.splits)
            runs.append(run)
        result[arm] = {split: scores(runs, split) for split in plan.splits}
    if arguments.json:
        write_json(arguments.json, result)
    print(f"\n{arguments.plan}, {seeds} seeds\n")
    print("| arm | split | accuracy | AUC | EPG | EPG of a uniform / centred / shuffled map | pixel AP / centred / shuffled |")
    print("|---|---|---|---|---|---|---|")
    for arm, splits in result.items():
        for split, found in splits.items():
            print(row(arm, split, found))


if __name__ == "__main__":
    main()
