"""How good the regions are that a network drew within a study, held against the annotations that it was not shown.

    uv run python benchmarks/drawn_regions.py studies/phantom-drawn

Per drawing: how many masks were kept; their mean Dice with the hidden annotation; the median of their area as a share of its area.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
from PIL import Image

from sightline import catalog
from sightline.data.annotation import render
from sightline.engine.read_files import read_table
from sightline.pseudo.quality import overlap
from sightline.pseudo.settings import settings_from


def judged(folder: Path) -> tuple[int, float, float]:
    """Masks kept, mean Dice, median ratio of the areas; images without a hidden annotation do not count."""
    settings = settings_from(json.loads((folder / "pseudo.json").read_text(encoding="utf-8"))["settings"])
    data = settings.data
    records = {record.id: record for record in catalog.make("data", data.name, data.options, data.root, where="data.options")}
    kept = [row["id"] for row in read_table(folder / "pseudo.csv") if row["kept"] == "1"]
    dice, ratios = [], []
    for name in kept:
        drawn = np.asarray(Image.open(folder / "masks" / f"{name}.png")) > 0
        size = (drawn.shape[0], drawn.shape[1])
        truth = render(records[name].annotations, size, gaze_blur=settings.gaze_blur, where=name)
        if truth is not None and (true := truth >= 0.5).any():
            dice.append(overlap(drawn, true)[0])
            ratios.append(drawn.sum() / true.sum())
    return len(kept), float(np.mean(dice)), float(np.median(ratios))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("study", type=Path)
    folders = sorted(path.parent for path in parser.parse_args().study.glob("drawn/*/pseudo.json"))
    print("| drawing | kept | Dice | area / true area |\n|---|---|---|---|")
    for folder in folders:
        kept, dice, ratio = judged(folder)
        print(f"| {folder.name} | {kept} | {dice:.3f} | {ratio:.2f} |")


if __name__ == "__main__":
    main()
