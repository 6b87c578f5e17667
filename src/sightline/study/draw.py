"""Regions that nobody annotated, drawn by a network within a study: from each training's own annotated images, for its other images."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from filelock import FileLock

from sightline.config import Roi
from sightline.data.dataset import ImageDataset
from sightline.data.leaks import near_duplicate_groups
from sightline.data.survey import survey
from sightline.engine.files import write_table
from sightline.engine.prepare import Prepared, prepare
from sightline.engine.read_files import Damaged, read_table
from sightline.errors import UserError
from sightline.pseudo.division import Division, bare, hold_out
from sightline.pseudo.make import pseudo_masks
from sightline.pseudo.settings import PseudoMasks
from sightline.recipe import Recipe
from sightline.study.cells import Drawing

LIST = "annotated.csv"


def drawn(recipe: Recipe, drawing: Drawing, study: Path, say: Callable[[str], None]) -> dict[str, Any]:
    """Settings by which a training uses annotated and drawn regions. Draws them, unless another training has done so.

    Only training images are learnt from and drawn on. An image whose mask is not kept stays unknown.

    Args:
        recipe: as the plan says it, with a name in place of the masks.
        study: its folder; what is drawn lies in `drawn/NAME`, as `sightline pseudo-mask` leaves it, and beside it the list of images with
            a region.

    Raises:
        UserError: nothing is left to draw, or the masks are not good enough, see `pseudo_masks`.
    """
    folder = study / "drawn" / drawing.name
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(folder.with_name(f".{drawing.name}.lock")):  # trainings that share a drawing wait for the first of them
        if not named_whole(folder / LIST):
            for left in (folder, *folder.parent.glob(f".{drawing.name}.*.partial")):  # by a sudden end
                shutil.rmtree(left, ignore_errors=True)
            _draw(recipe, drawing, folder, say)
    return {"data.roi.pseudo": str(folder), "data.annotated": str(folder / LIST), "data.annotated_fraction": 1}


def named_whole(path: Path) -> bool:
    """Whether a list of annotated images is there and can be read; it is made again otherwise."""
    try:
        return bool(read_table(path, ["id"], ""))
    except Damaged:
        return False


def _draw(recipe: Recipe, drawing: Drawing, folder: Path, say: Callable[[str], None]) -> None:
    roi = recipe.data.roi
    by_hand = recipe.model_copy(update={"data": recipe.data.model_copy(update={"roi": Roi(of=roi.of, seed=roi.seed)})})
    settings, prepared = PseudoMasks.model_validate(drawing.settings), prepare(by_hand)
    try:
        division = divided(prepared, settings)
        pseudo_masks(settings, folder, division=division, say=say)
    except UserError as error:
        remedy = "Settings of the drawing stand in the arm's `draw`, e.g. `draw: {epochs: 40, minimum_dice: 0.6}`; or annotate more images."
        raise UserError(f"arm {recipe.name!r}: {error.where}", error.reason, remedy) from error
    kept = [row["id"] for row in read_table(folder / "pseudo.csv", ["id", "kept"], "Remove the folder.") if row["kept"] == "1"]
    ids = [record.id for record in (*division.train, *division.held_out)]
    write_table(folder / LIST, [{"id": id} for id in (*ids, *kept)], ["id"])  # last: if it is there, the other files are complete


def divided(prepared: Prepared, settings: PseudoMasks) -> Division:
    """The training images: those whose annotation is used are learnt from, the others get masks.

    Raises:
        UserError: none has no annotation, or too few have one.
    """
    train: ImageDataset = prepared.datasets["train"]
    used = {row["id"] for row in prepared.table if row["split"] == "train" and row["annotated"] == "1"}
    known = [record for i, record in enumerate(train.records) if record.id in used and train.planes(i).known]
    ids = {record.id for record in known}
    targets = [bare(record) for record in train.records if record.id not in ids]
    if not targets:
        raise UserError("training images", "all of them are annotated, so none is left to draw on", "Lower data.annotated_fraction.")
    grey = prepared.recipe.data.grey
    alike = near_duplicate_groups(known, survey(known, gaze_blur=settings.gaze_blur, grey=grey))
    return replace(hold_out(known, targets, alike, settings, "training images"), grey=grey)
