"""Predictions of several findings: each by the runs of this finding, of pictures that are decoded once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from sightline.data.findings import label_of
from sightline.engine.run import Run
from sightline.errors import UserError
from sightline.predict.ensemble import Ensemble, ensemble
from sightline.predict.pictures import plane_of, wanted
from sightline.predict.stream import Decoded, Seen, answered, decoded
from sightline.predict.table import Table
from sightline.predict.views import Views
from sightline.predict.wanted import Wanted
from sightline.results.predictions import FindingsPrediction, Predicted, columns_of_findings, row_of_findings


class _Table(Table):
    """The table of predictions of findings."""

    @staticmethod
    def columns_of(classes: Sequence[str], sets: bool) -> list[str]:
        """The columns of the table."""
        return columns_of_findings(classes)

    def add_findings(self, batch: Sequence[FindingsPrediction]) -> None:
        """Writes the rows of a batch at once."""
        self._write([row_of_findings(one, self.classes) for one in batch])


def refuse_for_findings(run: Run, asked: Mapping[str, object]) -> None:
    """Refuses what is only there for one finding.

    Args:
        asked: argument -> value, of those that were given.

    Raises:
        UserError: one was.
    """
    if asked and run.findings:
        name, value = next(iter(asked.items()))
        remedy = f"Give the run of one, e.g. {run.finding_folder(run.findings[0])}, or leave it out."
        raise UserError(f"`{name}={value}`", f"is for one finding, and {run.path} has {', '.join(run.findings)}", remedy)


def networks_of(runs: Sequence[Run], views: Views, calibration: bool) -> dict[str, Ensemble]:
    """Finding -> the runs of it as an ensemble.

    Raises:
        UserError: runs that do not have the same findings.
    """
    first = next(run for run in runs if run.findings)
    for run in runs:
        if set(run.findings) != set(first.findings):
            own = ", ".join(run.findings) or "one label per image"
            raise UserError(run.path, f"has other findings ({own}) than {first.path}", "Give runs of the same findings.")
    return {name: ensemble([run.of(name) for run in runs], views, calibration) for name in first.findings}


def predictions_of_findings(
    networks: Mapping[str, Ensemble], pictures: Iterable[Wanted], batch_size: int
) -> Iterator[list[FindingsPrediction]]:
    """Batches of predictions, in the order of the pictures."""
    settings = [member.data for member in next(iter(networks.values())).members]
    for group in decoded(settings, pictures, batch_size):
        yield answered_of_findings(networks, group)


def answered_of_findings(networks: Mapping[str, Ensemble], group: list[Decoded]) -> list[FindingsPrediction]:
    """What is said of a batch of decoded pictures."""
    of_each = {name: answered(network, group) for name, network in networks.items()}
    return [_together({name: seen[i] for name, seen in of_each.items()}, networks) for i in range(len(group))]


def _together(seen: Mapping[str, Seen], networks: Mapping[str, Ensemble]) -> FindingsPrediction:
    """What was said of each finding of one picture."""
    said = {name: one.prediction for name, one in seen.items()}
    first = next(iter(said.values()))
    if first.prediction is None:
        return FindingsPrediction(image=first.image, note=first.note)
    return FindingsPrediction(
        image=first.image,
        prediction=label_of({name: one.prediction == name for name, one in said.items()}),
        probabilities={name: one.probabilities[name] for name, one in said.items()},
        thresholds={name: network.decision.threshold for name, network in networks.items()},
        note=first.note,
    )


def findings_to_file(
    networks: Mapping[str, Ensemble],
    places: Sequence[Path],
    out: Path,
    facts: Mapping[str, Any],
    *,
    batch_size: int,
    resume: bool,
    progress: Callable[[int], None],
) -> Predicted:
    """See `predict_to_files`."""
    with _Table(out, tuple(networks), facts, batch_size, resume) as table:
        done, failed, counts = table.done, 0, dict.fromkeys((*networks, "none"), 0)
        progress(done)
        for batch in predictions_of_findings(
            networks, table.follow(wanted(places, plane_of(next(iter(networks.values())).members[0].data))), batch_size
        ):
            table.add_findings(batch)
            done += len(batch)
            for one in batch:
                failed += one.prediction is None
                for name in (one.prediction or "").split(";"):
                    counts[name] = counts.get(name, 0) + bool(name)
            progress(done)
    counts.pop("", None)
    return Predicted(out=str(out), pictures=done, before=table.done, failed=failed, counts=counts)
