"""The verbs that judge trained runs: `evaluate`, `audit`, `compare`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sightline.cli.groups import app
from sightline.cli.options import (
    By,
    ByCompared,
    Coverage,
    Device,
    Json,
    OtherData,
    OtherLabels,
    OtherRoot,
    Prevalence,
    RunPath,
    RunPaths,
    finish,
    label_pairs,
)

if TYPE_CHECKING:
    from sightline.engine.run import Run
    from sightline.results.external import ExternalFindings, ExternalScores


@app.command(
    epilog="Examples:\n\n    sightline evaluate runs/melanoma-energy\n\n    sightline evaluate runs/melanoma-energy --split test\n\n"
    "    sightline evaluate runs/melanoma-energy --prevalence 0.05 --coverage 0.9\n\n"
    "    sightline evaluate runs/melanoma-energy --by sex --by age=40,60\n\n"
    "    sightline evaluate runs/melanoma-energy --data folder --root ~/other-hospital --map mel=melanoma"
)
def evaluate(
    run: RunPath,
    split: Annotated[
        list[str], typer.Option(help="Split to score; can be repeated. Default: all except train.", metavar="NAME", show_default=False)
    ] = [],
    data: OtherData = None,
    root: OtherRoot = None,
    classes: OtherLabels = [],
    prevalence: Prevalence = None,
    coverage: Coverage = None,
    by: By = [],
    out: Annotated[
        Path | None,
        typer.Option(help="Folder for the scores on another data set. Default: RUN/external/NAME.", metavar="DIR"),
    ] = None,
    device: Device = "auto",
    json: Json = None,
) -> None:
    """Score a finished run again, or on another data set: classification, probabilities and localisation, with confidence intervals.

    The validation images serve to choose the decision threshold and to fit the calibration of the probabilities (setting
    evaluate.calibration). For all other images, Brier score and calibration error are shown before and after calibration.

    Localisation scores are shown beside those of a uniform map, of a centred blob and of the maps of other images. With --data, the scores
    on the other data set are shown beside those on the run's own test images."""
    from sightline.cli.console import say
    from sightline.cli.findings import say_scores
    from sightline.face.judge import evaluate as score
    from sightline.face.opening import opened

    trained = opened(run, device, None if data else root)
    if data is not None:
        found = score(
            trained, split, data=data, root=root, classes=label_pairs(classes), prevalence=prevalence, coverage=coverage, by=by, out=out
        )
        _say_elsewhere(trained, found)
        finish(found, json)
        return
    if any("picture" not in row for row in trained.split_table):
        say(f"{run} was made by an earlier version: whether pictures and annotations have changed since is not known.")
    metrics = score(trained, split, classes=label_pairs(classes), prevalence=prevalence, coverage=coverage, by=by, out=out)
    say_scores(trained.name, trained, metrics)
    say(f"Scores, predictions and maps: {trained.path}")
    finish({"run": str(trained.path), "metrics": metrics}, json)


def _say_elsewhere(run: Run, found: ExternalScores | ExternalFindings) -> None:
    """External validation."""
    from sightline.cli.console import say
    from sightline.cli.findings import say_findings_elsewhere
    from sightline.cli.scores_tables import scores_table
    from sightline.results.external import ExternalFindings

    if isinstance(found, ExternalFindings):
        say_findings_elsewhere(run, found)
        return
    rows = {found.own_split: run.scores[found.own_split]} if found.own_split else {}
    rows[f"{found.data}, {found.split}"] = found.scores
    scores_table(run.name, rows, decisions=dict.fromkeys(rows, run.decision))
    for line in (*(change.sentence for change in found.changes), *found.notes, *found.files):
        say(line)


