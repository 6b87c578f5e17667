"""Runs side by side on the same images."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from sightline.engine.run import Run
from sightline.errors import UserError
from sightline.metrics.compare import Judged, paired_difference
from sightline.metrics.localisation import energy_inside, upsample


def compare_runs(runs: Sequence[Run], split: str | None, out: Path) -> dict[str, Any]:
    """Scores, paired differences to the first run, the grid of maps, the curves and a report, in `out`.

    Args:
        runs: finished and evaluated; trained for the same classes and evaluated on the same images.
        split: None: the first test set that all of them have.

    Raises:
        UserError: they have no split in common, or differ in classes or images.
    """
    from sightline.explain.figures import roc, save
    from sightline.explain.panels import choose, compare_grid
    from sightline.report import write_report

    split = _common_split(runs, split)
    first = runs[0].predictions(split)
    for run in runs[1:]:
        if run.classes != runs[0].classes or set(run.predictions(split).ids) != set(first.ids):
            raise UserError(run.path, f"was evaluated on other images or classes than {runs[0].path}", "Compare runs on one split.")
    base = judged(runs[0], split)
    differences = [
        {"run": run.name, "base": runs[0].name, "metric": metric} | difference
        for run in runs[1:]
        for metric, difference in paired_difference(judged(run, split), base, groups=patients(runs[0], split)).items()
    ]
    ids = choose(runs, split, 8)
    save(compare_grid(runs, split, ids), out / "grid.png")
    save(roc(runs, split), out / "roc.png")
    report = write_report(runs[0], others=list(runs[1:]), path=out / "report.html")
    metrics = {run.name: run.metrics[split] for run in runs}
    files = [str(out / "grid.png"), str(out / "roc.png"), str(report)]
    return {"split": split, "metrics": metrics, "differences": differences, "files": files}


def patients(run: Run, split: str) -> list[str]:
    """The patient or lesion of each image, in the order of the predictions; an image without one stands alone."""
    group = {row["id"]: row["group"] for row in run.split_table}
    return [group[image] or image for image in run.predictions(split).ids]


def judged(run: Run, split: str) -> Judged:
    """What the run answered for each image of the split, with the energy of its first map inside the ROI."""
    said, attention = run.predictions(split), run.attention(split)
    epg = None
    if attention is not None:
        side = run.recipe.data.image_size
        rois = [sample.roi for sample in run.pictures(split, attention.ids)]
        target = np.stack([np.zeros((side, side), np.float32) if roi is None else roi for roi in rois])  # (N, H, W)
        maps = upsample(next(iter(attention.maps.values())), (side, side))
        epg = np.where(attention.known, energy_inside(maps, target), np.nan)
    return Judged(said.ids, said.labels, said.probabilities, epg)


def _common_split(runs: Sequence[Run], split: str | None) -> str:
    for run in runs:
        if split and split not in run.metrics:
            raise UserError(run.path, f"has no scores for split {split!r}", f"Run `sightline evaluate {run.path} --split {split}`.")
    common = [s for s in runs[0].metrics if all(s in run.metrics for run in runs)]
    if not common:
        raise UserError("compare", "the runs have no evaluated split in common", "Evaluate them on the same split first.")
    return split or next((s for s in common if s != "val"), common[0])
