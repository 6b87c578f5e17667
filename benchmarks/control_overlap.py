"""How wrong is a wrong region? Overlap of control regions with the image's own: the figures in `docs/data.md`.

    uv run python benchmarks/control_overlap.py isic2017 --root DIR
    uv run python benchmarks/control_overlap.py phantom

Soft IoU (sum of the smaller over sum of the larger value) of each annotated training image's own map and that of `data.roi.control`; images
whose region is empty are left out.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from sightline.config import Data, Roi
from sightline.data.annotation import render
from sightline.data.guide.guiding import guided_by
from sightline.data.images import image_size
from sightline.data.reading import read
from sightline.data.splits import split
from sightline.types import Record


def overlap(own: Record, control: Record) -> float:
    """Soft IoU of two records' maps; NaN without a region."""
    size = image_size(own.image)
    a, b = (render(record.annotations, size, where=record.id) for record in (own, control))
    if a is None or b is None or not a.any() or not b.any():
        return float("nan")
    return float(np.minimum(a, b).sum() / np.maximum(a, b).sum())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data")
    parser.add_argument("--root", type=Path, default=None)
    parser.add_argument("--images", type=int, default=400, help="at most so many, evenly spread")
    arguments = parser.parse_args()

    data = Data(name=arguments.data, root=arguments.root)
    records = split(read(data).records, data.split)["train"]
    step = max(1, len(records) // arguments.images)
    for kind in ("random", "centre"):
        controls = guided_by(records, Roi(control=kind))
        found = np.array([overlap(a, b) for a, b in list(zip(records, controls, strict=True))[::step]])
        found = found[~np.isnan(found)]
        low, middle, high = np.quantile(found, [0.25, 0.5, 0.75])
        print(f"{arguments.data} {kind:7s} mean IoU {found.mean():.2f}, quartiles {low:.2f} {middle:.2f} {high:.2f}, {len(found)} images")


if __name__ == "__main__":
    main()
