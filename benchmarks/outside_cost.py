"""What it costs to give a training image other surroundings (`data.augment.outside`), beside the same image without.

    uv run python benchmarks/outside_cost.py --root ~/busi

Processor time of one process per training image of BUSI at 128 px, from the cache of prepared pictures and augmented as in the plan
`busi-frees`: both kinds in turn, the median over rounds.
"""

from __future__ import annotations

import argparse
import statistics
import time
from pathlib import Path

import torch

import sightline as sl

AUGMENT = {"flip_x": 0.5, "flip_y": 0.5, "rotate90": True, "brightness": 0.1, "contrast": 0.1}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", type=Path, required=True, help="folder of BUSI")
    parser.add_argument("--rounds", type=int, default=7)
    asked = parser.parse_args()
    torch.set_num_threads(1)
    kinds = {"as it is": AUGMENT, "other surroundings": AUGMENT | {"outside": {"p": 1}}}
    sets = {name: sl.data("busi", asked.root, image_size=128, leaks="drop", augment=augment).train for name, augment in kinds.items()}
    took: dict[str, list[float]] = {name: [] for name in kinds}
    for turn in range(asked.rounds + 1):
        for name, images in sets.items():
            began = time.process_time()
            for _ in images.loader(batch_size=32, seed=turn):
                pass
            if turn:  # the first round fills caches
                took[name].append((time.process_time() - began) / len(images) * 1000)
    for name, times in took.items():
        print(f"{name}: {statistics.median(times):.1f} ms per image")


if __name__ == "__main__":
    main()