@app.command(
    epilog="Examples:\n\n    sightline audit runs/melanoma-energy\n\n"
    "    sightline audit runs/melanoma-energy --split flipped --seconds 300\n\n"
    "    sightline audit runs/own-photos --kind dermoscopy\n\n"
    "    sightline audit runs/melanoma-energy --data isic_archive --root ~/archive\n\n"
    "    sightline audit runs/melanoma-energy --data folder --root ~/other-hospital --map mel=melanoma"
)
def audit(
    run: RunPath,
    split: Annotated[
        str | None, typer.Option(help="Split whose images are used. Default: the first test set.", metavar="NAME", show_default=False)
    ] = None,
    seconds: Annotated[
        float,
        typer.Option(
            help="Time limit; if it is short, fewer images are used, and the number of images stands beside each result.",
            metavar="SECONDS",
            min=1,
        ),
    ] = 120,
    images: Annotated[int, typer.Option(help="Maximum number of images, which are drawn at random.", metavar="N", min=2)] = 200,
    kind: Annotated[
        str | None,
        typer.Option(
            help="Kind of image, which decides which artefacts are tried: dermoscopy, ultrasound, xray or photograph. Default: "
            "data.kind of the recipe, else the kind of the data set, else a guess from the colours.",
            metavar="KIND",
            show_default=False,
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            help="Folder for audit.json and audit.html. Default: RUN/audit; with --data, RUN/external/NAME/audit.",
            metavar="DIR",
        ),
    ] = None,
    data: OtherData = None,
    root: OtherRoot = None,
    classes: OtherLabels = [],
    device: Device = "auto",
    json: Json = None,
) -> None:
    """Find out what a classifier relies on: change the images and measure how its answers change.

    The audit covers the region, exchanges the background, and adds and removes artefacts; it compares each change with a control, such
    as a cover of the same size elsewhere. It also deletes and inserts the pixels that the maps mark, and scrambles the weights to test
    whether the maps depend on them. The run itself is not changed.
    """
    from sightline.cli.console import Bar, audit_tables, say
    from sightline.face.auditing import audit as examined
    from sightline.face.opening import opened
    from sightline.report.audit_page import sample_line
    from sightline.report.audit_words import as_the_network_gives_them

    trained = opened(run, device, None if data else root)
    found = examined(
        trained,
        split,
        seconds=seconds,
        images=images,
        kind=kind,
        out=out,
        data=data,
        root=root,
        classes=label_pairs(classes),
        progress=Bar("changing images"),
    )
    result = found.report
    assert result is not None  # only a classifier has none
    audit_tables(result)
    say(f"{result.headline}.\n")
    for question, answer in result.sentences.items():
        say(f"{question} {answer}")
    if result.changes:
        say("\nChanges that turn at least a tenth of its decisions:")
    for sentence in result.changes:
        say(f"- {sentence}")
    if raw := as_the_network_gives_them(trained.decision):
        say(f"\n{raw}")
    say(f"\n{sample_line(result, result.split)}")
    for line in (*found.notes, *result.files):
        say(line)
    finish(result, json)


@app.command(
    epilog="Examples:\n\n    sightline compare runs/label-only runs/energy --split test --out comparison\n\n"
    "    sightline compare runs/label-only runs/energy --by sex --by age=40,60\n\n"
    "    sightline compare runs/label-only runs/energy --data folder --root ~/other-hospital --map mel=melanoma"
)
def compare(
    runs: RunPaths,
    split: Annotated[
        str | None,
        typer.Option(
            help="Split whose results are printed. Default: the first test set that all runs have.", metavar="NAME", show_default=False
        ),
    ] = None,
    out: Annotated[
        Path,
        typer.Option(
            help="Folder for the picture of the maps, the ROC curves and the report; those of an earlier comparison are replaced.",
            metavar="DIR",
        ),
    ] = Path("comparison"),
    by: ByCompared = [],
    data: OtherData = None,
    root: OtherRoot = None,
    classes: OtherLabels = [],
    device: Device = "auto",
    json: Json = None,
) -> None:
    """Compare runs on the same images: scores, paired differences with intervals and tests, and attention maps.

    With --data, the runs are compared on another data set; only the comparison is saved, and --split names one of its parts."""
    from sightline.cli.console import differences_tables, rounded, say, table
    from sightline.cli.groups_tables import compared_groups_table
    from sightline.cli.scores_tables import scores_table
    from sightline.face.comparing import compare as compared
    from sightline.face.opening import opened_all

    opened = opened_all(runs, device, data, root)
    result = compared(*opened, split=split, out=out, by=by, data=data, root=root, classes=label_pairs(classes))
    # the groups of each run by themselves are what evaluate prints
    shown = {name: scores.but(by={}) for name, scores in result.scores.items()}
    decisions = {name: one.decision for name, one in zip(shown, opened, strict=True)}
    scores_table(f"Split {result.split}", shown, decisions=decisions)
    if result.differences:
        differences_tables([one for one in result.differences if one.split == result.split])
        for note in result.notes:
            say(note)
    compared_groups_table(result.groups, result.split)
    if result.seeds:
        rows = []
        for d in result.seeds:
            medians, deviations = f"{d.median:.3f} / {d.base_median:.3f}", f"{rounded(d.sd)} / {rounded(d.base_sd)}"
            rows.append([f"{d.recipe} / {d.base}", d.metric, medians, deviations, rounded(d.p), rounded(d.p_anova)])
        title = "Medians over trainings (SD: standard deviation; p: exact Mann-Whitney test, and analysis of variance over all recipes)"
        table(title, ["recipes", "score", "medians", "SD", "p", "p, ANOVA"], rows)
    if result.replaced:
        say(f"The earlier comparison in {out} was replaced.")
    for path in result.files:
        say(path)
    finish(result, json)
