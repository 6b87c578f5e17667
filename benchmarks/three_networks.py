"""A right map and a wrong decision, a right decision and a wide map, and both: three networks on the same drawn images.

    uv run python benchmarks/three_networks.py docs/which-guidance.png

Trains the three once, with the settings of the plan `phantom-frees`; prints AUC and EPG where the ruler misleads, and on how many images
they come out as the names say; draws three of these.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

import sightline as sl
from sightline.study.plan import load_plan

SPLIT = "flipped"
ENERGY = [{"name": "energy", "weight": 1, "classes": "all"}]
NETWORKS = {
    "map-alone": {"losses.guidance": ENERGY, "data.augment.outside": None},
    "decision-alone": {},
    "both": {"losses.guidance": ENERGY},
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("picture", type=Path, help="PNG file to write")
    place, plan = parser.parse_args().picture, load_plan("phantom-frees")
    with TemporaryDirectory() as folder:
        runs = {
            name: sl.train(plan.recipe, Path(folder) / name, settings=plan.set | own, report=False, say=lambda line: None)
            for name, own in NETWORKS.items()
        }
        right = {}
        for name, run in runs.items():
            scores, found = run.scores[SPLIT], run.predictions(SPLIT)
            [epg] = [maps.epg.value for maps in scores.localisation.values()]
            print(f"{name}: AUC {scores.classification.auc.value:.2f}, EPG {epg:.2f} on {SPLIT}")
            right[name] = found.labels == np.asarray(run.decision(found.probabilities))
        wanted = ~right["map-alone"] & right["decision-alone"] & right["both"]
        print(f"{wanted.sum()} of {len(wanted)} images: wrong, right, right")
        ids = tuple(found.ids[i] for i in np.flatnonzero(wanted)[:: max(1, wanted.sum() // 3)][:3])
        drawn = sl.figure("attention-grid", *runs.values(), split=SPLIT, ids=ids)
        drawn.savefig(place, dpi=100)


if __name__ == "__main__":
    main()
