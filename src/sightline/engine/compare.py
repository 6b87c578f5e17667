"""Two runs on the same images: what each answered, and by how much they differ."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sightline.engine.run import Run, scoring
from sightline.errors import UserError, nearest
from sightline.metrics.comparisons.arms import arms_difference
from sightline.metrics.comparisons.compare import Judged
from sightline.metrics.scores.localisation import energy_inside, upsample
from sightline.plural import count
from sightline.results.differences import Paired


def baseline(runs: Sequence[Run]) -> Run:
    """The baseline of a comparison: the first run that was not guided, else the first run."""
    return next((run for run in runs if not run.recipe.guided), runs[0])


def other_than(run: Run, first: Run, split: str) -> str | None:
    """In what a run differs from the first, so that the two cannot be compared; None: in nothing."""
    if run.classes != first.classes:
        what = "the same classes in another order" if set(run.classes) == set(first.classes) else "other classes"
        of = ", ".join(first.classes)
        return f"has {what} ({', '.join(run.classes)}) than {first.path} ({of})"
    here, there = (set(one.predictions(split).ids) for one in (run, first))
    if here != there:
        return (
            f"was evaluated on other images of {split!r} than {first.path}: "
            f"{count(len(here - there), 'image')} by this run alone, {count(len(there - here), 'image')} by the other alone"
        )
    return None


def judged_split(run: Run, name: str | None = None) -> str:
    """The split of that name; None: the first test split that the recipe evaluates, or the validation images.

    Raises:
        UserError: the run has no such split.
    """
    if name is not None and name not in run.datasets:
        raise UserError(f"split {name!r}", f"{run.path} has no such split", nearest(name, run.datasets))
    tested = [split for split in run.recipe.evaluate.splits if split in run.datasets and split != "val"]
    return name or next(iter(tested), "val")


def common_split(runs: Sequence[Run], split: str | None = None) -> str:
    """The split on which runs are put side by side: the one asked for, else the first test set that all were scored on, else `val`.

    Raises:
        UserError: there is none, or a run was not scored on the one asked for.
    """
    for run in runs:
        if split is not None and split not in run.scores:
            raise UserError(run.path, f"has no scores for split {split!r}", f"Run {scoring(run, split)}.")
    common = [s for s in runs[0].scores if all(s in run.scores for run in runs)]
    if not common:
        remedy = f"Run {scoring(runs[0])}{' and so on, on one split' if len(runs) > 1 else ''}."
        raise UserError(runs[0].path, "was not evaluated on a split that all given runs share", remedy)
    return split or next((s for s in common if s != "val"), common[0])


def differences(run: Run, base: Run, split: str, *, attention: bool = True, draws: int = 2000) -> dict[str, Paired]:
    """Paired differences run minus base on one split, with their tests: metric -> see `arms_difference`.

    Args:
        attention: also of the energy inside the ROI, for which every image is read.
        draws: exchanges of the permutation test.
    """
    settings, a = run.recipe.evaluate, judged(run, split, attention=attention)
    return arms_difference(
        a,
        judged(base, split, attention=attention),
        groups=run.groups(a.ids),
        bootstrap=settings.bootstrap,
        confidence=settings.confidence,
        draws=draws,
    )


def judged(run: Run, split: str, *, attention: bool = True) -> Judged:
    """What the run answered for each image of the split, the threshold at which it decides, and the energy of its first map inside the ROI
    where it has one."""
    said, looked = run.predictions(split), run.attention(split) if attention else None
    epg = None
    if looked is not None:
        side = run.recipe.data.image_size
        rois = [sample.roi for sample in run.pictures(split, looked.ids)]
        target = np.stack([np.zeros((side, side), np.float32) if roi is None else roi for roi in rois])  # (N, H, W)
        maps = upsample(looked.first, (side, side))
        epg = np.where(looked.known, energy_inside(maps, target), np.nan)
    return Judged(said.ids, said.labels, said.probabilities, epg, run.decision.threshold)
