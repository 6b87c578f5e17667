"""Does the zero target of GAIN's nonsuspicious images weaken their maps? Both stages of a recipe on a drawn miniature of the oral task.

    uv run python benchmarks/zero_target.py --seeds 6 --weights mobilenetv2_100.safetensors --out zero-target

Drawn photographs of two classes: `suspicious` ones with a box, `nonsuspicious` ones in which there is nothing to mark. A small network
learns stage 1 (labels) and then stage 2 (with mining and boxes) of `gain`, and of the variant whose maps are divided by their maximum.
Printed for each seed, then as median and range: the sum of the rectified map of the labelled class, mean over the nonsuspicious test
images, and the accuracy, after both stages; then what stage 2 changed, with 95 % intervals over the seeds. Runs that are there are kept.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from scipy.stats import t

from sightline.data.loader import collate
from sightline.data.sets.phantom_pictures import PhantomImage, PhantomMask
from sightline.engine.run import Run
from sightline.engine.train import train
from sightline.recipe import load_recipe

COUNTS = {"train": 240, "val": 40, "test": 120}
SIDE = 64
SMALL: dict[str, Any] = {
    "data.name": "table",
    "data.image_size": SIDE,
    "data.classes": {"nonsuspicious": ["nonsuspicious"], "suspicious": ["suspicious"]},
    "backbone": {"name": "mobilenetv2_100", "weights": "imagenet", "stride": 16},
    "head": {"kind": "gap"},
    "attention.layer": "last",
    "train.optimizer.lr": 0.01,
    "evaluate.bootstrap": 50,
}
EPOCHS = {"stage1": 10, "stage2": 8}
STAGE_2 = {"train.optimizer.lr": 0.005, "backbone.freeze_batchnorm": True}  # VGG-19 has no batch norm
MINING = {"name": "mining", "mode": "gt", "w": 3.0, "sigma": 0.2, "weight": 0.5}
VARIANTS: dict[str, dict[str, Any]] = {
    "gain": {},
    "maps over their maximum": {
        "losses.guidance": [{"name": "l2", "map": "gradcam", "squash": "max"}],
        "losses.behaviour": [MINING | {"scale": "max", "at": "image"}],
    },
}


def draw(folder: Path) -> Path:
    """The pictures and their table: id, image, label, box, nothing, split."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = []
    for stream, (split, count) in enumerate(COUNTS.items()):
        for number in range(count):
            suspicious = number % 2 == 1
            seed, kind = (7, stream, number), "melanoma" if suspicious else "nevus"
            name = f"{split}-{number:03d}.png"
            Image.fromarray(PhantomImage(SIDE, seed, kind, None).draw()).save(folder / name)
            ys, xs = np.nonzero(PhantomMask(SIDE, seed, kind, "lesion").draw() >= 0.5)
            box = f"{xs.min()} {ys.min()} {xs.max() + 1} {ys.max() + 1}" if suspicious else ""
            label = "suspicious" if suspicious else "nonsuspicious"
            rows.append({"image": name, "label": label, "box": box, "nothing": "" if suspicious else "true", "split": split})
    path = folder / "oral.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def stage(name: str, folder: Path, table: Path, seed: int, **more: Any) -> Run:
    """One stage of `gain`, or the run that is there."""
    settings = SMALL | {"data.root": str(table), "train.seed": seed, "train.epochs": EPOCHS[name]} | more
    return Run(folder) if (folder / "model.json").is_file() else train(load_recipe(f"gain/{name}", settings), folder, say=lambda _: None)


def measure(run: Run) -> tuple[float, float]:
    """Mean sum of the rectified maps of the nonsuspicious test images, and accuracy on the test images."""
    dataset, classifier = run.datasets["test"], run.classifier().eval()
    batch = collate([dataset[i] for i in range(len(dataset))])
    with torch.no_grad():
        look = classifier.look(batch.images, batch.labels)
    sums = torch.relu(look.maps["gradcam"]).sum((1, 2, 3))
    accuracy = (look.logits.argmax(1) == batch.labels).float().mean()
    return sums[batch.labels == 0].mean().item(), accuracy.item()


def spread(values: Sequence[float]) -> str:
    return f"{np.median(values):.3f} ({min(values):.3f} to {max(values):.3f})"


def mean_of(values: np.ndarray) -> tuple[float, float, float]:
    """The mean over the seeds, and its 95 % interval by Student's t."""
    reach = t.ppf(0.975, len(values) - 1) * values.std(ddof=1) / len(values) ** 0.5
    return float(values.mean()), float(values.mean() - reach), float(values.mean() + reach)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=6)
    parser.add_argument("--weights", default="imagenet", help="a file, or `imagenet`, which downloads them")
    parser.add_argument("--out", type=Path, default=Path("zero-target"))
    given = parser.parse_args()
    torch.set_num_threads(1)
    table = draw(given.out / "pictures")
    SMALL["backbone"]["weights"] = given.weights
    firsts = [stage("stage1", given.out / f"first-{seed}", table, seed) for seed in range(given.seeds)]
    found: dict[str, list[tuple[float, float]]] = {"stage 1": [measure(run) for run in firsts]}
    for number, (name, settings) in enumerate(VARIANTS.items()):
        found[name] = []
        for seed, first in enumerate(firsts):
            more = STAGE_2 | settings | {"train.start": str(first.path)}
            found[name].append(measure(stage("stage2", given.out / f"second-{number}-{seed}", table, seed, **more)))
            before, after = found["stage 1"][seed], found[name][-1]
            print(f"{name}, seed {seed}: sum {before[0]:.3f} to {after[0]:.3f}, accuracy {before[1]:.3f} to {after[1]:.3f}", flush=True)
    print("\n| after | map sum, nonsuspicious | accuracy | map sum over that after stage 1 |\n|---|---|---|---|")
    for name, values in found.items():
        sums, accuracies = zip(*values, strict=True)
        ratio = [a / b for (a, _), (b, _) in zip(values, found["stage 1"], strict=True)]
        print(f"| {name if name == 'stage 1' else f'stage 2, {name}'} | {spread(sums)} | {spread(accuracies)} | {spread(ratio)} |")
    first = np.array(found.pop("stage 1"))
    print("\n| after, against stage 1 | map sum, share of the first (geometric mean) | accuracy | difference |\n|---|---|---|---|")
    for name, values in found.items():
        after = np.array(values)
        share, least, most = np.exp(mean_of(np.log(after[:, 0] / first[:, 0])))
        middle, low, high = mean_of(after[:, 1] - first[:, 1])
        print(
            f"| {name} | {share:.2f} [{least:.2f}, {most:.2f}] | {first[:, 1].mean():.3f} to {after[:, 1].mean():.3f} "
            f"| {middle:+.3f} [{low:+.3f}, {high:+.3f}] |"
        )


if __name__ == "__main__":
    main()
