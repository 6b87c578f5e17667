"""External validation of a run with several findings: each finding on another data set, beside the run's own test images."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from sightline.data.findings import classes_of
from sightline.engine.external import validate
from sightline.engine.files import safe_name, write_json
from sightline.engine.other_data import Labels, labels_there, members_of
from sightline.engine.run import Run
from sightline.errors import UserError, nearest
from sightline.results.external import ExternalFindings, ExternalScores


def validate_findings(
    run: Run,
    name: str | None = None,
    root: Path | None = None,
    split: str | None = None,
    classes: Mapping[str, str] | None = None,
    out: Path | None = None,
    by: Sequence[str] | None = None,
) -> ExternalFindings:
    """Scores each finding of a run on the images of another data set of which it is known. The run's own files are not changed.

    There are no means over the findings: the other data set may have others of them, of other frequency.

    Args:
        name, root, split: see `validate`.
        classes: finding of the other data set -> finding of the run, for those that are called otherwise.
        out: folder, with one for each finding; None: see `run.external`.
        by: tags by which groups are scored.

    Raises:
        UserError: the other data set has one label per image, or none of the findings; see `validate`.
    """
    labels, where = labels_there(run, name, root), str(root or name or run.recipe.data.name)
    wished = _by_finding(run, labels, classes or {}, where)
    every = {finding: members_of(run.of(finding), labels.total(), wished[finding], where) for finding in run.findings}
    there = [finding for finding, members in every.items() if members]
    if not there:
        reason = f"has the findings {', '.join(sorted(labels.total()))}, and the run has {', '.join(run.findings)}"
        raise UserError(where, reason, f"Say which is which, e.g. `classes={{{min(labels.total())!r}: {run.findings[0]!r}}}`.")
    folder = out or run.external(name or run.recipe.data.name, root or run.recipe.data.root)
    found: dict[str, ExternalScores] = {}
    for finding in there:
        at = folder / safe_name(finding)
        found[finding] = validate(run.of(finding), name, root, split, wished[finding], at, by=by)
    first, used = found[there[0]], {member for members in every.values() for member in members}
    file = folder / "scores.json"
    result = ExternalFindings(
        run=str(run.path),
        data=first.data,
        root=first.root,
        split=first.split,
        findings=found,
        left_out={label: count for label, count in labels.total().items() if label not in used},
        lacking=tuple(finding for finding in run.findings if finding not in there),
        files=(str(file), *(path for one in found.values() for path in one.files)),
    )
    write_json(file, result)
    return result


def _by_finding(run: Run, labels: Labels, classes: Mapping[str, str], where: str) -> dict[str, dict[str, str]]:
    """The wishes for each finding.

    Raises:
        UserError: the run has no such finding, or the other data set has one label per image.
    """
    if not labels.several:
        finding, label = run.findings[0], min(labels.total())
        reason = f"has one label per image ({', '.join(sorted(labels.total()))}), and {run.path} has several findings"
        example = f"`classes={{{label!r}: {classes_of(finding)[0]!r}}}`"
        raise UserError(where, reason, f"Give {run.finding_folder(finding)}, and say which label means which of its classes: {example}.")
    for label, finding in classes.items():
        if finding not in run.findings:
            raise UserError(f"class {label!r}", f"{run.path} has no finding {finding!r}", nearest(finding, run.findings))
    return {name: {label: finding for label, finding in classes.items() if finding == name} for name in run.findings}
