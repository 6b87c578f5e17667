"""Runs side by side on the same images: scores, differences, pictures and a page."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sightline.engine.compare import baseline, common_split, other_than
from sightline.engine.elsewhere import notes_of
from sightline.engine.files import drafted
from sightline.engine.run import Run
from sightline.errors import UserError
from sightline.explain.choose import choose
from sightline.explain.figure.boxes import grouped
from sightline.explain.figures import roc_figure
from sightline.explain.panels import compare_grid
from sightline.explain.run_pictures import names
from sightline.explain.style import save
from sightline.metrics.comparisons.seeds import anova, seed_difference
from sightline.report.differences import Compared, compared, notes
from sightline.report.page import write_report
from sightline.report.summary import main_split, scored_splits
from sightline.results.differences import Comparison, SeedDifference
from sightline.results.scores import SplitScores
from sightline.results.summary import Summary

SHOWN = 8
REPORT = "report.html"


def compare_runs(runs: Sequence[Run], split: str | None, out: Path | None, by: Sequence[str] | None = None) -> Comparison:
    """Scores, paired differences to the baseline (the first label-only run, else the first), the grid of maps, the curves and a report.

    The differences are those of the report: on every split that it shows, with p corrected over all of them.

    Args:
        runs: finished and evaluated; trained for the same classes and evaluated on the same images.
        split: None: the first test set that all of them have.
        out: folder of the files, where those of an earlier comparison are replaced; None: none are written.
        by: tags by which the runs are also compared group by group on that split; None: as the recipe of the first says.

    Raises:
        UserError: no image has such a tag; they have no split in common, or differ in classes or images.
    """
    for run in runs:
        run.require_files()
    split = common_split(runs, split)
    for run in runs[1:]:
        if reason := other_than(run, runs[0], split):
            raise UserError(run.path, reason, "Compare runs on one split of one data set.")
    base = baseline(runs)
    found = compared(runs, base, scored_splits(runs), {split, main_split(runs)}, split, by)
    replaced = out is not None and (out / REPORT).is_file()
    files = [] if out is None else _drawn(runs, split, out, found)
    return Comparison(
        split=split,
        scores={name: run.scores[split] for name, run in zip(names(runs), runs, strict=True)},
        differences=found.rows,
        comparisons=found.comparisons,
        groups=found.groups,
        exchanges=found.draws,
        notes=(*notes_of(runs), *notes(found)),
        seeds=over_seeds(runs, split, base),
        files=files,
        replaced=replaced,
    )


def _drawn(runs: Sequence[Run], split: str, out: Path, found: Compared) -> list[str]:
    """Writes the files, all of them or none."""
    with drafted(out, "comparison") as draft:
        save(compare_grid(runs, split, choose(runs, split, SHOWN)), draft / "grid.png")
        save(roc_figure(runs, split), draft / "roc.png")
        write_report(runs[0], others=list(runs[1:]), path=draft / REPORT, found=found)
    return [str(out / name) for name in ("grid.png", "roc.png", REPORT)]


def over_seeds(runs: Sequence[Run], split: str, base: Run) -> list[SeedDifference]:
    """Recipes of which there are several trainings, against the trainings of the baseline's recipe: medians and tests.

    Trainings of one recipe with other settings than seeds, such as another backbone, are put together by themselves.
    """
    arms = grouped(runs)
    scores: dict[str, dict[str, list[float]]] = {arm: {} for arm in arms}
    for arm, members in arms.items():
        for run in members:
            for metric, value in told(run.scores[split]).items():
                if value is not None:
                    scores[arm].setdefault(metric, []).append(value)
    of_base = next(arm for arm, members in arms.items() if any(run is base for run in members))
    own = scores[of_base]
    return [
        seed_difference(values, own[metric]).but(
            recipe=recipe,
            base=of_base,
            metric=metric,
            trainings=len(values),
            p_anova=anova([found[metric] for found in scores.values() if metric in found]),
        )
        for recipe, of in scores.items()
        for metric, values in of.items()
        if recipe != of_base and metric in own and len(values) > 1
    ]


def told(scores: SplitScores) -> dict[str, float | None]:
    """What is compared over trainings: accuracy, AUC and EPG; with more than two classes the scores of each (Zhu et al. 2022, table 2); how
    often the first map points into the region of each class."""
    found = {metric: value for metric, value in Summary.of(scores).to_json().items() if metric in ("accuracy", "auc", "epg")}
    if len(scores.classes) > 2:
        for name, one in scores.classification.per_class.items():
            of_class = {"sensitivity": one.sensitivity, "precision": one.precision, "f1": one.f1, "auc": one.auc}
            found |= {f"{metric} of {name}": score.value for metric, score in of_class.items()}
    into = next(iter(scores.pointing.values()), {})
    return found | {f"pointing of {name}": score.value for name, score in into.items()}
