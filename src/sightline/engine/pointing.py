"""`evaluate.point_into`, scored after a training; `data/point_into.py` checks it before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from sightline.config import Data
from sightline.data.regions import region_mask
from sightline.metrics.bootstrap import Groups, chosen
from sightline.metrics.pointing import pointing_share
from sightline.results.scores import Pointing
from sightline.types import Record


def pointing(
    maps: Mapping[str, np.ndarray],
    records: Sequence[Record],
    data: Data,
    point_into: Mapping[str, Sequence[str]],
    *,
    groups: Groups | None = None,
    **sampling: Any,
) -> dict[str, dict[str, Pointing]]:
    """How often the maps of a class point into its regions (Zhu et al. 2022).

    Args:
        maps: name -> (N, h, w), of each image's own class.
        records: the N images.
        point_into: class -> names of regions, which are united.
        groups: patient or lesion of each image.
        sampling: `bootstrap`, `confidence` and `seed` of the intervals.

    Returns:
        map name -> class -> share; images of the class whose region is unknown, or known to be absent, are left out.
    """
    found: dict[str, dict[str, Pointing]] = {name: {} for name in maps}
    for label, regions in point_into.items():
        masks = {i: region_mask(record, regions, data) for i, record in enumerate(records) if record.label == label}
        known = np.array([i for i, mask in masks.items() if mask is not None], dtype=int)
        drawn = np.array([masks[i] for i in known.tolist()], dtype=bool).reshape(-1, data.image_size, data.image_size)  # (n, S, S)
        for name, values in maps.items():
            share = pointing_share(values[known], drawn, groups=chosen(groups, known), **sampling)
            found[name][label] = share.but(left_out=len(masks) - share.n)
    return found
