"""Which training images of a run to annotate next, and the list with which the next training uses them."""

from __future__ import annotations

from pathlib import Path
from typing import cast, get_args

from matplotlib import rc_context

from sightline.annotate.choose import By, choose, worth
from sightline.annotate.look import Impressions, Progress, impressions, maps_of
from sightline.annotate.sheet import SHOWN, Chosen, contact_sheet
from sightline.data.roots import image_name
from sightline.engine.files import write_table, write_whole
from sightline.engine.run import Run
from sightline.errors import UserError, nearest
from sightline.explain.run_pictures import map_range, of_probabilities
from sightline.explain.style import STYLE
from sightline.results.annotations import ChosenImage, NextAnnotations
from sightline.types import Record


def annotate_next(
    run: Run,
    budget: int,
    by: str = "uncertainty",
    out: Path | None = None,
    *,
    seed: int = 0,
    progress: Progress = lambda done, total: None,
) -> NextAnnotations:
    """Chooses among the training images whose annotation the run did not have.

    Writes `next.csv` (the chosen ones, first things first, named as in the file of reviews), `next.png` (them and where the model looks)
    and `annotated.csv` (the ids that were annotated before, and the chosen ones), which the next training reads as `data.annotated`.

    Args:
        by: `uncertainty`, `spread`, `uncertainty+spread` or `random`; see `choose.worth`. A run without maps is asked for its uncertainty
            alone. Where there is a shortcut, spread chose worse than chance (docs/studies/phantom-annotate.md).
        out: folder; None: `annotate-next` in the run.
        seed: of ties, and of `random`.
        progress: called with (done, all) images.

    Raises:
        UserError: nothing is unknown, or less than the budget; an unknown `by`; by spread alone where there are no maps.
    """
    table = {row["id"]: row for row in run.split_table if row["split"] == "train"}
    known = [row for row in table.values() if row["annotated"] == "1"]
    _check_budget(run, budget, len(table) - len(known))
    classifier, train, batch = run.classifier(), run.datasets["train"], run.recipe.train.batch_size
    way = _possible(by, run, bool(classifier.map_names))

    places = [i for i, record in enumerate(train.records) if table[record.id]["annotated"] != "1"]
    records = [train.records[i] for i in places]
    seen = impressions(classifier, train, places, batch, progress, run.decision)
    ids = [record.id for record in records]
    scores = worth(way, ids, seen.entropy, seen.spread, seed)
    chosen = choose(scores, ids, [_group(table[i]) for i in ids], map(_group, known), budget, seed)
    rows = [_row(rank, records[i], table[ids[i]]["group"], run, seen, i, scores[i]) for rank, i in enumerate(chosen, start=1)]

    folder = out or run.path / "annotate-next"
    files = [folder / name for name in ("next.csv", "annotated.csv", "next.png")]
    write_table(files[0], [row.to_json() for row in rows], list(ChosenImage.model_fields))
    first = [places[i] for i in chosen[:SHOWN]]
    maps = maps_of(classifier, train, first, batch, run.decision)
    cells = [Chosen(row, train.picture(i)[0], found) for row, i, found in zip(rows, first, maps, strict=False)]
    figure = contact_sheet(cells, map_range(run), len(rows), of_probabilities([run]))
    with rc_context(STYLE):
        write_whole(files[2], lambda partial: figure.savefig(partial, format="png", dpi=120))
    listed = [*(row["id"] for row in known), *(row.id for row in rows)]
    write_table(files[1], [{"id": name} for name in listed], ["id"])  # last: if it is there, the other files are complete
    return NextAnnotations(by=way, annotated=len(known), unknown=len(places), chosen=rows, files=[str(path) for path in files])


def _check_budget(run: Run, budget: int, unknown: int) -> None:
    if not unknown:
        raise UserError(run.path, "already had the annotations of all its training images", "Nothing is left to annotate.")
    if budget > unknown:
        raise UserError(f"`budget={budget}`", f"only {unknown} training images are not annotated yet", f"Ask for at most {unknown}.")


def _possible(by: str, run: Run, has_maps: bool) -> By:
    """The criteria that are possible: a run without maps has no spread."""
    if by not in get_args(By):
        raise UserError(f"`by={by!r}`", "is not a way to choose images", nearest(by, get_args(By)))
    if has_maps or "spread" not in by:
        return cast(By, by)
    if by == "spread":
        raise UserError("`by='spread'`", f"{run.path} has no attention maps", "Choose by uncertainty, or train with an attention source.")
    return "uncertainty"


def _group(row: dict[str, str]) -> str:
    """Patient or lesion; an image without one stands alone."""
    return f"group {row['group']}" if row["group"] else f"image {row['id']}"


def _row(rank: int, record: Record, group: str, run: Run, seen: Impressions, i: int, score: float) -> ChosenImage:
    return ChosenImage(
        rank=rank,
        id=record.id,
        image=image_name(record, run.root or run.recipe.data.root),
        label=record.label,
        group=group,
        predicted=run.classes[seen.predicted[i]],
        probability=round(float(seen.probability[i]), 6),
        entropy=round(float(seen.entropy[i]), 6),
        spread=None if seen.spread is None else round(float(seen.spread[i]), 6),
        score=round(float(score), 6),
    )
