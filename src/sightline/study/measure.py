"""What is measured of every image beyond the answer to it: what does the decision follow, where does the map lie?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from sightline.audit.ask import BATCH, probabilities
from sightline.audit.counterfactuals import How, clean, excess_flips, marked
from sightline.audit.images import Images, gather
from sightline.audit.reliance import MARGIN, background_lenders
from sightline.data.cover import widen, without_region
from sightline.data.dataset import ImageDataset
from sightline.data.divide import belongs
from sightline.engine.run import Run
from sightline.metrics.confidence.bootstrap import Array
from sightline.metrics.scores.localisation import energy_inside, upsample
from sightline.study.score_names import ENERGY, GROUP, REMOVED, SWAPPED


def swapped(run: Run, split: str, ids: Sequence[str]) -> Array:
    """Answers to the images of a split on other backgrounds, each from a random image of another patient.

    Which image lends its background depends on the images alone, so that all arms see the same ones.

    Returns:
        (2, N, C): on backgrounds of the own class, of another class. NaN where the region is unknown or empty, or where no image has a
        background to lend.
    """
    dataset, classifier = run.datasets[split], run.classifier()
    place = {record.id: i for i, record in enumerate(dataset.records)}
    order = [place[i] for i in ids]
    labels = np.array([dataset.labels[i] for i in order])
    patients = np.unique([dataset.records[i].group or dataset.records[i].id for i in order], return_inverse=True)[1]
    lenders = background_lenders(labels, patients, np.random.default_rng(0))
    result = np.full((2, len(order), classifier.classes), np.nan)
    for start in range(0, len(order), BATCH):
        part = np.arange(start, min(start + BATCH, len(order)))
        images, region, known = _read(dataset, [order[i] for i in part])
        for kind, lender in enumerate(lenders):
            lent, hole, lends = _read(dataset, [order[max(0, lender[i])] for i in part])
            fits = known & lends & (lender[part] >= 0)  # a region that is not known cannot be taken out of its background
            composed = region * images + (1 - region) * without_region(lent, hole)
            result[kind, part[fits]] = probabilities(classifier, composed[torch.from_numpy(fits)])
    return result


def _read(dataset: ImageDataset, places: Sequence[int]) -> tuple[torch.Tensor, torch.Tensor, np.ndarray]:
    """Images (n, 3, S, S), widened regions (n, 1, S, S), and whether there is a region (n,)."""
    samples = [dataset[i] for i in places]
    roi = torch.stack([sample.roi for sample in samples])
    there = np.array([sample.known and bool(sample.roi.any()) for sample in samples])
    return torch.stack([s.image for s in samples]), widen((roi >= 0.5).float(), round(MARGIN * max(roi.shape[-2:]))), there


def measure(run: Run, split: str, ids: Sequence[str], what: Sequence[str]) -> dict[str, Array]:
    """Numbers for each image of a split, NaN where they do not apply.

    What is drawn depends on the images alone, so that all arms see the same changes.

    Args:
        ids: of the images.
        what: of `artefact_energy`, the share of the first map's energy on what is marked as an artefact; `removed_flips`,
            `pasted_flips-NAME`, whether the decision is another once what is marked is filled in, or NAME is pasted onto an image without
            artefacts, less the same of its control (see `audit.counterfactuals`), so from -1 to 1; `swapped`, see the function;
            `in-TAG=VALUE`, whether the image belongs to a group.

    Returns:
        name -> (N,); (2, N, C) of `swapped`
    """
    found = {SWAPPED: swapped(run, split, ids)} if SWAPPED in what else {}
    found |= {name: _belongs(run, split, ids, name.removeprefix(GROUP)) for name in what if name.startswith(GROUP)}
    if rest := [name for name in what if name != SWAPPED and not name.startswith(GROUP)]:
        dataset = run.datasets[split]
        place = {record.id: i for i, record in enumerate(dataset.records)}
        images = gather(dataset, [place[i] for i in ids])
        found |= {name: _energy(run, split, ids, images) if name == ENERGY else _flips(run, images, name) for name in rest}
    return found


def _belongs(run: Run, split: str, ids: Sequence[str], group: str) -> Array:
    records = {record.id: record for record in run.datasets[split].records}
    return belongs([records[i] for i in ids], group)


def _energy(run: Run, split: str, ids: Sequence[str], images: Images) -> Array:
    looked = run.attention(split)
    if looked is None:
        return np.full(len(ids), np.nan)
    at = {name: i for i, name in enumerate(looked.ids)}
    maps = looked.first[[at[i] for i in ids]]
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
