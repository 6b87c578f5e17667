"""Arms side by side, with seeds and intervals: the tables in `docs/results.md` and `docs/papers/`.

    uv run python benchmarks/arms.py phantom --json phantom.json
    uv run python benchmarks/arms.py isic2017 --root DIR --weights mobilenetv2.safetensors --json isic2017.json
    uv run python benchmarks/arms.py busi --root DIR --weights mobilenetv2.safetensors --seeds 1 --json busi.json
    uv run python benchmarks/arms.py attnmel-isic2017 --root DIR --weights mobilenetv2.safetensors
    uv run python benchmarks/arms.py spn-busi --root DIR --weights mobilenetv2.safetensors
    uv run python benchmarks/arms.py spn-busi --root DIR --runs DIR --kept

Every arm of a plan shares backbone, schedule, images and number of epochs, and keeps its last epoch, so that nothing is chosen on the
images that are reported. Finished runs in `--runs` are kept, so an interrupted table goes on where it stopped; `--kept` judges them as they
lie and trains nothing. Intervals are 95 % bootstrap intervals over images of the mean over seeds; the range over seeds stands beside them.
The plans of a paper print a second table, with the scores that the paper itself reports.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from paper_scores import paper_scores
from plans import PLANS

from sightline.engine.compare import judged
from sightline.engine.evaluate import evaluate
from sightline.engine.files import write_json
from sightline.engine.run import Run
from sightline.engine.train import train
from sightline.metrics.confidence.bootstrap import interval, intervals
from sightline.metrics.scores.ranks import overall_auc
from sightline.recipe import load_recipe
from sightline.results.scores import Level


def scores(runs: list[Run], split: str) -> dict[str, Any]:
    """Means over seeds with intervals over images, and the range over seeds."""
    answers = [judged(run, split) for run in runs]
    ids, labels = answers[0].ids, answers[0].labels
    answers = [answer.ordered_as(ids) for answer in answers]
    right = np.mean([(a.probabilities.argmax(1) == labels).astype(float) for a in answers], axis=0)

    def area(weights: np.ndarray) -> dict[str, np.ndarray]:
        return {"auc": np.mean([overall_auc(labels, a.probabilities, weights) for a in answers], axis=0)}

    both, good = {"accuracy": interval(right), **intervals(area, len(labels))}, [run.scores[split].classification for run in runs]
    result: dict[str, Any] = {"n": len(ids)}
    result |= {name: found.to_json() | {"seeds": [getattr(one, name).value for one in good]} for name, found in both.items()}
    if all(a.epg is not None for a in answers):
        first = [looked for run in runs if (looked := run.scores[split].first_map)]
        result["epg"] = interval(np.mean([a.epg for a in answers], axis=0)).to_json() | {"seeds": [looked.epg.value for looked in first]}
        result["epg"] |= over_seeds([looked.epg for looked in first], ("uniform", "centre", "shuffled"))
        result["pixel_ap"] = over_seeds([looked.pixel_ap for looked in first], ("value", "centre", "shuffled"))
        result["jaccard"] = over_seeds([looked.jaccard for looked in first], ("value", "centre", "shuffled"))
    return result


def over_seeds(levels: list[Level | None], names: Sequence[str]) -> dict[str, float]:
    """Means of the score, or of its levels."""
    return {name: float(np.mean([getattr(level, name) for level in levels])) for name in names}


def cell(score: dict[str, Any] | None) -> str:
    """A score with its interval, and its range over seeds."""
    if score is None:
        return "-"
    spread = f"; seeds {min(score['seeds']):.3f} to {max(score['seeds']):.3f}" if len(score["seeds"]) > 1 else ""
    return f"{score['value']:.3f} [{score['low']:.3f}, {score['high']:.3f}]{spread}"


def row(arm: str, split: str, result: dict[str, Any]) -> str:
    """One line of the Markdown table."""
    epg = result.get("epg")
    levels = " / ".join(f"{epg[k]:.2f}" for k in ("uniform", "centre", "shuffled")) if epg else "-"

    def beside(key: str) -> str:
        return " / ".join(f"{result[key][k]:.2f}" for k in ("value", "centre", "shuffled")) if key in result else "-"

    scores = [cell(result["accuracy"]), cell(result["auc"]), cell(epg), levels, beside("pixel_ap"), beside("jaccard")]
    return f"| {' | '.join([arm, split, *scores])} |"


def paper_table(result: dict[str, dict[str, Any]]) -> list[str]:
    """The scores of the paper as lines of Markdown: a line for each arm and split, a column for each score that any arm has."""
    rows = [(arm, split, found["paper"]) for arm, splits in result.items() for split, found in splits.items()]
    columns = list(dict.fromkeys(column for _, _, scores in rows for column in scores))
    lines = [["arm", "split", *columns], *([arm, split, *(cell(scores.get(column)) for column in columns)] for arm, split, scores in rows)]
    head, *body = [f"| {' | '.join(line)} |" for line in lines]
    return [head, "|---" * (2 + len(columns)) + "|", *body]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("plan", choices=sorted(PLANS))
    parser.add_argument("--root", type=Path, help="folder of the data set")
    parser.add_argument("--weights", help="safetensors file for the backbone")
    parser.add_argument("--seeds", type=int, default=0, help="number of seeds (default: 3 for phantom, 2 otherwise)")
    parser.add_argument("--runs", type=Path, default=Path("runs"))
    parser.add_argument("--kept", action="store_true", help="judge the finished runs in --runs as they are, train nothing")
    parser.add_argument("--arm", action="append", help="only these arms; repeatable")
    parser.add_argument("--set", action="append", default=[], dest="settings", metavar="KEY=VALUE", help="change a setting of every arm")
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()

    from sightline.overrides import parse_settings

    plan = PLANS[arguments.plan]
    seeds = arguments.seeds or (3 if arguments.plan == "phantom" else 2)
    shared = plan.shared | {"data.name": plan.data}
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
            if arguments.kept:
                run = Run(folder)
            else:
                run = train(load_recipe(recipe, settings), folder, resume=folder.exists(), title=f"{arm}, seed {seed}")
            if not set(plan.splits) <= set(run.scores):
                evaluate(run, plan.splits)
            runs.append(run)
        result[arm] = {split: scores(runs, split) for split in plan.splits}
        if plan.paper:
            for split in plan.splits:
                result[arm][split]["paper"] = paper_scores(plan.paper, runs, split)
    if arguments.json:
        write_json(arguments.json, result)
    print(f"\n{arguments.plan}, {seeds} seeds\n")
    columns = ["arm", "split", "accuracy", "AUC", "EPG", "EPG of a uniform / centred / shuffled map"]
    columns += [f"{name} / centred / shuffled" for name in ("pixel AP", "Jaccard")]
    print(f"| {' | '.join(columns)} |")
    print("|---" * len(columns) + "|")
    for arm, splits in result.items():
        for split, found in splits.items():
            print(row(arm, split, found))
    if plan.paper:
        print(f"\nthe scores of {plan.paper}\n")
        print("\n".join(paper_table(result)))


if __name__ == "__main__":
    main()
