"""`sl.compare` and `sl.report`: runs side by side, and the page about them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sightline.device import AUTO
from sightline.engine.elsewhere import all_elsewhere
from sightline.engine.run import Run
from sightline.errors import UserError
from sightline.face.opening import AnyRun, Labels, needs_data, opened_all, place_of
from sightline.results.differences import Comparison


def compare(
    *runs: AnyRun,
    split: str | None = None,
    out: str | Path | None = None,
    by: Sequence[str] | None = None,
    data: str | None = None,
    root: str | Path | None = None,
    classes: Labels | None = None,
    device: str = AUTO,
) -> Comparison:
    """Compares finished runs on the same images.

    Args:
        runs: at least two runs, or their folders.
        split: split to score; None: the first test set that all runs have.
        out: folder for a picture of the maps, ROC curves and a report, where those of an earlier comparison are replaced; None:
            nothing is written.
        by: tags by which they are also compared group by group, such as `["sex", "age=40,60"]`; None: as the recipe of
            the base says, the run that the others are held against.
        data, root, classes: another data set, on whose images the runs answer: its name, its place, and label -> class of the runs; `split`
            is then a part of it. Nothing is kept of their answers. `root` alone: where the runs' own data are now.
        device: see `sightline.device.resolve`; not used for runs that are open already.

    Raises:
        UserError: fewer than two, one of them twice, no image with a tag, no split in common, or other classes or images.
    """
    from sightline.report.side_by_side import compare_runs

    if len(runs) < 2:
        raise UserError("compare", f"{len(runs)} run given", "Give at least two.")
    needs_data(data, classes=classes)
    asked, place = opened_all(runs, device, data, root), place_of(out)
    _each_once(asked)
    if data is None:
        return compare_runs(asked, split, place, by or None)
    return compare_runs(all_elsewhere(asked, data, place_of(root), split, classes, by or None), None, place, by or None)


def report(
    *runs: AnyRun,
    out: str | Path | None = None,
    prevalence: float | None = None,
    title: str | None = None,
    data: str | None = None,
    root: str | Path | None = None,
    classes: Labels | None = None,
    device: str = AUTO,
) -> Path:
    """Writes the report of a run: a one-page summary, then scores, maps, failed images by name, and limits.

    Nothing is computed anew, except on another data set. Of a run with several findings, a page of each finding is written as well.

    Args:
        runs: the run that the page is about, or its folder, then runs to compare it with.
        out: file of the page; None: `report.html` in the folder of the run; of runs that lie side by side, in the folder above; on another
            data set, in `external/NAME` of the first run.
        prevalence: share of the patients that have the last of two classes, for predictive values; None: its share of the images.
        title: heading of the page; None: the names of the runs.
        data, root, classes: another data set, see `compare`.
        device: see `sightline.device.resolve`; not used for runs that are open already.

    Returns:
        The file.

    Raises:
        UserError: no run, one of them twice, a run that was not evaluated, or runs without a test set in common.
    """
    from sightline.engine.calibration import check_prevalence
    from sightline.report.page import write_report

    if not runs:
        raise UserError("report", "no run is given", "Give the run that the page is about.")
    needs_data(data, classes=classes)
    asked, page = opened_all(runs, device, data, root), place_of(out)
    _each_once(asked)
    if not asked[0].findings:
        check_prevalence(prevalence, len(asked[0].classes))
    if page is not None and page.is_dir():
        raise UserError(page, "is a folder", "Give the name of a file, e.g. report.html.")
    if data is not None:
        there = all_elsewhere(asked, data, place_of(root), None, classes)
        other = there[0].found.data
        page, asked = page or asked[0].external(other.name, other.root) / "report.html", [*there]
    return write_report(asked[0], asked[1:], page, title, prevalence=prevalence)


def _each_once(runs: Sequence[Run]) -> None:
    """Refuses a run beside itself, however its folder is written: it would differ from itself by nothing, under one name."""
    seen: set[Path] = set()
    for run in runs:
        folder = run.path.resolve()
        if folder in seen:
            raise UserError(run.path, "is given twice", "Give each run once.")
        seen.add(folder)
