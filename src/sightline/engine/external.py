"""External validation: a run is scored on another data set, beside its own test images."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from sightline.engine.compare import judged_split
from sightline.engine.elsewhere import elsewhere
from sightline.engine.files import write_json, write_table
from sightline.engine.run import Predictions, Run
from sightline.errors import UserError
from sightline.metrics.confidence.independent import difference
from sightline.results import Score
from sightline.results.external import Change, ExternalScores
from sightline.results.scores import SplitScores

OF_MOST_PROBABLE = {"accuracy": "accuracy", "balanced_accuracy": "balanced accuracy"}
AT_THRESHOLD = {"sensitivity": "sensitivity", "specificity": "specificity"}


def validate(
    run: Run,
    name: str | None = None,
    root: Path | None = None,
    split: str | None = None,
    classes: Mapping[str, str] | None = None,
    out: Path | None = None,
    coverage: float | None = None,
    by: Sequence[str] | None = None,
) -> ExternalScores:
    """Scores a run on another data set, and holds the scores against those on its own test images.

    Writes `scores.json` and `predictions.csv`. The run's own files are not changed.

    Args:
        name, root, split, classes: see `other_data`.
        out: folder; None: see `run.external`.
        coverage: of conformal sets; None: as the recipe says.
        by: tags by which groups are scored; None: those of the recipe that the data set has.

    Raises:
        UserError: see `other_data`; or the folder holds the scores on other images, which would be lost.
    """
    there = elsewhere(run, name, root, split, classes, coverage, by)
    found = there.found
    folder = out or run.external(found.data.name, found.data.root)
    files = (folder / "scores.json", folder / "predictions.csv")
    _require_own(files[0], found.data.root, found.split)
    scores = there.scores[there.split]
    own_split = next((name for name in (judged_split(run),) if name in run.scores), None)
    changes = _changes(run.scores[own_split], scores, own_split, there.split) if own_split else ()
    result = ExternalScores(
        run=str(run.path),
        data=found.data.name,
        root=None if found.data.root is None else str(found.data.root),
        split=found.split,
        scores=scores,
        own_split=own_split,
        changes=tuple(changes),
        matched=dict(found.matched),
        left_out=dict(found.left_out),
        lacking=found.lacking,
        notes=there.notes,
        files=tuple(map(str, files)),
    )
    _write_predictions(files[1], run, there.predictions(there.split))
    write_json(files[0], result)
    return result


def _require_own(file: Path, root: Path | None, split: str) -> None:
    """Refuses a folder with the scores on another place or part: two hospitals may call their folders alike."""
    try:
        kept = json.loads(file.read_text(encoding="utf-8"))
        before = (None if kept["root"] is None else Path(kept["root"]).resolve(), kept["split"])
    except (OSError, ValueError, KeyError, TypeError):  # nothing there, or nothing that could be lost
        return
    if before != (None if root is None else root.resolve(), split):
        held = f"{before[1]} of {kept['data']}" if before[0] is None else f"{before[1]} of {before[0]}"
        raise UserError(
            file.parent, f"holds the scores on {held}, which would be lost", "Give another folder, `out=...`, or remove this one."
        )


def _changes(own: SplitScores, elsewhere: SplitScores, own_split: str, where: str) -> Iterator[Change]:
    for name, words, here, there in _scores(own, elsewhere):
        change = difference(there, here)
        sentence = f"{words[0].upper()}{words[1:]}: "
        if change.value is None:
            sentence += f"it cannot be computed on {where if there.value is None else own_split}."
        else:
            sentence += f"{here.number:.3f} on {own_split}, {there.number:.3f} on {where}: {_said(change)}."
        yield Change(score=name, own=here, elsewhere=there, difference=change, sentence=sentence)


def _scores(own: SplitScores, elsewhere: SplitScores) -> Iterator[tuple[str, str, Score, Score]]:
    """Name, words, and value here and there, of what the run decides: where it keeps a threshold, that is the decision at the threshold."""
    here, there = own.classification, elsewhere.classification
    if here.at_threshold and there.at_threshold:
        for name, words in AT_THRESHOLD.items():
            yield name, f"{words} at the kept threshold", getattr(here.at_threshold, name), getattr(there.at_threshold, name)
    else:
        for name, words in OF_MOST_PROBABLE.items():
            yield name, words, getattr(here, name), getattr(there, name)
    yield "auc", "AUC", here.auc, there.auc
    if own.first_map and elsewhere.first_map:
        yield "epg", "share of evidence inside the region", own.first_map.epg, elsewhere.first_map.epg


def _said(change: Score) -> str:
    size = f"{abs(change.number):.3f}"
    if change.interval is None:
        return f"{size} {'higher' if change.number > 0 else 'lower'}, without an interval"
    low, high = change.interval
    between = f"{low:+.3f} to {high:+.3f}"
    if low <= 0 <= high:
        return f"no change is shown (difference {between})"
    return f"it {'rises' if change.number > 0 else 'falls'} by {size} ({between})"


def _write_predictions(path: Path, run: Run, said: Predictions) -> None:
    rows = [
        {"id": id, "label": run.classes[label], "predicted": run.classes[decided]}
        | {f"p:{name}": repr(float(p)) for name, p in zip(run.classes, probabilities, strict=True)}
        for id, label, decided, probabilities in zip(
            said.ids, said.labels, run.decision(said.probabilities), said.probabilities, strict=True
        )
    ]
    write_table(path, rows, ["id", "label", "predicted", *(f"p:{name}" for name in run.classes)])
