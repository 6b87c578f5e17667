"""Does `sightline annotate-next` choose better than chance, with equally many annotations?

    uv run python benchmarks/annotate_next.py --json annotate_next.json

A first training knows a small share of the annotations. Each way to choose adds as many; a training from scratch with the same weights and
order of images at the start then uses both. Training, choice and annotations differ by nothing else. Drawn skin lesions, of which each seed
has its own; scored where the ruler misleads (`flipped`). Intervals are over seeds and images (95 %). Finished runs in `--runs` are kept, so
an interrupted comparison goes on where it stopped.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any, get_args

import numpy as np

from sightline.annotate.advise import annotate_next
from sightline.annotate.choose import By
from sightline.engine.compare import judged
from sightline.engine.evaluate import evaluate
from sightline.engine.files import read_table, write_json
from sightline.engine.run import Run
from sightline.engine.train import train
from sightline.metrics.bootstrap import ratio
from sightline.metrics.compare import Judged
from sightline.metrics.hierarchical import Spread, hierarchical
from sightline.recipe import load_recipe

SPLIT, RECIPE, FIRST = "flipped", "demo-guided", "none added"
SMALL: dict[str, Any] = {"data.image_size": 64, "data.options": {"size": 64, "train": 400, "val": 40, "test": 240}}


def trained(folder: Path, seed: int, settings: dict[str, Any]) -> Run:
    """A finished and scored run of the seed's own images."""
    recipe = load_recipe(RECIPE, SMALL | {"train.seed": seed, "data.options.seed": seed} | settings)
    run = train(recipe, folder, resume=folder.exists(), title=folder.name)
    if SPLIT not in run.metrics:
        evaluate(run, [SPLIT])
    return run


def runs_of_seed(seed: int, start: float, budget: int, ways: Sequence[By], folder: Path) -> tuple[dict[str, Run], dict[str, float]]:
    """The first run and one per way; and which share of the images that a way chose shows a ruler."""
    first = trained(folder / f"first-{seed}", seed, {"data.annotated_fraction": start})
    runs, rulers = {FIRST: first}, {}
    shows = {record.id: bool(record.tags["ruler"]) for record in first.datasets["train"].records}
    for way in ways:
        out = folder / f"{way}-{seed}-chosen"
        if not (out / "annotated.csv").is_file():
            annotate_next(first, budget, way, out, seed=seed)
        rulers[way] = float(np.mean([shows[row["id"]] for row in read_table(out / "next.csv")]))
        runs[way] = trained(folder / f"{way}-{seed}", seed, {"data.annotated": str((out / "annotated.csv").resolve())})
    return runs, rulers


def scores(answers: Judged) -> dict[str, np.ndarray]:
    """One number per image."""
    assert answers.epg is not None
    return {"accuracy": (answers.probabilities.argmax(1) == answers.labels).astype(float), "epg": answers.epg}


def over_seeds(values: Sequence[dict[str, np.ndarray]]) -> dict[str, Spread]:
    """Means of the seeds' numbers per image, with intervals over seeds and images; every seed has images of its own."""

    def means(seed: int, weights: np.ndarray) -> dict[str, np.ndarray]:
        return {name: ratio(weights @ found, weights.sum(axis=1)) for name, found in values[seed].items()}

    return hierarchical(means, [len(v["accuracy"]) for v in values], shared=False)


def cell(score: Spread, sign: str = "") -> str:
    """`0.71 [0.65, 0.77]; 0.70 0.72 0.71`."""
    seeds = " ".join("-" if v is None else f"{v:{sign}.3f}" for v in score["per_seed"])
    if score["value"] is None or score["low"] is None:
        return seeds
    return f"{score['value']:{sign}.3f} [{score['low']:{sign}.3f}, {score['high']:{sign}.3f}]; {seeds}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--start", type=float, default=0.02, help="share of the 400 annotations that the first training knows")
    parser.add_argument("--budget", type=int, default=16, help="annotations that are added")
    parser.add_argument("--by", nargs="+", choices=get_args(By), default=["random", "uncertainty", "uncertainty+spread"])
    parser.add_argument("--runs", type=Path, default=Path("runs/annotate-next"))
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()

    seeds = [runs_of_seed(s, arguments.start, arguments.budget, arguments.by, arguments.runs) for s in arguments.seeds]
    found = [{arm: scores(judged(run, SPLIT)) for arm, run in runs.items()} for runs, _ in seeds]
    result: dict[str, Any] = {arm: over_seeds([one[arm] for one in found]) for arm in found[0]}
    gains = {
        way: over_seeds([{k: one[way][k] - one["random"][k] for k in one[way]} for one in found])
        for way in arguments.by
        if way != "random" and "random" in arguments.by
    }
    rulers = {way: [shares[way] for _, shares in seeds] for way in arguments.by}
    if arguments.json:
        write_json(arguments.json, {"seeds": arguments.seeds, "arms": result, "against random": gains, "rulers among chosen": rulers})
    print(
        f"\n{SPLIT}: mean [interval over seeds and images]; each seed\n\n| added by | accuracy | EPG | chosen images with a ruler |\n"
        + "|---" * 4
        + "|"
    )
    for arm, score in result.items():
        share = " ".join(f"{r:.2f}" for r in rulers.get(arm, [])) or "-"
        print(f"| {arm} | {cell(score['accuracy'])} | {cell(score['epg'])} | {share} |")
    for way, gain in gains.items():
        print(f"| {way} minus random | {cell(gain['accuracy'], '+')} | {cell(gain['epg'], '+')} | |")


if __name__ == "__main__":
    main()
