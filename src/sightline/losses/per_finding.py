"""Guidance of images with several findings: each finding's map is compared with that finding's own mask.

A pair of an image and a finding takes the place that an image has otherwise, so that every guidance loss serves as it is.
"""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor

from sightline.types import Batch, Look


def pairs(batch: Batch) -> tuple[Tensor, Tensor]:
    """Row and finding, (P,) each, of the pairs in which the finding is present or its place is known."""
    _, known = batch.of_findings
    there = (batch.labels == 1) | known  # an unknown label is NaN, which equals nothing
    row, finding = there.nonzero(as_tuple=True)
    return row, finding


def paired_batch(batch: Batch) -> Batch:
    """The pairs of `pairs` in the place of images: each with its finding as its label and with that finding's ROI map.

    Areas to avoid count for the findings that are present, as they count for the labelled class elsewhere.
    """
    row, finding = pairs(batch)
    present = batch.labels[row, finding] == 1
    roi, known = batch.of_findings
    return Batch(
        images=batch.images[row],
        labels=finding,
        roi=roi[row, finding][:, None],  # (P, 1, H, W)
        known=known[row, finding],
        avoid=batch.avoid[row],
        avoid_known=batch.avoid_known[row] & present,
        index=batch.index[row],
        ids=[batch.ids[i] for i in row.tolist()],
    )


def paired_look(look: Look, batch: Batch) -> Look:
    """The maps of the pairs of `pairs`, (P, 1, h, w); the logits stay those of the images, (B, C).

    The maps of all classes of a pair, (P, 2, h, w), are the evidence against the finding (the map with the other sign) and for it.

    Args:
        look: with the maps of all findings.
    """
    row, finding = pairs(batch)
    own = {name: maps[row, finding][:, None] for name, maps in look.every.items()}
    return replace(look, maps=own, every={name: torch.cat([-one, one], 1) for name, one in own.items()})
