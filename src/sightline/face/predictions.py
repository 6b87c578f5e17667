"""`sl.predict`: what trained runs say of pictures."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import overload

from sightline.cluster import EXECUTORS, Executor
from sightline.device import AUTO
from sightline.engine.folds import folds_of
from sightline.engine.run import Run
from sightline.errors import UserError, nearest
from sightline.face import opening
from sightline.face.bounds import bounded
from sightline.face.opening import AnyRun, place_of
from sightline.predict.coverage import sets_of
from sightline.predict.ensemble import ensemble
from sightline.predict.findings import networks_of, predictions_of_findings, refuse_for_findings
from sightline.predict.pictures import plane_of, wanted
from sightline.predict.stream import predictions
from sightline.predict.to_files import predict_to_files
from sightline.predict.views import VIEWS, Views
from sightline.results.predictions import FindingsTable, Predicted, PredictionTable


@overload
def predict(
    runs: AnyRun | Sequence[AnyRun],
    pictures: str | Path | Iterable[str | Path],
    *,
    out: None = None,
    tta: Views = "none",
    calibration: bool = True,
    coverage: float | None = None,
    batch_size: int = 32,
    device: str = AUTO,
) -> PredictionTable | FindingsTable: ...


@overload
def predict(
    runs: AnyRun | Sequence[AnyRun],
    pictures: str | Path | Iterable[str | Path],
    *,
    out: str | Path,
    maps: str | Path | None = None,
    drawings: str | Path | None = None,
    tta: Views = "none",
    calibration: bool = True,
    coverage: float | None = None,
    resume: bool = False,
    batch_size: int = 32,
    device: str = AUTO,
    executor: Executor = "local",
    workers: int | None = None,
    address: str | None = None,
    progress: Callable[[int], None] = lambda done: None,
) -> Predicted: ...


@bounded(batch_size=(1, None), workers=(1, None))
def predict(
    runs: AnyRun | Sequence[AnyRun],
    pictures: str | Path | Iterable[str | Path],
    *,
    out: str | Path | None = None,
    maps: str | Path | None = None,
    drawings: str | Path | None = None,
    tta: Views = "none",
    calibration: bool = True,
    coverage: float | None = None,
    resume: bool = False,
    batch_size: int = 32,
    device: str = AUTO,
    executor: Executor = "local",
    workers: int | None = None,
    address: str | None = None,
    progress: Callable[[int], None] = lambda done: None,
) -> PredictionTable | FindingsTable | Predicted:
    """Predicts pictures that need no label. A picture that cannot be read gets a note in place of a prediction.

    Args:
        runs: a finished run, or several as an ensemble: the mean of their probabilities. A folder of folds counts as its runs.
        pictures: files, folders (with all pictures below them), or CSV tables with a column `image` and perhaps `mask`, `box` or `polygon`.
        out: CSV file, to which rows are added batch by batch, for any number of pictures; None: the table is given back.
        maps: with `out`, folder for the raw map of each picture (NPY), of the predicted class.
        drawings: with `out`, folder for the map over each picture (PNG).
        tta: test-time augmentation: `none`, `flips` or `rotations`.
        calibration: whether the probabilities of each run are calibrated, as far as it keeps a calibration. With one run, this changes no
            predicted class.
        coverage: share of the pictures whose conformal set, `set`, shall hold their class; None: there are no sets. Not for
            several findings.
        resume: with `out`, go on where an earlier call ended. The file is then the same, byte for byte, as that of one call.
        batch_size: pictures that are computed at a time.
        device: see `sightline.device.resolve`; not used for runs that are open already.
        executor: with `out`, `local`: this process; `ray`: the workers of a Ray cluster.
        workers: of the cluster, each with a copy of the networks; None: as many as this machine has cores.
        address: of a running cluster, as host:port; `auto`: the one of this machine; None: one is started here.
        progress: with `out`, called with the number of pictures that are done.

    Returns:
        A table of classes; of runs with several findings per image, a table of findings. With `out`, what was written.

    Raises:
        UserError: no such run or picture, runs of other classes, a table that is there already, maps of runs that have none, a coverage
            that the validation images cannot give, or no such cluster.
    """
    if tta not in VIEWS:
        raise UserError(f"`tta={tta!r}`", "is unknown", nearest(tta, VIEWS))
    if executor not in EXECUTORS:
        raise UserError(f"`executor={executor!r}`", "is unknown", nearest(executor, EXECUTORS))
    several = opened(runs, device)
    places = [place_of(pictures)] if isinstance(pictures, str | Path) else [place_of(picture) for picture in pictures]
    if out is None:
        _only_written(maps=maps, drawings=drawings, resume=resume, workers=workers, address=address)
        return _table(several, places, tta, calibration, coverage, batch_size)
    return predict_to_files(
        several,
        places,
        place_of(out),
        maps=place_of(maps),
        drawings=place_of(drawings),
        views=tta,
        calibration=calibration,
        coverage=coverage,
        batch_size=batch_size,
        resume=resume,
        executor=executor,
        workers=workers,
        address=address,
        progress=progress,
    )


def _only_written(**given: object) -> None:
    """Refuses what is only there for predictions that are written."""
    for name, value in given.items():
        if value:
            raise UserError(f"`{name}=...`", "is for predictions that are written", "Give the file of the table, too: `out=...`.")


def _table(
    runs: list[Run], places: list[Path], tta: Views, calibration: bool, coverage: float | None, batch_size: int
) -> PredictionTable | FindingsTable:
    """The predictions in memory."""
    pictures = wanted(places, plane_of(runs[0].recipe.data))
    if any(run.findings for run in runs):
        refuse_for_findings(runs[0], {} if coverage is None else {"coverage": coverage})
        networks = networks_of(runs, tta, calibration)
        said = predictions_of_findings(networks, pictures, batch_size)
        return FindingsTable(tuple(networks), tuple(one for batch in said for one in batch))
    network = ensemble(runs, tta, calibration)
    sets = None if coverage is None else sets_of(network, runs, coverage)
    batches = predictions(network, pictures, batch_size=batch_size, sets=sets)
    return PredictionTable(network.classes, tuple(seen.prediction for batch in batches for seen in batch), sets is not None)


def opened(runs: AnyRun | Sequence[AnyRun], device: str) -> list[Run]:
    """The runs; of a folder of folds, those of its folds.

    Raises:
        UserError: none is given, or one cannot be opened.
    """
    several = [runs] if isinstance(runs, AnyRun) else list(runs)
    found = [run for one in several for run in ([one] if isinstance(one, Run) else _of_folder(place_of(one), device))]
    if not found:
        raise UserError("runs", "no run is given", "Give at least one finished run.")
    return found


def _of_folder(folder: Path, device: str) -> list[Run]:
    return [opening.opened(place, device) for place in folds_of(folder) or [folder]]
