"""Two runs on the same images: what each answered, and by how much they differ."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from sightline.engine.run import Run
from sightline.metrics.compare import Judged, paired_difference
from sightline.metrics.localisation import energy_inside, upsample


def baseline(runs: Sequence[Run]) -> Run:
    """What the others are compared with: the first that was not guided, else the first."""
    return next((run for run in runs if not run.recipe.guided), runs[0])


def differences(run: Run, base: Run, split: str, *, attention: bool = True) -> dict[str, dict[str, Any]]:
    """Paired differences run minus base on one split: metric -> value, low, high, verdict.

    Args:
        attention: also of the energy inside the ROI, for which every image is read.
    """
    settings, a = run.recipe.evaluate, judged(run, split, attention=attention)
    return paired_difference(
        a,
        judged(base, split, attention=attention),
        groups=run.groups(a.ids),
        bootstrap=settings.bootstrap,
        confidence=settings.confidence,
    )


def judged(run: Run, split: str, *, attention: bool = True) -> Judged:
    """What the run answered for each image of the split, with the energy of its first map inside the ROI where it has one."""
    said, looked = run.predictions(split), run.attention(split) if attention else None
    epg = None
    if looked is not None:
        side = run.recipe.data.image_size
        rois = [sample.roi for sample in run.pictures(split, looked.ids)]
        target = np.stack([np.zeros((side, side), np.float32) if roi is None else roi for roi in rois])  # (N, H, W)
        maps = upsample(next(iter(looked.maps.values())), (side, side))
        epg = np.where(looked.known, energy_inside(maps, target), np.nan)
    return Judged(said.ids, said.labels, said.probabilities, epg)
