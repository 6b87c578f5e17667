"""What is measured of every image beyond the answer to it: what does the decision follow, where does the map lie?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from sightline.audit.counterfactuals import How, clean, excess_flips, marked
from sightline.audit.images import Images, gather
from sightline.engine.run import Run
from sightline.metrics.bootstrap import Array
from sightline.metrics.localisation import energy_inside, upsample
from sightline.study.score_names import ENERGY, REMOVED, SWAPPED
from sightline.study.swapped import swapped


def measure(run: Run, split: str, ids: Sequence[str], what: Sequence[str]) -> dict[str, Array]:
    """Numbers for each image of a split, NaN where they do not apply.

    What is drawn depends on the images alone, so that all arms see the same changes.

    Args:
        ids: of the images.
        what: of `artefact_energy`, the share of the first map's energy on what is marked as an artefact; `removed_flips`,
            `pasted_flips-NAME`, whether the decision is another once what is marked is filled in, or NAME is pasted onto an image without
            artefacts, less the same of its control (see `audit.counterfactuals`), so from -1 to 1; `swapped`, see `swapped.py`.

    Returns:
        name -> (N,); (2, N, C) of `swapped`
    """
    found = {SWAPPED: swapped(run, split, ids)} if SWAPPED in what else {}
    if rest := [name for name in what if name != SWAPPED]:
        dataset = run.datasets[split]
        place = {record.id: i for i, record in enumerate(dataset.records)}
        images = gather(dataset, [place[i] for i in ids])
        found |= {name: _energy(run, split, ids, images) if name == ENERGY else _flips(run, images, name) for name in rest}
    return found


def _energy(run: Run, split: str, ids: Sequence[str], images: Images) -> Array:
    looked = run.attention(split)
    if looked is None:
        return np.full(len(ids), np.nan)
    at = {name: i for i, name in enumerate(looked.ids)}
    maps = next(iter(looked.maps.values()))[[at[i] for i in ids]]
    avoid = (images.avoid[:, 0] >= 128).numpy()
    return energy_inside(upsample(maps, (avoid.shape[1], avoid.shape[2])), avoid)


def _flips(run: Run, images: Images, what: str) -> Array:
    classifier, kept = run.classifier().to(memory_format=torch.channels_last), run.decision.threshold
    kind, _, artefact = what.partition("-")
    how: How = "removed" if kind == REMOVED else "pasted"
    chosen = marked(images) if how == "removed" else {artefact: clean(images, artefact)}
    values = np.full(len(images), np.nan)
    for name, places in chosen.items():
        values[places] = excess_flips(classifier, images.at(places), name, how, kept)
    return values
