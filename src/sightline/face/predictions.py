"""`sl.predict`: what trained runs say of pictures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from sightline.device import AUTO
from sightline.engine.folds import folds_of
from sightline.engine.run import Run
from sightline.errors import UserError
from sightline.predict.coverage import sets_of
from sightline.predict.ensemble import ensemble
from sightline.predict.findings import networks_of, predictions_of_findings, refuse_for_findings
from sightline.predict.pictures import plane_of, wanted
from sightline.predict.stream import predictions
from sightline.predict.views import VIEWS, Views
from sightline.results.predictions import FindingsTable, PredictionTable


def predict(
    runs: Run | str | Path | Sequence[Run | str | Path],
    pictures: str | Path | Iterable[str | Path],
    *,
    tta: Views = "none",
    calibration: bool = True,
    coverage: float | None = None,
    batch_size: int = 32,
    device: str = AUTO,
) -> PredictionTable | FindingsTable:
    """Predicts pictures that need no label. A picture that cannot be read gets a note in place of a prediction.

    Args:
        runs: a finished run, or several as an ensemble: the mean of their probabilities. A folder of folds counts as its runs.
        pictures: files, folders (with all pictures below them), or CSV tables with a column `image` and perhaps `mask`, `box` or `polygon`.
        tta: test-time augmentation: `none`, `flips` or `rotations`.
        calibration: whether the probabilities of each run are calibrated, as far as it keeps a calibration. With one run, this changes no
            predicted class.
        coverage: share of the pictures whose conformal set, `set`, shall hold their class; None: there are no sets. Not for
            several findings.
        batch_size: pictures that are computed at a time.
        device: see `sightline.device.resolve`; not used for runs that are open already.

    Returns:
        A table of classes; of runs with several findings per image, a table of findings.

    Raises:
        UserError: no such run or picture, runs of other classes, or a coverage that the validation images cannot give.
    """
    several = opened(runs, device)
    if tta not in VIEWS:
        raise UserError(f"tta={tta!r}", "is unknown", f"Known: {', '.join(VIEWS)}.")
    places = [Path(pictures)] if isinstance(pictures, str | Path) else [Path(picture) for picture in pictures]
    if any(run.findings for run in several):
        refuse_for_findings(several[0], {} if coverage is None else {"coverage": coverage})
        networks = networks_of(several, tta, calibration)
        said = predictions_of_findings(networks, wanted(places, plane_of(several[0].recipe.data)), batch_size)
        return FindingsTable(tuple(networks), tuple(one for batch in said for one in batch))
    network = ensemble(several, tta, calibration)
    sets = None if coverage is None else sets_of(network, several, coverage)
    batches = predictions(network, wanted(places, plane_of(several[0].recipe.data)), batch_size=batch_size, sets=sets)
    return PredictionTable(network.classes, tuple(seen.prediction for batch in batches for seen in batch), sets is not None)


def opened(runs: Run | str | Path | Sequence[Run | str | Path], device: str) -> list[Run]:
    """The runs; of a folder of folds, those of its folds.

    Raises:
        UserError: none is given, or one cannot be opened.
    """
    several = [runs] if isinstance(runs, Run | str | Path) else list(runs)
    found = [run for one in several for run in ([one] if isinstance(one, Run) else _of_folder(Path(one), device))]
    if not found:
        raise UserError("runs", "no run is given", "Give at least one finished run.")
    return found


def _of_folder(folder: Path, device: str) -> list[Run]:
    return [Run(place, device) for place in folds_of(folder) or [folder]]
