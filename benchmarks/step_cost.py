"""Cost of one training step of each method relative to label-only, interleaved in one run.

    uv run python benchmarks/step_cost.py --json step_cost.json

Every method trains the same backbone on the same batch. One round takes one step of each, label-only among them; the ratio is taken
within the round, and the median over the rounds is reported, so that a machine whose speed drifts does not tilt the result. On one
thread unless told otherwise: of several threads one that waits for another spins, and its waiting would be counted as work.
"""

from __future__ import annotations

import argparse
import functools
import statistics
from pathlib import Path

import torch
from timing import paired_ratios

from sightline.attention.classifier import build
from sightline.engine.files import write_json
from sightline.losses.objective import Objective
from sightline.recipe import Recipe, recipe_from
from sightline.study.estimate import invented_batch
from sightline.types import Batch

METHODS = {
    "label-only": {},
    "cam + energy": {"attention": {"name": "cam"}, "losses": {"guidance": [{"name": "energy"}]}},
    "grad-cam + l2": {"attention": {"name": "gradcam"}, "losses": {"guidance": [{"name": "l2", "squash": "max"}]}},
    "gates + dice": {
        "attention": {"name": "gates"},
        "losses": {"guidance": [{"name": "dice", "map": "gate1"}, {"name": "dice", "map": "gate2"}]},
    },
    "decoder + pixel ce": {"attention": {"name": "decoder"}, "losses": {"guidance": [{"name": "pixel_ce"}]}},
    "gain with mining": {
        "attention": {"name": "gradcam"},
        "losses": {"guidance": [{"name": "l2", "squash": "max"}], "behaviour": [{"name": "mining"}]},
    },
}
DECIDING = ("sufficiency", "necessity", "invariance", "rrr", "rrr_smooth")
OTHERS = {
    "cam + inside ce": {"attention": {"name": "cam"}, "losses": {"guidance": [{"name": "inside_ce"}]}},
    "segment + pixel class": {"attention": {"name": "segment"}, "losses": {"behaviour": [{"name": "pixel_class"}]}},
    **{name.replace("_", " "): {"losses": {"behaviour": [{"name": name}]}} for name in DECIDING},
}
PROMISED = {"cam + energy": 1.05, "grad-cam + l2": 1.06, "gates + dice": 1.05, "decoder + pixel ce": 1.2, "gain with mining": 2.15}


class Step:
    """One method, ready to take training steps."""

    def __init__(self, settings: dict[str, object], backbone: str) -> None:
        recipe: Recipe = recipe_from({"name": "bench", "backbone": {"name": backbone}} | settings, where="bench")
        torch.manual_seed(0)
        self.classifier = build(recipe, 2).train()
        self.objective = Objective(recipe.losses, recipe.weighting)
        parameters = [*self.classifier.parameters(), *self.objective.parameters()]
        self.optimizer = torch.optim.SGD(parameters, lr=1e-3, momentum=0.9)

    def __call__(self, batch: Batch) -> None:
        """One whole step."""
        self.optimizer.zero_grad()
        total, *_ = self.objective(self.classifier, batch, 0.0)
        total.backward()
        self.optimizer.step()


def summary(ratios: list[float]) -> dict[str, float]:
    """Median and quartiles."""
    low, middle, high = statistics.quantiles(ratios, n=4)
    return {"ratio": middle, "low": low, "high": high}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--backbone", default="resnet18")
    parser.add_argument("--size", type=int, default=128)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--others", action="store_true", help="the losses for which nothing is promised, instead")
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()

    torch.set_num_threads(arguments.threads)
    torch.manual_seed(1)
    batch = invented_batch(arguments.size, arguments.batch)
    methods = {"label-only": METHODS["label-only"], **OTHERS} if arguments.others else METHODS
    steps = {name: Step(settings, arguments.backbone) for name, settings in methods.items()}
    work = {name: functools.partial(step, batch) for name, step in steps.items()}
    ratios = paired_ratios(work.pop("label-only"), work, arguments.rounds)
    result = {name: summary(values) | ({"promised": PROMISED[name]} if name in PROMISED else {}) for name, values in ratios.items()}
    where = f"{arguments.backbone}, {arguments.size} px, batch {arguments.batch}, {arguments.threads} thread(s)"
    print(f"{where}, {arguments.rounds} rounds; processor time: median [quartiles]")
    for name, row in result.items():
        promise = f"   promised <= {row['promised']}" if "promised" in row else ""
        print(f"{name:22s} {row['ratio']:.3f}  [{row['low']:.3f}, {row['high']:.3f}]{promise}")
    if arguments.json:
        write_json(arguments.json, result)


if __name__ == "__main__":
    main()
