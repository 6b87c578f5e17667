"""Conformal sets for new pictures: what the validation images of the runs decide, see `metrics.scores.conformal`."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sightline.engine.calibration import check_share
from sightline.engine.run import Run
from sightline.errors import UserError
from sightline.metrics.scores.conformal import Sets, check_enough, conformal_sets
from sightline.predict.ensemble import Ensemble


def sets_of(network: Ensemble, runs: Sequence[Run], coverage: float) -> Sets:
    """The rule for the probabilities of the ensemble, from what each of its runs answered for the validation images.

    Raises:
        UserError: no share, too few validation images, test-time augmentation (the validation images were seen without it), or runs that do
            not share their validation images, so that each has learned from those of another.
    """
    where = f"`coverage={coverage}`"
    check_share("coverage", coverage)
    if network.views != "none":
        reason = "goes by the answers for the validation images, which were given without test-time augmentation"
        raise UserError(where, reason, "Leave `tta=...` out.")
    first = runs[0].predictions("val")
    check_enough(len(first.ids), coverage, where)
    said = []
    for run, member in zip(runs, network.members, strict=True):
        own = run.predictions("val")
        place = {name: i for i, name in enumerate(own.ids)}
        same = place.keys() == set(first.ids)
        if not same or any(run.classes[own.labels[place[i]]] != network.classes[c] for i, c in zip(first.ids, first.labels, strict=True)):
            reason = f"has other validation images than {runs[0].path}, so it may have learned from those"
            raise UserError(
                run.path, reason, f"Leave {where} out, give one run, or give runs that were trained on one division of the images."
            )
        said.append(member.calibrated(own.probabilities[[place[i] for i in first.ids]]))
    return conformal_sets(np.mean(said, axis=0), first.labels, coverage, where)
