"""How far an exported ONNX graph is from PyTorch, for every attention source, on real images.

    uv run python benchmarks/export_accuracy.py --pictures ~/busi --weights mobilenetv2_100.safetensors

Takes pictures spread evenly over a folder. For each source of the catalogue: a network with pretrained features and a head that has learnt
nothing, exported with its map where that can be. Prints the largest absolute difference of each output over all
pictures, in batches of ten, and the size of the largest logit and map value beside it.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch

from sightline import catalog
from sightline.attention.classifier import build
from sightline.data.augment import evaluation, prepare
from sightline.data.images import open_image
from sightline.export.check import expected
from sightline.export.graphs import graph_answers, graph_bytes
from sightline.export.network import exportable
from sightline.export.programs import program_of
from sightline.predict.pictures import wanted
from sightline.recipe import load_recipe

CLASSES, BATCH = 2, 10
OF_GRADIENTS_ELSEWHERE = {"gradcam, an earlier layer": {"name": "gradcam", "layer": "blocks.3"}}


def squares(folder: Path, count: int, side: int) -> torch.Tensor:
    """Pictures as a network takes them, (N, 3, S, S) in [0, 1]."""
    every = list(wanted([folder]))
    data = load_recipe("label-only", {"data.image_size": side}).data
    chosen = [every[i] for i in np.linspace(0, len(every) - 1, count).round().astype(int)]
    tensors = [evaluation(data)([prepare(open_image(one.path), [], data)[0]])[0].as_subclass(torch.Tensor) for one in chosen]
    return torch.stack(tensors).float() / 255


def row(title: str, attention: dict[str, object], images: torch.Tensor, weights: str) -> str:
    """A line of the table: largest differences, and the reason why there is no map."""
    settings = {"backbone.name": "mobilenetv2_100", "backbone.weights": weights, "data.image_size": images.shape[-1]}
    torch.manual_seed(0)
    classifier = build(load_recipe("label-only", settings | {"attention": attention}), CLASSES).eval()
    made = exportable(classifier)
    program = program_of(made.network, images.shape[-1])
    answer = graph_answers(graph_bytes(program, made.network.outputs, {}))
    far, large = dict.fromkeys(made.network.outputs, 0.0), dict.fromkeys(made.network.outputs, 0.0)
    for batch in images.split(BATCH):
        for name, own, other in zip(made.network.outputs, expected(made.network, batch), answer(batch), strict=True):
            far[name] = max(far[name], float(np.abs(own - other).max()))
            large[name] = max(large[name], float(np.abs(own).max()))
    cells = [f"{far[name]:.1e} ({large[name]:.2g})" if name in far else "-" for name in ("logits", "probabilities", "map")]
    return f"| {title} | {' | '.join(cells)} | {made.why_no_map} |"


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--pictures", type=Path, required=True, help="folder of real pictures")
    options.add_argument("--weights", default="none", help="safetensors file of the network's pretrained weights")
    options.add_argument("--count", type=int, default=100)
    options.add_argument("--side", type=int, default=224)
    chosen = options.parse_args()
    images = squares(chosen.pictures, chosen.count, chosen.side)
    print(f"{len(images)} pictures, {chosen.side} x {chosen.side}; in brackets the largest value of the output")
    print("| source | logits | probabilities | map | why no map |\n|---|---|---|---|---|")
    plain = {name: {"name": name} for name in catalog.places("attention")}
    for title, attention in (plain | OF_GRADIENTS_ELSEWHERE).items():
        print(row(title, attention, images, chosen.weights), flush=True)


if __name__ == "__main__":
    main()
