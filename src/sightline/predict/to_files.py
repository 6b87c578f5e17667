"""`sightline predict`: the table of predictions, and if they are wanted the maps and the drawings, written as they come."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from sightline.cluster import Executor
from sightline.device import cores
from sightline.engine.files import sha256
from sightline.engine.run import Run
from sightline.errors import UserError
from sightline.metrics.scores.conformal import Sets
from sightline.predict.batches import Work, batches
from sightline.predict.coverage import sets_of
from sightline.predict.ensemble import Ensemble, ensemble
from sightline.predict.findings import findings_to_file, networks_of, refuse_for_findings
from sightline.predict.pictures import plane_of, wanted
from sightline.predict.table import Table, write_pooled
from sightline.predict.views import Views
from sightline.results.base import FORMAT
from sightline.results.predictions import Predicted


def predict_to_files(
    runs: Sequence[Run],
    places: Sequence[Path],
    out: Path,
    *,
    maps: Path | None = None,
    drawings: Path | None = None,
    views: Views = "none",
    calibration: bool = True,
    coverage: float | None = None,
    batch_size: int = 32,
    resume: bool = False,
    executor: Executor = "local",
    workers: int | None = None,
    address: str | None = None,
    progress: Callable[[int], None] = lambda done: None,
) -> Predicted:
    """Predicts every picture of some files, folders and tables.

    Args:
        runs: one run, or several as an ensemble.
        places: see `pictures.wanted`.
        out: CSV file, to which rows are added batch by batch.
        maps: folder for the raw map of each picture (NPY), of the predicted class.
        drawings: folder for the map over each picture (PNG).
        views: test-time augmentation.
        calibration: whether probabilities are calibrated.
        coverage: of conformal sets, see `coverage.sets_of`; None: there are none.
        resume: go on where an earlier call ended. The file is then the same, byte for byte, as that of a call that was not interrupted.
        executor: `local`: this process; `ray`: the workers of a Ray cluster, see `on_ray.batches_on_ray`.
        workers: of the cluster, each with a copy of the networks; None: as many as this machine has cores.
        address: of the cluster, see `cluster`.
        progress: called with the number of pictures that are done.

    Raises:
        UserError: no such picture, a table that is there already, runs of other classes, maps of runs that have none, a coverage that the
            validation images cannot give, or no such cluster.
    """
    if any(run.findings for run in runs):
        asked = {"maps": maps, "drawings": drawings, "coverage": coverage, "executor": None if executor == "local" else executor}
        refuse_for_findings(runs[0], {name: value for name, value in asked.items() if value is not None})
        networks = networks_of(runs, views, calibration)
        facts = _facts(runs, places, views, batch_size) | {name: _probabilities(one, None) for name, one in networks.items()}
        return findings_to_file(networks, places, out, facts, batch_size=batch_size, resume=resume, progress=progress)
    network = ensemble(runs, views, calibration)
    sets = None if coverage is None else sets_of(network, runs, coverage)
    if maps or drawings:
        _check_maps(network, runs)
    work = Work(views, calibration, sets, maps, drawings, batch_size)
    facts = _facts(runs, places, views, batch_size) | _probabilities(network, sets)
    with Table(out, network.classes, facts, batch_size, resume, sets is not None) as table:
        done, counts = table.done, Counter[str | None](dict.fromkeys(network.classes, 0))  # None: pictures that could not be read
        left_out = Counter[str]()
        progress(done)
        rest = table.follow(wanted(places, plane_of(runs[0].recipe.data), left_out))
        if executor == "ray":
            from sightline.predict.on_ray import batches_on_ray

            said = batches_on_ray(runs, rest, work, done, workers=workers or cores(), address=address)
        else:
            said = batches(network, rest, work, done)
        for batch in said:
            table.add(batch)
            done += len(batch)
            counts.update(one.prediction for one in batch)
            progress(done)
    pool = runs[0].recipe.evaluate.pool
    volumes = None if pool == "none" else write_pooled(out, network.classes, pool)
    raw = tuple(str(run.path) for run, member in zip(runs, network.members, strict=True) if member.calibration is None)
    failed, counted = counts.pop(None, 0), {name: counts[name] for name in network.classes}
    place = None if volumes is None else str(volumes)
    return Predicted(
        out=str(out),
        volumes=place,
        pictures=done,
        before=table.done,
        failed=failed,
        counts=counted,
        uncalibrated=raw,
        left_out=left_out,
    )


def _check_maps(network: Ensemble, runs: Sequence[Run]) -> None:
    if network.map is None:
        remedy = "Leave the maps out, or use runs whose recipe has an attention source, such as cam or gradcam."
        raise UserError(runs[0].path, "has no attention map" if len(runs) == 1 else "and the other runs have no map in common", remedy)


def _facts(runs: Sequence[Run], places: Sequence[Path], views: Views, batch_size: int) -> dict[str, Any]:
    """How the predictions are made."""
    return {
        "sightline": version("sightline"),
        "format": FORMAT,
        "runs": [{"path": str(run.path), "weights": sha256(run.home / "model.safetensors")} for run in runs],
        "pictures": [str(place) for place in places],
        "views": views,
        "batch_size": batch_size,
        "device": runs[0].device.partition(":")[0],
    }


def _probabilities(network: Ensemble, sets: Sets | None) -> dict[str, Any]:
    """What the probabilities and the sets of the table are."""
    maps = [None if member.calibration is None else member.calibration.to_json() for member in network.members]
    facts: dict[str, Any] = {"calibration": maps, "threshold": network.decision.threshold}  # of each run
    rule = None if sets is None else {"coverage": sets.coverage, "from_probability": 1 - sets.q, "validation_images": sets.n}
    return facts | {"sets": rule}
