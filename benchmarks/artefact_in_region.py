"""How much of a planted artefact lies inside the annotated region, and inside its bounding box? What lies there no exchange of the
surroundings removes.

    uv run python benchmarks/artefact_in_region.py busi --root DIR --artefact ruler --artefact caliper

For each test image `matched` that carries the artefact: the share of its pixels (those that differ from the image without it by more than 8
of 256 levels) in the region, and in the region's box. Printed is the mean over these images.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch
from torch import Tensor

from sightline.data.loader import Sample
from sightline.engine.prepare import prepare
from sightline.recipe import load_recipe


def shares(planted: Sample, clean: Sample) -> tuple[float, float] | None:
    """Of the pixels that differ, the share in the region and the share in its box; None where nothing differs or no region is known."""
    drawn = (planted.image - clean.image).abs().amax(0) > 8 / 255  # (H, W)
    inside = planted.roi[0].float() >= 0.5 * float(planted.roi.max())  # (H, W)
    if not drawn.any() or not planted.known or not planted.roi.any():
        return None
    return _share(drawn, inside), _share(drawn, box(inside))


def box(inside: Tensor) -> Tensor:
    """The bounding box of a mask. (H, W) -> (H, W)"""
    rows, columns = torch.where(inside)
    found = torch.zeros_like(inside)
    found[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1] = True
    return found


def _share(drawn: Tensor, inside: Tensor) -> float:
    return float((drawn & inside).sum() / drawn.sum())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data")
    parser.add_argument("--root", type=Path, default=None)
    parser.add_argument("--artefact", action="append", required=True)
    parser.add_argument("--size", type=int, default=128, help="of the images, in pixels")
    arguments = parser.parse_args()

    split = {"val": 0.2, "test": 0.35, "near_duplicates": True}
    data = {"name": arguments.data, "root": arguments.root, "image_size": arguments.size, "split": split, "leaks": "drop"}
    for artefact in arguments.artefact:
        settings = {f"data.{key}": value for key, value in data.items()} | {"data.decoy": {"artefact": artefact, "strength": 0.9}}
        datasets = prepare(load_recipe("label-only", settings)).datasets
        planted, clean = datasets["matched"], datasets["removed"]
        found = [one for i in range(len(planted)) if (one := shares(planted[i], clean[i]))]
        region, boxed = torch.tensor(found).mean(0).tolist()
        print(f"{arguments.data} {artefact}: {region:.1%} in the region, {boxed:.1%} in its box, {len(found)} images", flush=True)


if __name__ == "__main__":
    main()
